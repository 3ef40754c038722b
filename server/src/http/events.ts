/** Server-sent events of one job: its progress, and how it ended. */
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import { type JobView, viewJob } from '../app/jobView.ts'
import { untilAborted } from '../base/cancellation.ts'
import type { Failure } from '../base/errors.ts'
import type { Result } from '../base/result.ts'
import type { Job, JobProgress } from '../jobs/job.ts'
import { problemOf } from './problem.ts'

export interface Watched {
  /** The job as it is now. */
  view(): Promise<Result<JobView>>
  /** Resolves when it has ended, whoever runs it, with all that this server does for it. */
  ended(onProgress: (progress: JobProgress) => void, signal: AbortSignal): Promise<Result<Job>>
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
    const heartbeat = setInterval(() => void stream.write(': still there\n\n'), heartbeatMilliseconds).unref()
    // A client that stays but does not read must not keep the server from ending.
    const send = (event: string, value: unknown) =>
      untilAborted(stream.writeSSE({ event, data: JSON.stringify(value) }), signal)
    const fail = (error: Failure) => send('interrupted', problemOf(error))
    try {
      const first = await view()
      if (!first.ok) return await fail(first.error)
      await send('progress', first.value)
      let latest = first.value
      const outcome = await ended(progress => {
        latest = { ...latest, status: 'running', progress }
        send('progress', latest).catch(() => {})
      }, signal)
      if (!outcome.ok) return await fail(outcome.error)
      const last = await view()
      // Deleted in the meantime: its end is known all the same.
      const shown = last.ok ? last.value : viewJob(outcome.value)
      await send(shown.status, shown)
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      clearInterval(heartbeat)
      onClosed()
    }
  })
}
