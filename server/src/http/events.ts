/** Server-sent events of one job: its progress, and how it ended. */
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { JobView } from '../app/jobView.ts'
import type { Failure } from '../base/errors.ts'
import type { Result } from '../base/result.ts'
import type { JobProgress } from '../jobs/job.ts'
import { problemOf } from './problem.ts'

export interface Watched {
  /** The job as it is now. */
  view(): Promise<Result<JobView>>
  /** Resolves when it has ended, whoever runs it, with all that this server does for it. */
  ended(onProgress: (progress: JobProgress) => void, signal: AbortSignal): Promise<Result<unknown>>
}

/** Comments in between keep proxies and clients from taking a quiet job for a dead connection. */
const heartbeatMilliseconds = 15_000

/**
 * Events `progress` with the job as it is, then one named for its end (`completed`, `failed`, `cancelled`) with the
 * job in full, or `interrupted` with a problem document when nobody runs it any more.
 */
export function streamJob(
  context: Context,
  { view, ended }: Watched,
  stopping: AbortSignal,
  onClosed: () => void,
): Response {
  return streamSSE(context, async stream => {
    const closed = new AbortController()
    stream.onAbort(() => closed.abort(new Error('the client went away')))
    const signal = AbortSignal.any([closed.signal, stopping])
    const heartbeat = setInterval(() => void stream.write(': still there\n\n'), heartbeatMilliseconds)
    const send = (event: string, value: unknown) => stream.writeSSE({ event, data: JSON.stringify(value) })
    const fail = (error: Failure) => send('interrupted', problemOf(error))
    try {
      const first = await view()
      if (!first.ok) return await fail(first.error)
      await send('progress', first.value)
      let latest = first.value
      const outcome = await ended(progress => {
        latest = { ...latest, status: 'running', progress }
        void send('progress', latest)
      }, signal)
      if (!outcome.ok) return await fail(outcome.error)
      const last = await view()
      await (last.ok ? send(last.value.status, last.value) : fail(last.error))
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      clearInterval(heartbeat)
      onClosed()
    }
  })
}
