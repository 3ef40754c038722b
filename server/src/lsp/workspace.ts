/** What concerns the workspace and not one document: symbols of all its skills, texts of old versions, offers to resume. */
import { pathToFileURL } from 'node:url'
import {
  type Connection,
  MessageType,
  type ServerCapabilities,
  ShowMessageRequest,
  SymbolKind,
  type WorkspaceSymbol,
} from 'vscode-languageserver'
import { operations } from '../app/app.ts'
import { describeJob } from '../app/describeJob.ts'
import { viewJob } from '../app/jobView.ts'
import { unreachableModel } from '../app/modelChoice.ts'
import type { FoundJob, JobService, Ports, SkillLocation } from '../app/ports.ts'
import type { ServerContext } from './context.ts'
import { createJobNotices } from './jobNotices.ts'
import { tell, withoutLinks } from './messages.ts'
import { responseError } from './request.ts'
import { pathOfUri } from './uris.ts'

/** URIs of old versions: `signature-tuner:/abs/path/signature.yaml?version=2`. */
export const versionScheme = 'signature-tuner'

export const workspaceCapabilities: ServerCapabilities = {
  workspaceSymbolProvider: true,
  workspace: {
    workspaceFolders: { supported: true, changeNotifications: true },
    textDocumentContent: { schemes: [versionScheme] },
  },
}

export interface Workspace {
  /** Files came or went: the skills are looked for anew when next asked for. */
  forget(): void
  /** Asks the person whether interrupted jobs go on; nothing goes on without a yes. */
  offerResuming(): Promise<void>
}

interface KnownSkill {
  readonly name: string
  readonly skillId: string
  readonly location: SkillLocation
}

const top = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }

/** A client shows no more, and asks again for a longer word. */
const mostSymbols = 200

export function registerWorkspace(server: ServerContext): Workspace {
  const { connection, wrap, hosts, folders, documents, skills, editor } = server
  let index: Promise<readonly KnownSkill[]> | undefined

  connection.onWorkspaceSymbol(
    wrap('workspace/symbol', async ({ query }): Promise<WorkspaceSymbol[]> => {
      index ??= findSkills(hosts().ports(), folders())
      const word = query.toLowerCase()
      const fits = ({ name, skillId }: KnownSkill) => `${name} ${skillId}`.toLowerCase().includes(word)
      return (await index)
        .filter(fits)
        .slice(0, mostSymbols)
        .map(({ name, skillId, location }) => ({
          name,
          kind: SymbolKind.Class,
          containerName: skillId,
          location: { uri: pathToFileURL(location.signaturePath).href, range: top },
        }))
    }),
  )

  connection.workspace.textDocumentContent.on(
    wrap('workspace/textDocumentContent', async ({ uri }): Promise<{ readonly text: string } | null> => {
      const asked = URL.canParse(uri) ? new URL(uri) : undefined
      if (asked?.protocol !== `${versionScheme}:`) return null
      const path = pathOfUri(`file://${asked.pathname}`)
      if (!path.ok) throw responseError(path.error)
      const context = { signal: new AbortController().signal, onEvent: () => {} }
      const history = await operations.history.run(hosts().ports(), { skill_path: path.value }, context)
      if (!history.ok) return { text: `# ${history.error.message}\n` }
      // VS Code encodes the sign between name and value, too.
      const number = new URLSearchParams(decode(asked.search)).get('version') ?? ''
      const found = history.value.versions.findLast(({ version }) => String(version) === number)
      const none = found === undefined ? 'is not in the history' : 'was recorded without its text'
      return { text: found?.signature ?? `# Version ${number.slice(0, 20)} ${none}.\n` }
    }),
  )

  async function showWhenEnded(
    service: JobService,
    { id, kind, state, skillPath }: FoundJob,
    root: string,
  ): Promise<void> {
    const notices = createJobNotices(server, hosts().ports())
    notices.onEvent({ kind: 'started', jobId: id, jobKind: kind, state, resumed: true, root, skillPath })
    const ended = await service.wait(
      id,
      progress => notices.onEvent({ kind: 'progress', skillPath, progress }),
      new AbortController().signal,
    )
    await notices.end()
    const open = documents.get(pathToFileURL(`${root}/${skillPath}`).href)
    if (open !== undefined) await skills().reload(open)
    if (editor() !== undefined) return
    tell(connection, MessageType.Info, ended.ok ? describeJob(viewJob(ended.value)) : ended.error.message)
  }

  return {
    forget() {
      index = undefined
    },
    async offerResuming() {
      if (editor()?.trusted === false) return
      const ports = hosts().ports()
      for (const folder of folders()) {
        const root = await ports.files.root(folder)
        if (!root.ok) continue
        const service = ports.jobs(root.value)
        const jobs = await service.list({ states: ['queued', 'running'], limit: 100 })
        const waiting = jobs.ok ? jobs.value.filter(({ interrupted }) => interrupted) : []
        const [newest] = waiting
        if (newest === undefined) continue
        const snapshot = await service.snapshot(newest.id)
        // A job of another editor stays for that one.
        if (snapshot.ok && unreachableModel(ports.models, snapshot.value) !== undefined) continue
        if (!(await isWanted(connection, newest, waiting.length))) continue
        const resumed = await service.resume(newest.id)
        if (resumed.ok) void showWhenEnded(service, newest, root.value)
        else tell(connection, MessageType.Warning, resumed.error.message)
      }
    },
  }
}

async function isWanted(connection: Connection, job: FoundJob, count: number): Promise<boolean> {
  const what = job.kind === 'tune' ? 'Tuning' : 'Evaluating'
  const done = job.progress === undefined ? '' : ` at ${Math.round(job.progress.percent)} %`
  const others = count === 1 ? '' : ` (${count - 1} more can be resumed from their files)`
  const skill = job.skillPath.replace(/^(?:.*\/)?skills\//, '').replace(/(?<=.)\/signature\.ya?ml$/, '')
  const answer = await connection.sendRequest(ShowMessageRequest.type, {
    type: MessageType.Info,
    message: withoutLinks(`${what} ${skill} was interrupted${done}; what was answered is kept${others}. Go on?`),
    actions: [{ title: 'Resume' }, { title: 'Not now' }],
  })
  return answer?.title === 'Resume'
}

/** By a look at the start of each file: parsing thousands would keep everybody waiting. */
async function findSkills(ports: Ports, paths: readonly string[]): Promise<readonly KnownSkill[]> {
  const found = await ports.files.find(paths)
  if (!found.ok) return []
  const skills: KnownSkill[] = []
  const width = 16
  for (let at = 0; at < found.value.length; at += width) {
    const batch = found.value.slice(at, at + width).map(async (location): Promise<KnownSkill> => {
      const text = await ports.files.readText(location.signaturePath)
      const wordAfter = (key: string) =>
        text.ok ? new RegExp(`^${key}: *["']?([\\w-]+)`, 'm').exec(text.value)?.[1] : undefined
      const skillId = wordAfter('skill_id') ?? location.defaultSkillId
      return { name: wordAfter('name') ?? skillId, skillId, location }
    })
    skills.push(...(await Promise.all(batch)))
  }
  return skills
}

/** As it is where it is no encoding. */
function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}
