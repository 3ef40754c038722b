/** A host's side of its worker: starts it at the first call, restarts it when it dies, ends it with the host. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobService } from '../app/ports.ts'
import { failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { callMethod, initializeMethod, type WorkerCall, type WorkerEndpoint, waitMethod } from '../protocol/worker.ts'
import { type Session, sessionEnded, startSession } from './session.ts'

export interface WorkerServiceOptions {
  /** Script of the worker: `dist/worker.cjs`, or `worker/main.ts` where Node strips types. */
  readonly workerPath: string
  /** Script of the sandbox's thread. */
  readonly sandboxPath: string
  /** Workspace root, absolute, by realpath. */
  readonly root: string
  /** Travels in the first message. */
  readonly endpoint: WorkerEndpoint
}

/** Milliseconds before each further start of a worker that keeps dying; then it is given up for this call. */
const restartDelays = [100, 500, 2_000]
/** A worker that lived longer than this died of something else. */
const stableMilliseconds = 60_000

type Method = WorkerCall['name']
type Answer<Name extends Method> = Awaited<ReturnType<JobService[Name]>>
type OnProgress = Parameters<JobService['wait']>[1]

export function createWorkerService(options: WorkerServiceOptions): JobService & AsyncDisposable {
  const { workerPath, sandboxPath, root, endpoint } = options
  /** Jobs that this host submitted or resumed and that have not ended: taken up again after a crash. */
  const mine = new Set<string>()
  let session: Promise<Result<Session>> | undefined
  let crashes = 0
  let startedAt = 0
  let lastOutput = ''
  let tokens = 0
  let disposed = false
  const disposing = new AbortController()

  function connect(): Promise<Result<Session>> {
    if (disposed) return Promise.resolve(fail(failure('worker_lost', 'The job worker was stopped.')))
    session ??= start()
    return session
  }

  async function start(): Promise<Result<Session>> {
    const delay = restartDelays[crashes - 1]
    if (crashes > 0) {
      if (delay === undefined) return giveUp()
      await sleep(delay, undefined, { signal: disposing.signal }).catch(() => undefined)
    }
    startedAt = performance.now()
    const started = startSession(workerPath)
    void started.ended.then(output => onEnd(output))
    try {
      const ready = (await started.request(initializeMethod, { root, sandboxPath, endpoint })) as Result<null>
      if (!ready.ok) {
        session = undefined
        await started.close()
        return ready
      }
      await takeUpAgain(started)
      return ok(started)
    } catch (error) {
      if (error !== sessionEnded) throw error
      return connect()
    }
  }

  /** The next call tries again from the start. */
  function giveUp(): Result<never> {
    session = undefined
    crashes = 0
    const said = redact(lastOutput.split('\n').at(-1) ?? '', endpoint.apiKey)
    const reason = said === '' ? '' : ` (${said})`
    return fail(failure('worker_lost', `The job worker stopped ${restartDelays.length + 1} times${reason}.`))
  }

  function onEnd(output: string): void {
    lastOutput = output
    session = undefined
    if (disposed) return
    crashes = performance.now() - startedAt > stableMilliseconds ? 1 : crashes + 1
    if (mine.size > 0) void connect()
  }

  /** The dead worker's leases are free at once, because its death is certain. */
  async function takeUpAgain(started: Session): Promise<void> {
    for (const id of mine) {
      const job = await send(started, 'get', id)
      const unfinished = job.ok && (job.value.state === 'queued' || job.value.state === 'running')
      if (!unfinished || !(await send(started, 'resume', id)).ok) mine.delete(id)
    }
  }

  async function send<Name extends Method>(
    to: Session,
    name: Name,
    ...args: Parameters<JobService[Name]>
  ): Promise<Answer<Name>> {
    return (await to.request(callMethod, { name, args })) as Answer<Name>
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
    const token = ++tokens
    const stopListening = to.onProgress(event => {
      if (event.token === token) onProgress(event.progress as Parameters<OnProgress>[0])
    })
    try {
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
      return await Promise.race([to.request(waitMethod, { id, token }, signal) as Promise<Answer<'get'>>, aborted])
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
    async resume(id) {
      const resumed = await call('resume', id)
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
    prune: days => call('prune', days),
    evaluations: (skillPath, limit) => call('evaluations', skillPath, limit),
    snapshot: id => call('snapshot', id),
    async wait(id, onProgress, signal) {
      for (;;) {
        signal.throwIfAborted()
        const connected = await connect()
        if (!connected.ok) return connected
        try {
          const ended = await waitIn(connected.value, id, onProgress, signal)
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
      const open = await session
      if (open?.ok) await open.value.close()
    },
  }
}

function redact(text: string, key: string | undefined): string {
  return key === undefined || key === '' ? text : text.replaceAll(key, '[key]')
}
