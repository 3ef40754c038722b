/** Tells a client that shows jobs itself what becomes of those that an operation starts. */
import { viewJob } from '../app/jobView.ts'
import type { OperationEvent } from '../app/operation.ts'
import type { Ports } from '../app/ports.ts'
import { type JobNotice, jobMethod } from '../protocol/client.ts'
import type { ServerContext } from './context.ts'

export interface JobNotices {
  onEvent(event: OperationEvent): void
  /** To be called once the operation is over, however it ended. */
  end(): Promise<void>
}

type About = Omit<JobNotice, 'what' | 'progress' | 'job'>

/** `answered`: what was called gives its result to who called it, who then shows the end. */
export function createJobNotices(
  { connection, editor }: Pick<ServerContext, 'connection' | 'editor'>,
  ports: Ports,
  { answered = false } = {},
): JobNotices {
  const started = new Map<string, About>()
  let last: About | undefined
  const send = (notice: JobNotice) => {
    if (editor() !== undefined) void connection.sendNotification(jobMethod, notice)
  }
  return {
    onEvent(event) {
      if (event.kind === 'started') {
        const { root, jobId, jobKind: kind, skillPath } = event
        last = { root, jobId, kind, skillPath, ...(answered && { answered }) }
        started.set(jobId, last)
        send({ ...last, what: 'started' })
      }
      if (event.kind === 'progress' && last !== undefined) {
        send({ ...last, what: 'progress', progress: event.progress })
      }
    },
    async end() {
      for (const about of started.values()) {
        const job = await ports.jobs(about.root).get(about.jobId)
        send({ ...about, what: 'ended', ...(job.ok && { job: viewJob(job.value) }) })
      }
    },
  }
}
