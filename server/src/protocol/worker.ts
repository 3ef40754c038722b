/** What a host and its worker say to each other: JSON-RPC method names and wire types. */

/** Request, first of all: `WorkerSettings` to null. */
export const initializeMethod = 'signatureTuner/initialize'
/** Request: `WorkerCall` to the result of that call. */
export const callMethod = 'signatureTuner/call'
/** Request: `WorkerWait` to the ended job; cancelling it leaves the job running. */
export const waitMethod = 'signatureTuner/wait'
/** Notification of the worker: `WorkerProgress`. */
export const progressMethod = 'signatureTuner/progress'
/** Request of the worker: `CompleteChatParams` to its reply or error, as the host's editor gives it; it may be cancelled. */
export const completeMethod = 'signatureTuner/complete'

export interface WorkerSettings {
  /** Absolute, by realpath. */
  readonly root: string
  /** Holds the key, which travels in this message alone. */
  readonly endpoint: WorkerEndpoint
  /** Script of the sandbox's thread. */
  readonly sandboxPath: string
  /** The host answers `completeMethod`. */
  readonly editorAnswers: boolean
}

export interface WorkerEndpoint {
  /** `embedded`, or the URL that Chat Completions' path is appended to. */
  readonly baseUrl: string
  readonly apiKey?: string | undefined
  /** Milliseconds for one request. */
  readonly timeout: number
}

export const workerCalls = [
  'submit',
  'resume',
  'cancel',
  'get',
  'list',
  'markApplied',
  'discard',
  'prune',
  'inspect',
  'evaluations',
  'snapshot',
  'latency',
  'recall',
  'keep',
] as const

export interface WorkerCall {
  readonly name: (typeof workerCalls)[number]
  readonly args: readonly unknown[]
}

export interface WorkerWait {
  readonly id: string
  /** Chosen by the host; progress carries it. */
  readonly token: number
}

export interface WorkerProgress {
  readonly token: number
  readonly progress: unknown
}
