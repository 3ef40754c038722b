/** A host's side of its worker: starts it at the first call, restarts it when it dies, ends it with the host. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobService } from '../app/ports.ts'
import { untilAborted } from '../base/cancellation.ts'
import { failure } from '../base/errors.ts'
import { createRedactor } from '../base/redact.ts'
import { fail, ok, type Result } from '../base/result.ts'
import {
  callMethod,
  initializeMethod,
  type WorkerCall,
  type WorkerEndpoint,
  type WorkerSettings,
  type WorkerWait,
  waitMethod,
} from '../protocol/worker.ts'
import { type Session, type SessionOptions, sessionEnded, startSession } from './session.ts'

export interface WorkerServiceOptions extends SessionOptions {
  /** Script of the worker: `dist/worker.cjs`, or `worker/main.ts` where Node strips types. */
  readonly workerPath: string
  /** Script of the sandbox's thread. */
  readonly sandboxPath: string
  /** Workspace root, absolute, by realpath. */
  readonly root: string
  /** Travels in the first message. */
  readonly endpoint: WorkerEndpoint
}

/** Starts in a row after which a call is given up: of a worker that never came up, and of one that did. */
const hopelessStarts = 4
const mostStarts = 10
/** A worker that lived longer than this died of something else than the one before. */
const stableMilliseconds = 60_000

type Method = WorkerCall['name']
type Answer<Name extends Method> = Awaited<ReturnType<JobService[Name]>>
type OnProgress = Parameters<JobService['wait']>[1]

export function createWorkerService(options: WorkerServiceOptions): JobService & AsyncDisposable {
  const { workerPath, sandboxPath, root, endpoint, completeInEditor } = options
  /** Jobs that this host submitted or resumed and that have not ended: taken up again after a crash. */
  const mine = new Set<string>()
  let session: Promise<Result<Session>> | undefined
  let current: Session | undefined
  let crashes = 0
  let cameUp = false
  let startedAt = 0
  let lastOutput = ''
  let tokens = 0
  let disposed = false
  const disposing = new AbortController()

  function connect(): Promise<Result<Session>> {
    if (session !== undefined) return session
    const starting = start()
    session = starting
    // Only what came up is kept: after a failure the next call tries again.
    const forget = () => {
      if (session === starting) session = undefined
    }
    starting.then(started => {
      if (!started.ok) forget()
    }, forget)
    return starting
  }

  async function start(): Promise<Result<Session>> {
    if (crashes >= (cameUp ? mostStarts : hopelessStarts)) return giveUp()
    if (crashes > 0) {
      await sleep(Math.min(2_000, 50 * 2 ** crashes), undefined, { signal: disposing.signal }).catch(() => undefined)
    }
    if (disposed) return fail(failure('worker_lost', 'The job worker was stopped.'))
    startedAt = performance.now()
    const started = startSession(workerPath, options)
    current = started
    void started.ended.then(onEnd)
    try {
      const settings: WorkerSettings = { root, sandboxPath, endpoint, editorAnswers: completeInEditor !== undefined }
      await started.request(initializeMethod, settings)
      cameUp = true
      await takeUpAgain(started)
      return ok(started)
    } catch (error) {
      if (error !== sessionEnded) throw error
      await started.ended
      return connect()
    }
  }

  function giveUp(): Result<never> {
    const times = crashes
    crashes = 0
    const said = createRedactor(endpoint.apiKey).message(lastOutput.split('\n').at(-1) ?? '')
    const reason = said === '' ? '' : ` (${said})`
    return fail(failure('worker_lost', `The job worker stopped ${times} times in a row${reason}.`))
  }

  function onEnd(output: string): void {
    session = undefined
    if (disposed) return
    lastOutput = output
    crashes = performance.now() - startedAt > stableMilliseconds ? 1 : crashes + 1
    // What goes wrong now is told by the next call.
    if (mine.size > 0) connect().catch(() => undefined)
  }

  /** The dead worker's leases are free at once, because its death is certain. */
  async function takeUpAgain(started: Session): Promise<void> {
    for (const id of mine) if (!(await takeUp(started, id))) mine.delete(id)
  }

  /** Whether the job goes on: in this worker, or in that of another host, which is followed then. */
  async function takeUp(to: Session, id: string): Promise<boolean> {
    const job = await send(to, 'get', id)
    if (!job.ok || (job.value.state !== 'queued' && job.value.state !== 'running')) return false
    // Taking it up would forget that somebody asked the dead worker to stop it.
    if (job.value.cancelRequested) {
      await send(to, 'cancel', id)
      return false
    }
    const resumed = await send(to, 'resume', id)
    return resumed.ok || resumed.error.code === 'job_running'
  }

  async function send<Name extends Method>(
    to: Session,
    name: Name,
    ...args: Parameters<JobService[Name]>
  ): Promise<Answer<Name>> {
    // Left out at the end, as JSON would make them null.
    const given = args.filter(arg => arg !== undefined)
    return (await to.request(callMethod, { name, args: given } satisfies WorkerCall)) as Answer<Name>
  }

  /** Every call may be sent again, as each either reads or names the state it expects. */
  async function call<Name extends Method>(name: Name, ...args: Parameters<JobService[Name]>): Promise<Answer<Name>> {
    for (;;) {
      const connected = await connect()
      if (!connected.ok) return connected as Answer<Name>
      try {
        return await send(connected.value, name, ...args)
      } catch (error) {
        if (error !== sessionEnded) throw error
      }
    }
  }

  async function waitIn(to: Session, id: string, onProgress: OnProgress, signal: AbortSignal): Promise<Answer<'get'>> {
    signal.throwIfAborted()
    const token = ++tokens
    const stopListening = to.onProgress(event => {
      if (event.token === token) onProgress(event.progress as Parameters<OnProgress>[0])
    })
    try {
      const answer = to.request(waitMethod, { id, token } satisfies WorkerWait, signal)
      return (await untilAborted(answer, signal)) as Answer<'get'>
    } finally {
      stopListening()
    }
  }

  return {
    async submit(spec) {
      const submitted = await call('submit', spec)
      if (submitted.ok) mine.add(submitted.value.job.id)
      return submitted
    },
    async resume(id, options) {
      const resumed = await call('resume', id, options)
      if (resumed.ok) mine.add(id)
      return resumed
    },
    async cancel(id) {
      mine.delete(id)
      return call('cancel', id)
    },
    get: id => call('get', id),
    list: filter => call('list', filter),
    markApplied: (id, version) => call('markApplied', id, version),
    discard: id => call('discard', id),
    prune: (days, id) => call('prune', days, id),
    inspect: days => call('inspect', days),
    evaluations: (skillPath, limit) => call('evaluations', skillPath, limit),
    snapshot: id => call('snapshot', id),
    latency: model => call('latency', model),
    recall: key => call('recall', key),
    keep: (key, kept) => call('keep', key, kept),
    async wait(id, onProgress, signal) {
      for (;;) {
        signal.throwIfAborted()
        const connected = await connect()
        if (!connected.ok) return connected
        try {
          const ended = await waitIn(connected.value, id, onProgress, signal)
          // This worker was not asked for it: its job was another host's when it came up.
          if (!ended.ok && ended.error.code === 'worker_lost' && mine.has(id)) {
            if (!(await takeUp(connected.value, id))) mine.delete(id)
            continue
          }
          mine.delete(id)
          return ended
        } catch (error) {
          if (error !== sessionEnded) throw error
        }
      }
    },
    async [Symbol.asyncDispose]() {
      disposed = true
      disposing.abort()
      await current?.close()
    },
  }
}
