/** What happens to a request that passed the guard: its route's operation, and a reply as JSON. */
import type { HttpBindings } from '@hono/node-server'
import { type Context as AnyContext, Hono } from 'hono'
import packageJson from '../../../package.json' with { type: 'json' }
import { operations } from '../app/app.ts'
import type { JobView } from '../app/jobView.ts'
import type { Ports } from '../app/ports.ts'
import { formatDuration } from '../base/duration.ts'
import { type Failure, failure } from '../base/errors.ts'
import { sha256 } from '../base/hash.ts'
import { canonicalJson } from '../base/json.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { readBody } from './body.ts'
import { streamJob } from './events.ts'
import { createReplies, isIdempotencyKey, type Reply } from './idempotency.ts'
import { readInput } from './input.ts'
import { eventsPath, openApiDocument } from './openapi.ts'
import { problemOf, problemType } from './problem.ts'
import { base, type Route, routes } from './routes.ts'
import { createRuns } from './runs.ts'

export interface ApplicationOptions {
  readonly ports: Ports
  /** Workspace root, absolute, by realpath. */
  readonly root: string
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal
  readonly log: (line: string) => void
}

interface Env {
  readonly Bindings: HttpBindings
}
type Context = AnyContext<Env>

interface Endpoint {
  readonly method: string
  readonly path: string
  handle(context: Context): Response | Promise<Response>
}

/** Bytes; the largest input is a list of paths. */
const maxBody = 1024 ** 2
/** Event streams at a time. */
const mostStreams = 64

export function createApplication({ ports, root, stopping, log }: ApplicationOptions) {
  const service = ports.jobs(root)
  const replies = createReplies({ service, now: ports.clock.now })
  const runs = createRuns({ ports, signal: stopping, log })
  const app = new Hono<Env>()
  let streams = 0

  app.use(async (context, next) => {
    await next()
    context.header('Cache-Control', 'no-store')
    context.header('X-Content-Type-Options', 'nosniff')
  })
  const endpoints: readonly Endpoint[] = [
    {
      method: 'GET',
      path: `${base}/health`,
      handle: context => context.json({ status: 'ok', version: packageJson.version, root }),
    },
    {
      method: 'GET',
      path: `${base}/openapi.json`,
      handle: context => context.json(openApiDocument(new URL(context.req.url).origin)),
    },
    ...routes.flatMap((route): readonly Endpoint[] => {
      const { path } = route
      const method = route.method.toUpperCase()
      const events = eventsPath(route)
      return [
        { method, path, handle: async context => send(context, await answer(route, context)) },
        ...(events === undefined
          ? []
          : [{ method: 'GET', path: events, handle: (context: Context) => watch(route, context) }]),
      ]
    }),
  ]
  for (const { method, path, handle } of endpoints) app.on(method, honoPath(path), handle)
  for (const [path, ways] of Map.groupBy(endpoints, endpoint => endpoint.path)) {
    const methods = ways.map(({ method }) => method)
    app.all(honoPath(path), context => {
      const problem = failure(
        'method_not_allowed',
        `${path} takes ${methods.join(' and ')}, not ${context.req.method}.`,
      )
      context.header('Allow', methods.includes('GET') ? [...methods, 'HEAD'].join(', ') : methods.join(', '))
      return send(context, problemReply(problem))
    })
  }
  app.notFound(context => {
    const way = `see ${base}/openapi.json for those there are`
    return send(
      context,
      problemReply(failure('route_not_found', `There is no ${context.req.path.slice(0, 200)}; ${way}.`)),
    )
  })
  app.onError((error, context) => {
    log(`${context.req.method} ${context.req.path} failed in an unforeseen way: ${error.stack ?? error.message}`)
    const what = 'The request failed in an unforeseen way: see what the server printed.'
    return send(context, problemReply(failure('internal', what)))
  })

  async function answer(route: Route, context: Context): Promise<Reply> {
    const body = await readBody(context.env.incoming, maxBody)
    if (!body.ok) return problemReply(body.error)
    const { searchParams } = new URL(context.req.url)
    const input = readInput(route, { parameters: context.req.param(), query: searchParams, body: body.value })
    if (!input.ok) return problemReply(input.error)
    const [key, ...otherKeys] = context.env.incoming.headersDistinct['idempotency-key'] ?? []
    if (route.method !== 'post' || key === undefined) return carryOut(route, input.value, context.req.raw.signal)
    if (!isIdempotencyKey(key) || otherKeys.length > 0) {
      return problemReply(failure('usage', 'An Idempotency-Key has 1 to 255 printable ASCII characters, and is one.'))
    }
    // Not ended by a client that goes away: the reply is for whoever asks again.
    const fingerprint = sha256(canonicalJson([route.path, input.value]))
    const kept = await replies.once(key, fingerprint, () => carryOut(route, input.value, stopping))
    return kept.ok ? kept.value : problemReply(kept.error)
  }

  async function carryOut(route: Route, input: Readonly<Record<string, unknown>>, asking: AbortSignal): Promise<Reply> {
    if (stopping.aborted) return problemReply(failure('busy', 'The server is stopping.'))
    const misplaced = await refuseOtherKind(route, input.job_id)
    if (misplaced !== undefined) return problemReply(misplaced)
    if (route.answer === 'job') return submit(route, input)
    if (route.operation === operations['jobs show']) return show(String(input.job_id), input.explain === true)
    const signal = AbortSignal.any([stopping, asking])
    const result = await route.operation.run(ports, input, { signal, onEvent: () => {} })
    if (!result.ok) return problemReply(result.error)
    if (route.operation === operations['jobs apply']) runs.forget(String(input.job_id))
    return jsonReply(route.answer === 'created' ? 201 : 200, result.value)
  }

  async function submit(route: Route, input: Readonly<Record<string, unknown>>): Promise<Reply> {
    const narrowed = route.operation === operations.evaluate ? await nameOneSkill(ports, input) : ok(input)
    if (!narrowed.ok) return problemReply(narrowed.error)
    const started = await runs.start(route.operation, narrowed.value)
    if (!started.ok) return problemReply(started.error)
    const { jobId, state, resumed, estimate, notes } = started.value
    const submitted = {
      job_id: jobId,
      status: state,
      estimated_time: estimate === undefined ? 'unknown' : formatDuration(estimate),
      resumed,
      ...(notes.length > 0 && { notes }),
    }
    const place = route.path.replace(/\/\{job_id\}.*$/, '')
    return { ...jsonReply(202, submitted), location: `${place}/${jobId}` }
  }

  async function show(id: string, explain: boolean): Promise<Reply> {
    const view = await viewSettled(id, explain)
    return view.ok ? jsonReply(200, view.value) : problemReply(view.error)
  }

  /** An ended job is shown when this server has done what was to be done with its result, too. */
  async function viewSettled(
    id: string,
    explain = false,
  ): Promise<Result<JobView & { readonly apply_error?: Failure }>> {
    const context = { signal: stopping, onEvent: () => {} }
    const look = () => operations['jobs show'].run(ports, { job_id: id, explain }, context)
    let view = await look()
    if (view.ok && view.value.status !== 'queued' && view.value.status !== 'running') {
      await runs.settled(id)
      view = await look()
    }
    if (!view.ok || view.value.status !== 'completed') return view
    const problem = runs.failureOf(id)
    return problem === undefined ? view : ok({ ...view.value, apply_error: problem })
  }

  /** Ids of jobs are unique, but a job has its place. */
  async function refuseOtherKind({ kind }: Route, id: unknown): Promise<Failure | undefined> {
    if (kind === undefined || typeof id !== 'string') return undefined
    const found = await service.get(id)
    if (!found.ok || found.value.kind === kind) return undefined
    const place = `${base}/signatures/${found.value.kind}/${id}`
    return failure('job_not_found', `Job ${id} is no ${kind} job: it is at ${place}.`)
  }

  async function watch(route: Route, context: Context): Promise<Response> {
    const id = context.req.param('job_id') ?? ''
    const misplaced = await refuseOtherKind(route, id)
    const found = misplaced === undefined ? await viewSettled(id) : fail(misplaced)
    if (!found.ok) return send(context, problemReply(found.error))
    if (context.req.method === 'HEAD') return send(context, { status: 200, type: 'text/event-stream', body: '' })
    if (streams >= mostStreams) return send(context, problemReply(failure('busy', 'Too many event streams are open.')))
    streams++
    const watched = {
      view: () => viewSettled(id),
      ended: (onProgress: Parameters<typeof service.wait>[1], signal: AbortSignal) =>
        service.wait(id, onProgress, signal),
    }
    return streamJob(context, watched, stopping, () => streams--)
  }

  return { fetch: app.fetch, idle: runs.idle }
}

/** A folder of skills would be many jobs, and a request is answered with one. */
async function nameOneSkill(
  ports: Ports,
  input: Readonly<Record<string, unknown>>,
): Promise<Result<Readonly<Record<string, unknown>>>> {
  const located = await ports.files.locate(String(input.skill_path))
  return located.ok ? ok({ ...input, skill_path: located.value.displayPath }) : located
}

function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

function jsonReply(status: number, value: unknown): Reply {
  return { status, type: 'application/json', body: JSON.stringify(value) }
}

function problemReply(error: Failure): Reply {
  const problem = problemOf(error)
  return { status: problem.status, type: problemType, body: JSON.stringify(problem) }
}

function send(context: Context, { status, type, location, body }: Reply): Response {
  context.header('Content-Type', type)
  if (location !== undefined) context.header('Location', location)
  return context.newResponse(body, status as 200)
}
