/** The skills behind the open documents: where each lies, its examples, and what is known of it, loaded once and cached. */
import { fileURLToPath } from 'node:url'
import { readDataset } from '../app/dataset.ts'
import { tuneResultSchema } from '../app/jobView.ts'
import type { Files, Ports, SkillLocation } from '../app/ports.ts'
import { checkSkill } from '../app/skill.ts'
import { emptyState, findEvaluation, openJob, readSkillState, type SkillState, versionOf } from '../app/skillState.ts'
import { pause } from '../base/pause.ts'
import type { KnownFailure, KnownJob, SkillFacts } from '../features/facts.ts'
import { noFacts } from '../features/facts.ts'
import type { SignatureDocument } from '../signature/document.ts'
import type { Problem } from '../validation/problem.ts'
import { validateDocument } from '../validation/validate.ts'
import type { OpenDocument } from './documents.ts'

type Dataset = Awaited<ReturnType<typeof readDataset>>

interface Entry {
  location: SkillLocation | undefined
  state: SkillState
  loading: Promise<void> | undefined
  /** The examples as they were read for a text whose fields and source were these. */
  dataset: { readonly key: string; readonly read: Dataset } | undefined
  /** Asked for by every request: described once for what they are made of. */
  described: { readonly from: readonly unknown[]; readonly facts: SkillFacts } | undefined
}

export interface Skills {
  /** Where the skill lies; `undefined` for a document that is no file, or not a signature by name. */
  locate(document: OpenDocument): Promise<SkillLocation | undefined>
  /** What is known now, without waiting. */
  facts(document: OpenDocument): SkillFacts
  /** All problems, those of the examples included. */
  problems(document: OpenDocument): Promise<CheckedSkill>
  /** The problems of the text alone, at once. */
  textProblems(document: OpenDocument): readonly Problem[]
  /** Reads the scores, versions and jobs anew, and tells of it. */
  reload(document: OpenDocument): Promise<void>
  /** The examples of every skill are read anew when next asked for. */
  forgetExamples(): void
  close(uri: string): void
}

export interface CheckedSkill {
  readonly problems: readonly Problem[]
  /** Absolute path of the examples file; `undefined` for inline or no examples. */
  readonly examplesPath: string | undefined
}

export interface SkillsOptions {
  readonly ports: () => Ports
  /** The model that would evaluate now. */
  readonly model: () => string | undefined
  /** The facts of a document have changed. */
  readonly onFacts: (uri: string) => void
}

export function createSkills({ ports, model, onFacts }: SkillsOptions): Skills {
  const entries = new Map<string, Entry>()

  function entryOf(uri: string): Entry {
    const known = entries.get(uri)
    if (known !== undefined) return known
    const entry: Entry = {
      location: undefined,
      state: emptyState,
      loading: undefined,
      dataset: undefined,
      described: undefined,
    }
    entries.set(uri, entry)
    return entry
  }

  async function locate({ uri, isSignature }: OpenDocument): Promise<SkillLocation | undefined> {
    const entry = entryOf(uri)
    if (entry.location !== undefined || !isSignature || !uri.startsWith('file:')) return entry.location
    const located = await ports().files.locate(fileURLToPath(uri))
    entry.location = located.ok ? located.value : undefined
    return entry.location
  }

  /** The file is read again only when another is named, or its fields are others. */
  function datasetReader(entry: Entry): typeof readDataset {
    return async (files, location, document, signature) => {
      if (signature.examples?.kind !== 'file') {
        const read = await readDataset(files, location, document, signature)
        // Inline examples can be many: others are heard before they are checked.
        await pause()
        return read
      }
      const { inputs, outputs, metrics } = signature
      const key = JSON.stringify([signature.examples.path, inputs, outputs, metrics])
      if (entry.dataset?.key !== key) {
        entry.dataset = { key, read: await readDataset(files, location, document, signature) }
      }
      return entry.dataset.read
    }
  }

  async function reload(document: OpenDocument): Promise<void> {
    const entry = entryOf(document.uri)
    const location = await locate(document)
    if (location === undefined) return
    entry.loading ??= readSkillState(ports(), location).then(state => {
      entry.loading = undefined
      const changed = JSON.stringify(state) !== JSON.stringify(entry.state)
      entry.state = state
      if (changed && entries.get(document.uri) === entry) onFacts(document.uri)
    })
    await entry.loading
  }

  return {
    locate,
    reload,
    facts(open) {
      const entry = entryOf(open.uri)
      const from = [open.parsed(), entry.state, entry.dataset, model()]
      if (entry.described?.from.every((part, index) => part === from[index]) !== true) {
        entry.described = { from, facts: describe(entry, open.parsed(), model()) }
      }
      return entry.described.facts
    },
    textProblems(open) {
      const entry = entryOf(open.uri)
      return validateDocument(open.parsed(), knownDataset(entry))
    },
    async problems(open) {
      const entry = entryOf(open.uri)
      const document = open.parsed()
      const location = await locate(open)
      if (location === undefined) return { problems: validateDocument(document), examplesPath: undefined }
      const { files } = ports()
      const { problems, signature } = await checkSkill(files, location, document, datasetReader(entry))
      const source = signature?.examples
      return { problems, examplesPath: await examplesPathOf(files, location, source) }
    },
    forgetExamples() {
      for (const entry of entries.values()) entry.dataset = undefined
    },
    close: uri => void entries.delete(uri),
  }
}

async function examplesPathOf(
  files: Files,
  location: SkillLocation,
  source: { readonly kind: string; readonly path?: string } | undefined,
): Promise<string | undefined> {
  if (source?.kind !== 'file' || source.path === undefined) return undefined
  const path = await files.resolveInside(location, source.path)
  return path.ok ? path.value : undefined
}

function knownDataset({ dataset }: Entry) {
  return dataset?.read.ok ? dataset.read.value : undefined
}

function describe(entry: Entry, document: SignatureDocument, model: string | undefined): SkillFacts {
  const { signature } = document
  const { state } = entry
  const job = describeJob(state)
  if (signature === undefined) return { ...noFacts, versions: state.versions, job }
  const examples = knownDataset(entry)?.dataset.examples
  const found = findEvaluation(state, signature, examples, model)
  return {
    versions: state.versions,
    currentVersion: versionOf(state, signature),
    job,
    score: found && {
      score: found.evaluation.score,
      byMetric: found.evaluation.scoreByMetric,
      byField: found.evaluation.scoreByField,
      examples: found.evaluation.examples,
      errors: found.evaluation.errors,
      model: found.evaluation.model,
      evaluatedAt: found.evaluation.createdAt,
      stale: found.stale,
      failing: found.evaluation.failing as readonly KnownFailure[],
    },
  }
}

function describeJob(state: SkillState): KnownJob | undefined {
  const job = openJob(state)
  if (job === undefined) return undefined
  const interrupted = 'interrupted' in job && job.interrupted === true
  const result = tuneResultSchema.safeParse(job.result)
  return {
    id: job.id,
    kind: job.kind,
    state: interrupted ? 'interrupted' : job.state === 'queued' || job.state === 'running' ? job.state : 'unapplied',
    percent: job.progress?.percent ?? 0,
    phase: job.progress?.phase ?? job.state,
    calls: job.progress?.calls ?? 0,
    bestScore: job.progress?.best_score,
    evidence: result.success ? result.data.evidence : undefined,
    reason: result.success ? result.data.reason : undefined,
  }
}
