/** What operations need from outside; compose.ts fills them with adapters. */
import type { Clock } from '../base/clock.ts'
import type { Json } from '../base/json.ts'
import type { Result } from '../base/result.ts'
import type { TextEdit } from '../base/text.ts'
import type { HistoryStore } from '../history/store.ts'
import type { Job, JobKind, JobProgress, JobState } from '../jobs/job.ts'
import type { EvaluationRecord, KeptReply, StoreFacts } from '../jobs/store.ts'
import type { LanguageModel } from '../model/model.ts'
import type { ReportedProblem } from './operations/validate.ts'
import type { NewSnapshot, StoredSnapshot } from './snapshot.ts'

/** A skill's files. All paths absolute but `skillPath`. */
export interface SkillLocation {
  readonly root: string
  /** The signature file relative to the root, `/` as separator. */
  readonly skillPath: string
  readonly signaturePath: string
  readonly historyPath: string
  /** The path below `skills/` joined with `-`, else the folder's name: the `skill_id` when the file gives none. */
  readonly defaultSkillId: string
  /** How the user would type the signature file's path: relative to the working folder where it lies below. */
  readonly displayPath: string
}

export interface Files {
  /** Root of the workspace that a folder belongs to; the working folder unless given. */
  root(folder?: string): Promise<Result<string>>
  /**
   * A skill's folder or signature file; relative paths start at the working folder. With `mayBeAbsent` the
   * signature file may be gone, if its history is there.
   */
  locate(path: string, options?: { readonly mayBeAbsent?: boolean }): Promise<Result<SkillLocation>>
  /** The same for a path relative to a root, as a job stores it; must stay below the root. */
  locateIn(root: string, skillPath: string): Promise<Result<SkillLocation>>
  /** Signature files at or below the paths, in order, each once; folders like node_modules left out. */
  find(paths: readonly string[]): Promise<Result<readonly SkillLocation[]>>
  /** A regular UTF-8 file of at most `maxBytes` (default 8 MiB). */
  readText(path: string, maxBytes?: number): Promise<Result<string>>
  /** The same in pieces, for large files (at most 1 GiB). */
  openText(path: string): Promise<Result<AsyncIterable<string>>>
  /**
   * Atomic: temporary file, fsync, rename; keeps the file's mode. `edits` make the text out of what is there, for an
   * editor that has it open.
   */
  writeText(path: string, text: string, options?: { readonly edits?: readonly TextEdit[] }): Promise<Result<void>>
  /** Creates a file that must not exist yet, with its folders. */
  createText(path: string, text: string): Promise<Result<void>>
  /** An absolute path as the user would type it. */
  display(path: string): string
  /** A path written in a signature, resolved with realpath; must stay below the root. */
  resolveInside(location: SkillLocation, path: string): Promise<Result<string>>
}

/** How a model is reached, as the host found it configured. Holds the key; is never stored. */
export interface ModelSettings {
  readonly model: string | undefined
  readonly reflectionModel: string | undefined
  readonly baseUrl: string
  /** The base URL where a flag named it: commands that go on with a job must repeat it. */
  readonly typedBaseUrl?: string | undefined
  readonly apiKey: string | undefined
  /** The host is an editor whose models (`vscode:`) can be asked. */
  readonly editorAnswers?: boolean
  readonly concurrency: number
  readonly timeout: number
  readonly parameters: { readonly [name: string]: Json }
}

/** A job as a host sees it, and what it may ask of the worker that owns the database. */
export interface JobService {
  submit(spec: JobSpec): Promise<Result<SubmittedJob>>
  resume(id: string, options?: ResumeOptions): Promise<Result<Job>>
  cancel(id: string): Promise<Result<Job>>
  get(id: string): Promise<Result<FoundJob>>
  /** Newest first; results without what may be long in them. */
  list(filter: {
    readonly skillPath?: string
    readonly kind?: JobKind
    readonly states?: readonly JobState[]
    readonly limit?: number
  }): Promise<Result<readonly FoundJob[]>>
  markApplied(id: string, version: number): Promise<Result<void>>
  /** Remembers that nobody wants its result, until it is applied all the same. */
  discard(id: string): Promise<Result<Job>>
  /** Deletes ended jobs that were not touched for so many days, or the one named; their number. */
  prune(olderThanDays: number, id?: string): Promise<Result<number>>
  /** Facts about the store, null where there is none; ended jobs untouched for so many days count as old. */
  inspect(oldDays: number): Promise<Result<StoreFacts | null>>
  evaluations(skillPath: string, limit: number): Promise<Result<readonly EvaluationRecord[]>>
  snapshot(id: string): Promise<Result<StoredSnapshot>>
  /** Mean milliseconds of the calls that this model answered last; `undefined` before the first evaluation. */
  latency(model: string): Promise<Result<number | undefined>>
  /** The reply kept under a request's key during the last day. */
  recall(key: string): Promise<Result<KeptReply | undefined>>
  /** Keeps a reply; false where there is no store yet. */
  keep(key: string, kept: KeptReply): Promise<Result<boolean>>
  /** Resolves with the job once it ended, or rejects with the signal's reason; reports progress on the way. */
  wait(id: string, onProgress: (progress: JobProgress) => void, signal: AbortSignal): Promise<Result<Job>>
}

export interface FoundJob extends Job {
  /** Unfinished, and nobody is known to run it: it goes on when it is resumed. */
  readonly interrupted: boolean
}

/** Replaces these numbers of the stored job; what is left out stays. */
export interface ResumeOptions {
  readonly maxCalls?: number
  readonly maxTokens?: number
  readonly maxCost?: number
  readonly maxTime?: number
  /** Model calls at a time; the search's decisions stay those of the width it was started with. */
  readonly concurrency?: number
}

export interface SubmittedJob {
  readonly job: Job
  /** It was there already and goes on. */
  readonly resumed: boolean
  /** A job of the skill that holds paid answers but is left alone, because its snapshot differs. */
  readonly superseded: string | undefined
}

export interface JobSpec {
  readonly kind: JobKind
  readonly snapshot: NewSnapshot
}

export interface Ports {
  readonly clock: Clock
  readonly files: Files
  readonly history: HistoryStore
  /** The problems of many files, in the order of the files. */
  readonly validateFiles: (
    locations: readonly SkillLocation[],
    signal: AbortSignal,
  ) => Promise<readonly ReportedProblem[]>
  /** The job service of a workspace root; its worker starts at the first call. */
  readonly jobs: (root: string) => JobService
  readonly models: ModelSettings
  /** For `doctor`: the model that the settings name. */
  readonly connect: () => LanguageModel
  /** Facts about this installation, for `doctor`. */
  readonly installation: { readonly version: string; readonly node: string; readonly platform: string }
}
