/** The skills behind the open documents: where each lies, its examples, and what is known of it, loaded once and cached. */
import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { digestDataset, expectationsOf, readDataset } from '../app/dataset.ts'
import type { Files, Ports, SkillLocation } from '../app/ports.ts'
import { checkSkill } from '../app/skill.ts'
import { emptyState, readJobs, readStoreState, readVersions, type SkillState } from '../app/skillState.ts'
import { pause } from '../base/pause.ts'
import { inTurns } from '../base/steps.ts'
import type { SkillFacts } from '../features/facts.ts'
import { scoreProblems } from '../features/scoreProblems.ts'
import type { SignatureDocument } from '../signature/document.ts'
import type { Signature } from '../signature/signature.ts'
import type { Problem } from '../validation/problem.ts'
import { type ReadExamples, suppress, validateInSteps } from '../validation/validate.ts'
import type { OpenDocument } from './documents.ts'
import { oneAtATime } from './oneAtATime.ts'
import { describeFacts, type FactSources } from './skillFacts.ts'
import { pathOfUri } from './uris.ts'

type Dataset = Awaited<ReturnType<typeof readDataset>>

interface Entry {
  location: SkillLocation | undefined
  state: SkillState
  /** The examples as they were read for a text whose fields and source were these; inline ones have no path. */
  reading: { readonly key: string; readonly path: string | undefined; readonly read: Promise<Dataset> } | undefined
  /** What was read last, while it may be read anew. */
  dataset: ReadExamples | undefined
  /** Of the dataset; `undefined` until it is worked out. */
  examplesSha256: string | undefined
  facts: { readonly of: FactSources; readonly facts: SkillFacts } | undefined
  /** The next look at a running job. */
  following: NodeJS.Timeout | undefined
  readonly loadVersions: () => Promise<void>
  readonly loadStore: () => Promise<void>
}

/** What of a document's facts is no longer as it was. */
export interface ChangedFacts {
  readonly scores: boolean
  readonly job: boolean
}

export interface Skills {
  /** Where the skill lies; `undefined` for a document that is no file, or not a signature by name. */
  locate(document: OpenDocument): Promise<SkillLocation | undefined>
  /** What is known now, without waiting; the same object as long as nothing changed. */
  facts(document: OpenDocument): SkillFacts
  /** All problems, those of the examples included. */
  problems(document: OpenDocument): Promise<CheckedSkill>
  /** The problems of the text alone, without waiting for any file. */
  textProblems(document: OpenDocument): Promise<readonly Problem[]>
  /** Reads the scores, versions and jobs anew, and tells of it. */
  reload(document: OpenDocument): Promise<void>
  /** Examples in files of these names are read anew when next asked for; whether there are any. */
  forgetExamples(names: readonly string[]): boolean
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
  /** The document as it is now; `undefined` when it was closed. */
  readonly current: (uri: string) => OpenDocument | undefined
  /** The facts of a document have changed, while its text did not. */
  readonly onFacts: (uri: string, changed: ChangedFacts) => void
}

/** Milliseconds between two looks at a job that runs, whoever runs it. */
const followMilliseconds = 1000

export function createSkills({ ports, model, current, onFacts }: SkillsOptions): Skills {
  const entries = new Map<string, Entry>()

  function entryOf(uri: string): Entry {
    const known = entries.get(uri)
    if (known !== undefined) return known
    const entry: Entry = {
      location: undefined,
      state: emptyState,
      reading: undefined,
      dataset: undefined,
      examplesSha256: undefined,
      facts: undefined,
      following: undefined,
      // Apart, because a worker that is slow or broken must not hold back the versions.
      loadVersions: oneAtATime(async () => {
        if (entry.location !== undefined)
          await takeState(uri, entry, { versions: await readVersions(ports(), entry.location) })
      }),
      loadStore: oneAtATime(async () => {
        if (entry.location !== undefined) await takeState(uri, entry, await readStoreState(ports(), entry.location))
      }),
    }
    entries.set(uri, entry)
    return entry
  }

  async function takeState(uri: string, entry: Entry, read: Partial<SkillState>): Promise<void> {
    // Facts are those of the text, and a long one is parsed in another thread.
    await current(uri)?.ready()
    const state = { ...entry.state, ...read }
    if (!isDeepStrictEqual(state, entry.state)) change(uri, entry, { state })
    follow(uri, entry)
  }

  /** Tells of it when it makes a difference to the text as it is now. */
  function change(
    uri: string,
    entry: Entry,
    changes: Partial<Pick<Entry, 'state' | 'dataset' | 'examplesSha256'>>,
  ): void {
    const open = entries.get(uri) === entry ? current(uri) : undefined
    const before = open && factsOf(entry, open)
    Object.assign(entry, changes)
    if (open === undefined || before === undefined) return
    const { job, ...rest } = factsOf(entry, open)
    const { job: jobBefore, ...restBefore } = before
    const changed = { job: !isDeepStrictEqual(job, jobBefore), scores: !isDeepStrictEqual(rest, restBefore) }
    if (changed.job || changed.scores) onFacts(uri, changed)
  }

  function follow(uri: string, entry: Entry): void {
    const { location } = entry
    const open = entries.get(uri) === entry ? current(uri) : undefined
    if (entry.following !== undefined || location === undefined || open === undefined) return
    const job = factsOf(entry, open).job
    if (job?.state !== 'running' && job?.state !== 'queued') return
    entry.following = setTimeout(async () => {
      const jobs = await readJobs(ports().jobs(location.root), location.skillPath).catch(() => [])
      entry.following = undefined
      const goesOn = jobs.some(({ id, state }) => id === job.id && (state === 'queued' || state === 'running'))
      await takeState(uri, entry, { jobs })
      if (!goesOn) await Promise.all([entry.loadStore(), entry.loadVersions()]).catch(() => undefined)
    }, followMilliseconds).unref()
  }

  function factsOf(entry: Entry, open: OpenDocument, document = open.parsed()): SkillFacts {
    const { location, state, facts: known } = entry
    const of = { location, state, document, examplesSha256: entry.examplesSha256, model: model() }
    if (known !== undefined && sameSources(known.of, of)) return known.facts
    const facts = describeFacts(of)
    entry.facts = { of, facts }
    return facts
  }

  async function locate({ uri, isSignature }: OpenDocument): Promise<SkillLocation | undefined> {
    const entry = entryOf(uri)
    if (entry.location !== undefined || !isSignature || !uri.startsWith('file:')) return entry.location
    const path = pathOfUri(uri)
    const located = path.ok ? await ports().files.locate(path.value) : path
    entry.location = located.ok ? located.value : undefined
    return entry.location
  }

  /** A file is read again only when another is named, or other values are expected of it. */
  function datasetReader(uri: string, entry: Entry): typeof readDataset {
    return async (files, location, document, signature) => {
      const { examples: source } = signature
      if (source === undefined) return readDataset(files, location, document, signature)
      const path = source.kind === 'file' ? source.path : undefined
      const { start, end } = document.examples?.span ?? { start: 0, end: 0 }
      const key = `${path ?? document.text.slice(start, end)}\n${expectationsOf(signature)}`
      if (entry.reading?.key === key && path !== undefined) return entry.reading.read
      const read = readDataset(files, location, document, signature)
      // Inline examples are read each time, as their lines change; what they say mostly has not.
      if (entry.reading?.key !== key) {
        entry.reading = { key, path, read }
        void takeDataset(uri, entry, entry.reading)
      }
      // Inline examples can be many: others are heard before they are checked.
      if (path === undefined) await pause()
      return read
    }
  }

  async function takeDataset(uri: string, entry: Entry, reading: NonNullable<Entry['reading']>): Promise<void> {
    try {
      const read = await reading.read
      const dataset = read.ok ? read.value : undefined
      const digest = dataset && (await digestDataset(dataset))
      await current(uri)?.ready()
      if (entry.reading === reading) change(uri, entry, { dataset, examplesSha256: digest })
    } catch {
      // Who asked for the examples is told what went wrong; the next one tries again.
      if (entry.reading === reading) entry.reading = undefined
    }
  }

  return {
    locate,
    async reload(document) {
      const entry = entryOf(document.uri)
      if ((await locate(document)) === undefined) return
      await Promise.all([entry.loadVersions(), entry.loadStore()])
    },
    facts: open => factsOf(entryOf(open.uri), open),
    async textProblems(open) {
      const entry = entryOf(open.uri)
      const document = open.parsed()
      const isFile = document.examples?.source?.kind === 'file' && entry.dataset?.path !== undefined
      return [
        ...(await inTurns(validateInSteps(document, isFile ? entry.dataset : undefined))),
        ...factProblems(document, factsOf(entry, open, document)),
      ]
    },
    async problems(open) {
      const entry = entryOf(open.uri)
      const document = open.parsed()
      const location = await locate(open)
      if (location === undefined) return { problems: await inTurns(validateInSteps(document)), examplesPath: undefined }
      const { files } = ports()
      const read = datasetReader(open.uri, entry)
      const { problems, signature } = await checkSkill(files, location, document, read)
      return {
        problems: [...problems, ...factProblems(document, factsOf(entry, open, document))],
        examplesPath: await examplesPathOf(files, location, signature?.examples),
      }
    },
    forgetExamples(names) {
      const forgotten = [...entries.values()].filter(
        ({ reading }) => reading?.path !== undefined && names.includes(basename(reading.path)),
      )
      for (const entry of forgotten) entry.reading = undefined
      return forgotten.length > 0
    },
    close(uri) {
      clearTimeout(entries.get(uri)?.following)
      entries.delete(uri)
    },
  }
}

function sameSources(a: FactSources, b: FactSources): boolean {
  return (
    a.document === b.document &&
    a.state === b.state &&
    a.examplesSha256 === b.examplesSha256 &&
    a.model === b.model &&
    a.location === b.location
  )
}

/** What scores say, where no comment asks for silence. */
function factProblems(document: SignatureDocument, facts: SkillFacts): readonly Problem[] {
  return suppress(document.text, scoreProblems(facts, document))
}

async function examplesPathOf(
  files: Files,
  location: SkillLocation,
  source: Signature['examples'],
): Promise<string | undefined> {
  if (source?.kind !== 'file') return undefined
  const path = await files.resolveInside(location, source.path)
  return path.ok ? path.value : undefined
}
