/** Why a command that starts a job came to nothing, and the buttons that help. */
import { describeError } from '../messages.ts'

export type FailureAction =
  | 'Choose Model'
  | 'Try the Offline Demo'
  | 'Set API Key…'
  | 'Manage Workspace Trust'
  | 'Restart Server'
  | 'Retry'
  | 'Show Log'

export interface CommandFailure {
  readonly message: string
  readonly actions: readonly FailureAction[]
}

/** `undefined` where the news of the job tells of it, or the person stopped it. */
export function commandFailure(error: unknown): CommandFailure | undefined {
  const { code, jobId, connection } = readError(error)
  // A server that ended meanwhile starts again, and offers to resume what it left.
  if (jobId !== undefined || code === 'cancelled' || connection === 'lost') return undefined
  if (connection === 'none') return { message: 'The language server is not running.', actions: ['Restart Server'] }
  const message = describeError(error)
  switch (code) {
    case 'model_not_configured':
      return { message: clause(message), actions: ['Choose Model', 'Try the Offline Demo', 'Set API Key…'] }
    case 'key_missing':
      return { message: clause(message), actions: ['Set API Key…', 'Choose Model', 'Try the Offline Demo'] }
    case 'workspace_untrusted':
      return { message, actions: ['Manage Workspace Trust'] }
    default:
      return { message, actions: ['Retry', 'Show Log'] }
  }
}

interface ReadError {
  readonly code?: string | undefined
  readonly jobId?: string | undefined
  readonly connection?: 'none' | 'lost' | undefined
}

/** Of the protocol: the client is not connected. */
const inactive = -32096
/** Its pending requests were given up; its connection was closed, or disposed of. */
const lost: ReadonlySet<unknown> = new Set([-32097, 1, 2])

/** The server's stable code and its job are in the error's `data`; a numeric code alone is the protocol's. */
function readError(error: unknown): ReadError {
  if (typeof error !== 'object' || error === null) return {}
  const data = 'data' in error && typeof error.data === 'object' && error.data !== null ? error.data : {}
  const text = (name: 'code' | 'job_id') => {
    const value = name in data ? (data as Record<string, unknown>)[name] : undefined
    return typeof value === 'string' ? value : undefined
  }
  const number = 'code' in error ? error.code : undefined
  const connection = number === inactive ? 'none' : lost.has(number) ? 'lost' : undefined
  return { code: text('code'), jobId: text('job_id'), connection }
}

/** The rest of the sentence names what there are buttons for. */
function clause(message: string): string {
  const end = message.search(/[:;] use “/)
  return end < 0 ? message : `${message.slice(0, end)}.`
}
