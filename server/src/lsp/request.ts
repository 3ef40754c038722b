/** One wrapper for every handler: a failure answers that request alone, and is logged once. */
import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver'
import { errorTable, type Failure } from '../base/errors.ts'

export interface Log {
  error(message: string): void
}

export type Handler<Params, Answer> = (params: Params, token: CancellationToken) => Answer | Promise<Answer>

/** `failing` answers what the client gets when the handler has a bug: an error that names the request. */
export function createHandlerWrapper(log: Log) {
  return function wrap<Params, Answer>(
    name: string,
    handle: Handler<Params, Answer>,
  ): (params: Params, token: CancellationToken) => Promise<Answer | ResponseError<never>> {
    return async (params, token) => {
      // A request that was given up while it waited in line costs nothing.
      if (token.isCancellationRequested) return cancelled(name)
      try {
        const answer = await handle(params, token)
        return token.isCancellationRequested ? cancelled(name) : answer
      } catch (error) {
        if (error instanceof ResponseError) return error as ResponseError<never>
        log.error(`${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
        return new ResponseError(errorTable.internal.lsp, `${name} failed: see the log of the language server.`)
      }
    }
  }
}

/** A failure as the protocol tells it: the same stable code as on the command line, in `data`, with its job's id. */
export function responseError({ code, message, path }: Failure, jobId?: string): ResponseError<unknown> {
  const data = { code, ...(path !== undefined && { path }), ...(jobId !== undefined && { job_id: jobId }) }
  return new ResponseError(errorTable[code].lsp, message, data)
}

function cancelled(name: string): ResponseError<never> {
  return new ResponseError(LSPErrorCodes.RequestCancelled, `${name} was cancelled.`)
}
