/** Every failure a user can cause: its code, and what each host says of it (exit status, HTTP status, LSP code). */

/**
 * An expected failure. `message` is one sentence that says what happened, where, and the way out;
 * it never holds a key, a header or the text of a reply.
 */
export interface Failure {
  readonly code: ErrorCode
  readonly message: string
  /** The file or folder it is about, as the user would type it. */
  readonly path?: string
}

interface HostStatus {
  /** Exit status of the command line: 1 findings, 2 usage, 3 the job or provider failed, 130 interrupted. */
  readonly exit: 1 | 2 | 3 | 130
  readonly http: number
  /** LSP error code: -32602 invalid params, -32603 internal, -32800 cancelled, -32803 request failed. */
  readonly lsp: -32602 | -32603 | -32800 | -32803
}

const usage: HostStatus = { exit: 2, http: 400, lsp: -32602 }
const missing: HostStatus = { exit: 2, http: 404, lsp: -32602 }
const findings: HostStatus = { exit: 1, http: 422, lsp: -32803 }
const failed: HostStatus = { exit: 3, http: 500, lsp: -32803 }
const upstream: HostStatus = { exit: 3, http: 502, lsp: -32803 }
const conflict: HostStatus = { exit: 3, http: 409, lsp: -32803 }

/** The one table from code to host status. */
export const errorTable = {
  // usage
  usage,
  path_not_found: missing,
  path_outside_root: { exit: 2, http: 403, lsp: -32602 },
  path_unsafe: usage,
  path_exists: { exit: 2, http: 409, lsp: -32602 },
  not_a_skill: missing,
  model_not_configured: usage,
  model_price_unknown: usage,
  key_missing: usage,
  editor_needed: usage,
  job_not_found: missing,
  version_not_found: missing,
  runtime_too_old: usage,
  port_unavailable: usage,
  workspace_untrusted: { exit: 2, http: 403, lsp: -32803 },
  // a request that no host carries out
  unauthorized: { exit: 2, http: 401, lsp: -32602 },
  host_refused: { exit: 2, http: 403, lsp: -32602 },
  origin_refused: { exit: 2, http: 403, lsp: -32602 },
  route_not_found: missing,
  method_not_allowed: { exit: 2, http: 405, lsp: -32602 },
  request_timeout: { exit: 2, http: 408, lsp: -32602 },
  body_too_large: { exit: 2, http: 413, lsp: -32602 },
  media_type: { exit: 2, http: 415, lsp: -32602 },
  headers_too_large: { exit: 2, http: 431, lsp: -32602 },
  idempotency_conflict: findings,
  busy: { exit: 3, http: 503, lsp: -32803 },
  // findings in the user's files
  signature_invalid: findings,
  examples_missing: findings,
  examples_invalid: findings,
  metrics_missing: findings,
  history_damaged: findings,
  // the job or the provider
  key_rejected: upstream,
  model_unknown: upstream,
  endpoint_unreachable: upstream,
  endpoint_failed: upstream,
  rate_limited: upstream,
  timed_out: upstream,
  reply_invalid: upstream,
  reply_refused: upstream,
  request_rejected: upstream,
  metric_failed: failed,
  budget_exhausted: failed,
  job_failed: failed,
  job_state: conflict,
  job_running: conflict,
  apply_conflict: conflict,
  unproven: conflict,
  read_failed: failed,
  write_failed: failed,
  disk_full: { exit: 3, http: 507, lsp: -32803 },
  database_damaged: failed,
  database_foreign: failed,
  database_newer: failed,
  database_network: failed,
  worker_lost: failed,
  internal: { exit: 3, http: 500, lsp: -32603 },
  // a person stopped it
  cancelled: { exit: 130, http: 409, lsp: -32800 },
} as const satisfies Record<string, HostStatus>

export type ErrorCode = keyof typeof errorTable

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code)
}

export function failure(code: ErrorCode, message: string, path?: string): Failure {
  return path === undefined ? { code, message } : { code, message, path }
}

/** Carries a failure through a function that has no room for a result, such as a store's write on a full disk. */
export function failureError(carried: Failure): Error {
  return new Error(carried.message, { cause: { failure: carried } })
}

/** The failure that `failureError` put in; `undefined` for any other error. */
export function failureOf(error: unknown): Failure | undefined {
  if (!(error instanceof Error) || typeof error.cause !== 'object' || error.cause === null) return undefined
  return 'failure' in error.cause ? (error.cause.failure as Failure) : undefined
}

/** The system's or a library's own code of an error, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
