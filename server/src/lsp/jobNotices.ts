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

export function createJobNotices({ connection, editor }: Pick<ServerContext, 'connection' | 'editor'>, ports: Ports) {
  const started = new Map<string, Pick<JobNotice, 'root' | 'jobId' | 'skillPath'>>()
  let last: Pick<JobNotice, 'root' | 'jobId' | 'skillPath'> | undefined
  const send = (notice: JobNotice) => {
    if (editor() !== undefined) void connection.sendNotification(jobMethod, notice)
  }
  const notices: JobNotices = {
    onEvent(event) {
      if (event.kind === 'started') {
        const { root, jobId, skillPath } = event
        last = { root, jobId, skillPath }
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
  return notices
}
