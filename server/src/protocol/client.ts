/** What our client for VS Code and the language server say to each other beyond the protocol: names and wire types. */

/** Request: `EditorConfiguration` to null, at every change; the first travels as `initializationOptions.editor`. */
export const configureMethod = 'signatureTuner/configure'
/** Request: `OperationCall` to the output of that operation. */
export const runMethod = 'signatureTuner/run'
/** Request: `ListModelsParams` to `readonly OfferedModels[]`; it may be cancelled, and is answered in seconds. */
export const listModelsMethod = 'signatureTuner/listModels'
/** Notification of the server: `JobNotice`. */
export const jobMethod = 'signatureTuner/job'

/** Request: `{ uri }` of a signature to `ExamplesAnswer`; texts of open documents count, saved or not. */
export const examplesMethod = 'signatureTuner/examples'

/** Of more examples than these the others are only counted. */
export const mostListedExamples = 1000

export interface ExamplesAnswer {
  /** The file that holds them; absent where they are in the signature. */
  readonly examplesUri?: string | undefined
  /** In the order of the file. */
  readonly examples: readonly ListedExample[]
  /** How many there are. */
  readonly total: number
  /** Why there are none, or not all: a sentence. */
  readonly problem?: string | undefined
}

export interface ListedExample {
  readonly id: string
  /** From 1. */
  readonly line: number
  /** One short line. */
  readonly label: string
  /** Where the author fixed it. */
  readonly split?: 'train' | 'dev' | 'holdout' | undefined
}

/** A client that sends it shows progress and results itself. */
export interface EditorConfiguration {
  /** Without trust nothing is evaluated or tuned. */
  readonly trusted: boolean
  /** Values of settings that no file of a workspace may set; those of `workspace/configuration` do not count. */
  readonly machine: MachineSettings
  /** Sent to its own origin alone. */
  readonly key?: { readonly origin: string; readonly value: string }
}

export interface MachineSettings {
  readonly baseUrl?: string
  readonly concurrency?: number
  /** Seconds. */
  readonly timeout?: number
  readonly maxCalls?: number
  /** Read and written. */
  readonly maxTokens?: number
  /** US dollars. */
  readonly maxCost?: number
  /** Seconds. */
  readonly maxTime?: number
}

/** Names of `MachineSettings`. */
export const machineSettings = [
  'baseUrl',
  'concurrency',
  'timeout',
  'maxCalls',
  'maxTokens',
  'maxCost',
  'maxTime',
] as const

/** One of the program's operations, as on the command line and over HTTP. */
export interface OperationCall {
  /** Such as `jobs show`. */
  readonly operation: string
  readonly input: Readonly<Record<string, unknown>>
}

export interface ListModelsParams {
  /** The configured endpoint, or servers of this machine on the ports that they have by default. */
  readonly place: 'endpoint' | 'machine'
}

export interface OfferedModels {
  /** Such as `Ollama`; the origin of an endpoint. */
  readonly name: string
  readonly baseUrl: string
  /** Sorted. */
  readonly models: readonly string[]
  /** Why there are none: a stable code, and a sentence in the endpoint's words. */
  readonly problem?: { readonly code: string; readonly message: string } | undefined
}

/** Something happened to a job of this server's. */
export interface JobNotice {
  readonly what: 'started' | 'progress' | 'ended'
  /** Absolute path. */
  readonly root: string
  readonly jobId: string
  readonly kind: 'tune' | 'evaluate'
  /** Relative to the root. */
  readonly skillPath: string
  readonly progress?: WireProgress
  /** An operation was called by name: who called it gets its result, and shows it. */
  readonly answered?: boolean
  /** Of a job that ended, also where it failed or was stopped. */
  readonly job?: WireJob
}

export interface WireProgress {
  readonly phase: string
  /** 0..100. */
  readonly percent: number
  readonly calls: number
  readonly best_score?: number | undefined
  readonly old_score?: number | undefined
  /** US dollars, as everywhere. */
  readonly cost?: number | undefined
  /** One line on what is going on. */
  readonly message?: string | undefined
  readonly tree?: WireTree | undefined
}

/** What a search tried so far. */
export interface WireTree {
  /** In the order of its decisions. */
  readonly candidates: readonly WireCandidate[]
  /** How many more there were. */
  readonly left_out: number
  /** Id of the best. */
  readonly best?: string | undefined
}

export interface WireCandidate {
  readonly id: string
  /** `0` is the signature as it was. */
  readonly parent?: string | undefined
  readonly origin: string
  /** In 0..1, on the search examples. */
  readonly search_score?: number | undefined
  /** `accepted`, `rejected`, or why it is neither. */
  readonly state: string
  /** The state with its reason. */
  readonly decision: string
  readonly changes: readonly string[]
  /** How many more changes there are. */
  readonly more_changes?: number | undefined
}

export interface WireJob {
  readonly job_id: string
  readonly kind: 'tune' | 'evaluate'
  readonly status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled'
  /** Relative to the root. */
  readonly skill_path: string
  /** ISO 8601, as the other. */
  readonly created_at: string
  readonly updated_at: string
  /** Unfinished, and nobody is known to run it. */
  readonly interrupted?: boolean | undefined
  /** What it still needs, such as `5 min`. */
  readonly estimated_time?: string | undefined
  readonly progress?: WireProgress | undefined
  readonly error?: { readonly code: string; readonly message: string } | undefined
  /** A person does not want its result. */
  readonly discarded?: boolean | undefined
  readonly result?: WireTuneResult | WireEvaluateResult | undefined
}

export interface WireTuneResult {
  readonly tuned: boolean
  /** In 0..1, over `examples`, as is the new one. */
  readonly old_score: number
  readonly new_score?: number | undefined
  /** Signed percentage points. */
  readonly improvement?: string | undefined
  /** Set once it was applied. */
  readonly signature_version?: number | undefined
  readonly changes: readonly string[]
  readonly reason: string
  readonly evidence?: 'proven' | 'weak' | 'unproven' | undefined
  readonly holdout?: WireHoldout | undefined
  readonly reasoning?: string | undefined
  readonly stop_reason?: string | undefined
  readonly model: string
  readonly scores: Readonly<Record<string, number>>
  readonly new_scores?: Readonly<Record<string, number>> | undefined
  /** Those that were scored. */
  readonly examples: number
  /** All there are, where the budget allowed a sample only. */
  readonly of_examples?: number | undefined
  readonly calls?: number | undefined
  readonly cost?: number | undefined
  readonly demo: boolean
}

export interface WireHoldout {
  readonly old_score: number
  readonly new_score: number
  readonly p_value: number
  readonly examples: number
  readonly wins: number
  readonly losses: number
}

export interface WireEvaluateResult {
  readonly score: number
  readonly scores: Readonly<Record<string, number>>
  readonly examples: number
  /** All there are, where only some were asked for. */
  readonly of_examples?: number | undefined
  readonly passed: number
  readonly errors: readonly { readonly code: string; readonly count: number; readonly message: string }[]
  /** The worst, as many as were asked for. */
  readonly failing: readonly WireFailing[]
  readonly failing_count: number
  /** Every example; empty in a list of jobs. */
  readonly outcomes: readonly WireOutcome[]
  readonly model: string
  readonly demo: boolean
  readonly calls: number
  readonly cost?: number | undefined
}

export interface WireOutcome {
  readonly id: string
  /** In 0..1; absent after an error. */
  readonly score?: number | undefined
  /** Code of the error. */
  readonly error?: string | undefined
}

export interface WireFailing {
  readonly id: string
  /** Line of the examples file, from 1. */
  readonly line: number
  readonly score: number
  readonly inputs: Readonly<Record<string, unknown>>
  readonly expected: Readonly<Record<string, unknown>>
  readonly got: Readonly<Record<string, unknown>>
  readonly feedback: readonly string[]
}

export interface WireHistory {
  readonly skill_path: string
  readonly skill_id: string
  /** The version whose meaning the file has now. */
  readonly current?: number | undefined
  /** Oldest first. */
  readonly versions: readonly WireVersion[]
}

export interface WireVersion {
  readonly version: number
  readonly created_at: string
  readonly metric_score: number | null
  readonly tuned: boolean
  readonly reason?: string | undefined
  readonly tuning_reason?: string | undefined
  readonly improvement?: string | undefined
  readonly parent?: number | undefined
  readonly job_id?: string | undefined
  readonly restored_from?: number | undefined
  readonly changes?: readonly string[] | undefined
  readonly provenance?: readonly WireProvenance[] | undefined
  readonly signature?: string | undefined
  readonly model?: string | undefined
  readonly scores?: Readonly<Record<string, number>> | undefined
  readonly examples?: number | undefined
}

/** Where a wording comes from. */
export interface WireProvenance {
  /** Such as `outputs.answer.constraints[0]`. */
  readonly path: string
  readonly text: string
  /** Ids. */
  readonly examples: readonly string[]
  readonly reasoning?: string | undefined
}

/** What `apply` with `preview` answers. */
export interface WirePreview {
  readonly job_id: string
  readonly changes: readonly string[]
  /** Parts that were edited meanwhile, which keeps the whole from being applied. */
  readonly conflicts: readonly string[]
  readonly old_text: string
  readonly new_text: string
  readonly parts: readonly WirePart[]
}

export interface WirePart {
  /** Such as `outputs.answer.constraints`. */
  readonly path: string
  readonly changes: readonly string[]
  readonly conflict: boolean
  /** Of the new text, from 1, as is the last line. */
  readonly line?: number | undefined
  readonly end_line?: number | undefined
  readonly provenance: readonly WireProvenance[]
}

export interface WireApplied {
  readonly signature_version: number
  readonly written: boolean
}

/** What the client reads of the outputs of operations. */
export interface WireOutputs {
  readonly jobs: { readonly root: string; readonly jobs: readonly WireJob[] }
  readonly 'jobs show': WireJob
  readonly 'jobs cancel': WireJob
  readonly 'jobs discard': WireJob
  readonly 'jobs prune': { readonly deleted: number }
  readonly history: WireHistory
  readonly restore: { readonly restored: number; readonly version: number; readonly changed: boolean }
  readonly diff: {
    readonly changes: readonly string[]
    readonly old_text: string
    readonly new_text: string
  }
  readonly new: { readonly created: readonly string[] }
  readonly evaluate: {
    readonly skills: readonly {
      readonly skill_path: string
      readonly threshold?: number | undefined
      readonly result?: WireEvaluateResult | undefined
      readonly error?: { readonly code: string; readonly message: string } | undefined
    }[]
  }
  readonly doctor: {
    readonly healthy: boolean
    readonly checks: readonly {
      readonly name: string
      readonly status: 'ok' | 'warning' | 'error'
      readonly detail: string
      /** Of an error that has a stable code. */
      readonly code?: string | undefined
    }[]
  }
}

// Models of the editor. A client that answers says so by `editorModels: true` in its initialisation options, or
// among its experimental capabilities.

/** Request of the server: `CompleteChatParams` to `CompleteChatReply` or `CompleteChatError`; it may be cancelled. */
export const completeChatMethod = 'signatureTuner/completeChat'

export interface CompleteChatParams {
  /** Vendor and id, such as `copilot/gpt-4o`. */
  readonly model: string
  readonly messages: readonly ChatMessage[]
  readonly maxOutputTokens?: number
  /** The messages ask for a JSON object of this schema in words already; for models that can enforce it. */
  readonly jsonSchema?: { readonly name: string; readonly schema: object }
}

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

export interface CompleteChatReply {
  /** The whole reply. */
  readonly text: string
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
}

export interface CompleteChatError {
  readonly code: CompleteChatErrorCode
  /** In the editor's words. */
  readonly message: string
  /** Milliseconds to wait before another try. */
  readonly retryAfter?: number | undefined
}

export const completeChatErrorCodes = [
  /** The person has not allowed this extension to use the model. */
  'no_permission',
  /** The editor refuses all requests for now, such as for a quota that is used up. */
  'blocked',
  'not_found',
  /** Worth another try after a while. */
  'rate_limited',
  /** This request's content was refused, such as by a filter. */
  'refused',
  /** Anything else; worth another try. */
  'failed',
] as const

export type CompleteChatErrorCode = (typeof completeChatErrorCodes)[number]
