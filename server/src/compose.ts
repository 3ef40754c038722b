/** Builds the adapters that a host needs; SQLite is not among them: the worker process alone opens the database. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import type { JobService, ModelSettings, Ports } from './app/ports.ts'
import { createFiles } from './files/files.ts'
import { createHistoryStore } from './files/historyStore.ts'
import { type CompleteInEditor, isEditorModel } from './model/editorModel.ts'
import { type Endpoint, embeddedModel, type LanguageModel } from './model/model.ts'
import { createEditorModel } from './providers/editor.ts'
import { createEmbeddedModel } from './providers/embedded.ts'
import { findLocalModels, listModels } from './providers/modelList.ts'
import { createOpenAiModel } from './providers/openai.ts'
import { systemClock } from './systemClock.ts'
import { createFileValidator } from './validateThreads.ts'
import { createWorkerService } from './worker/client.ts'

export interface HostOptions {
  /** Where relative paths start. */
  readonly cwd: string
  readonly home?: string
  /** A fixed workspace root: whatever lies outside is refused. */
  readonly root?: string
  /** Folder of the bundles `worker.cjs` and `sandbox.cjs`. */
  readonly programFolder: string
  readonly models: ModelSettings
  /** Given by a host whose editor has models. */
  readonly completeInEditor?: CompleteInEditor | undefined
}

export interface Host {
  readonly ports: Ports
  /** Which models the endpoint offers: names, sorted. */
  listModels(signal: AbortSignal): ReturnType<typeof listModels>
  /** Model servers that listen on this machine, with what they offer. */
  findLocalModels(signal: AbortSignal): ReturnType<typeof findLocalModels>
  /** Ends the workers; their jobs stay resumable. */
  dispose(): Promise<void>
}

export function composeHost(options: HostOptions): Host {
  const { cwd, home = homedir(), root: fixedRoot, programFolder, models, completeInEditor } = options
  const files = createFiles({ cwd, home, ...(fixedRoot !== undefined && { root: fixedRoot }) })
  const endpoint: Endpoint = { baseUrl: models.baseUrl, apiKey: models.apiKey, timeout: models.timeout }
  const services = new Map<string, JobService & AsyncDisposable>()
  const jobs = (root: string) => {
    const known = services.get(root)
    if (known !== undefined) return known
    const service = createWorkerService({
      workerPath: join(programFolder, 'worker.cjs'),
      sandboxPath: join(programFolder, 'sandbox.cjs'),
      root,
      endpoint,
      completeInEditor,
    })
    services.set(root, service)
    return service
  }
  return {
    ports: {
      clock: systemClock,
      files,
      history: createHistoryStore({ files, clock: systemClock, display: files.display }),
      validateFiles: createFileValidator({ files, cwd, home, threadPath: join(programFolder, 'validateThread.cjs') }),
      jobs,
      models: { ...models, editorAnswers: completeInEditor !== undefined },
      connect: () => createModel(endpoint, completeInEditor),
      installation: {
        version: packageJson.version,
        node: process.versions.node,
        platform: `${process.platform}-${process.arch}`,
      },
    },
    listModels: signal => listModels(endpoint, signal),
    findLocalModels: signal => findLocalModels(signal),
    async dispose() {
      await Promise.all([...services.values()].map(service => service[Symbol.asyncDispose]()))
    },
  }
}

/** Answers for the endpoint, and for the editor and the offline demo by their names. */
export function createModel(endpoint: Endpoint, completeInEditor: CompleteInEditor | undefined): LanguageModel {
  const demo = createEmbeddedModel()
  const remote = createOpenAiModel({ endpoint, clock: systemClock })
  const editor = createEditorModel({ complete: completeInEditor, clock: systemClock, timeout: endpoint.timeout })
  const modelOf = (name: string) => (name === embeddedModel ? demo : isEditorModel(name) ? editor : remote)
  return { complete: (request, signal) => modelOf(request.model).complete(request, signal) }
}
