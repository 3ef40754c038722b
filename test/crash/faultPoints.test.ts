/** Kills host or worker at every named point: afterwards everything is as if nobody had. */
import type { ServerResponse } from 'node:http'
import { beforeAll, describe, expect, test } from 'vitest'
import { type FaultPoint, faultPoints } from '../../server/src/base/faultPoint.ts'
import type { Started } from '../support/cli.ts'
import { sendError } from '../support/modelServer.ts'
import { faultMark } from './faultMark.ts'
import { createSmallTune, lostAnswers, type Outcome, type SmallTune, uninterrupted, violations } from './smallTune.ts'
import type { StoredRows } from './storedRows.ts'
import { startWatchedServer, type WatchedServer } from './watchedServer.ts'

interface Scene {
  readonly site: SmallTune
  readonly server: WatchedServer
  readonly started: Started
  readonly died: Promise<void>
}

interface Scenario {
  /** Passes of the point before the process dies, a test for each; default: one. */
  readonly times?: readonly number[]
  /** What becomes of the command while the process dies: `null` when it is the one that is killed. Default: 0. */
  readonly first?: number | null
  /** Answers in the endpoint's stead until the process died. */
  readonly respond?: (response: ServerResponse, request: number) => boolean
  /** The endpoint rejects one of the calls for good, before and after. */
  readonly rejecting?: true
  readonly disturb?: (scene: Scene) => Promise<unknown>
}

const host: Scenario = { first: null }
/** By the time it dies the endpoint has been silent for some calls, so the job is in the middle. */
const midway: Scenario = { disturb: silence }
const badKey: Scenario = { respond: from(20, response => sendError(response, 401, { code: 'invalid_api_key' })) }
const oneError: Scenario = { respond: from(10, response => sendError(response, 500, {}), 1) }

const scenarios: { readonly [name in FaultPoint]?: Scenario } = {
  'job.renewed': midway,
  'job.failing': badKey,
  'job.failed': { ...badKey, first: 3 },
  'job.releasing': { disturb: scene => interrupt(scene), first: 130 },
  'job.released': { disturb: scene => interrupt(scene), first: 130 },
  'job.cancelling': { disturb: scene => cancel(scene), first: 130 },
  'job.cancelled': { disturb: scene => cancel(scene), first: 130 },
  'call.asked': { times: [30] },
  'call.replied': { times: [30] },
  'call.answered': { times: [30] },
  'call.postponing': oneError,
  'call.postponed': oneError,
  'call.failing': { rejecting: true },
  'call.failed': { rejecting: true },
  'evaluation.recorded': { times: [2] },
  'job.submitted': host,
  'job.ended': host,
  'lock.written': host,
  'lock.taken': host,
  'file.opened': host,
  'file.written': { ...host, times: [2] },
  // The signature, and the version after; the version before is the first.
  'file.renaming': { ...host, times: [2, 3] },
  'file.renamed': { ...host, times: [2] },
  'apply.versionBefore': host,
  'apply.signature': host,
  'apply.versionAfter': host,
  'apply.marked': host,
}

const cases = faultPoints.flatMap(point => {
  const { times = [1], ...scenario } = scenarios[point] ?? {}
  return times.map(time => ({ point: time === 1 ? point : `${point}:${time}`, scenario }))
})

describe('a process that is killed', () => {
  let plain: Outcome
  let rejected: Outcome
  beforeAll(async () => {
    plain = await uninterrupted()
    rejected = await uninterrupted({ respond: (request, response) => rejectOne(request.text, response) })
  })

  test.concurrent.for(cases)('at $point', { timeout: 180_000 }, async ({ point, scenario }, { onTestFinished }) => {
    const { first: expectedFirst = 0, respond, rejecting, disturb } = scenario
    const site = createSmallTune(onTestFinished)
    const mark = faultMark(onTestFinished)
    let atDeath: StoredRows | undefined
    await using server = await startWatchedServer({
      respond(request, response) {
        // The first request after the death: the next worker has not been told anything new yet.
        if (mark.isThere()) atDeath ??= site.rows()
        else if (respond?.(response, server.count)) return true
        return rejecting === true && rejectOne(request.text, response)
      },
    })
    const started = site.tune(server, mark.env(point))
    await disturb?.({ site, server, started, died: mark.appeared })
    const first = await started.ended
    expect(mark.isThere(), `the point was never passed: ${first.stderr}${first.stdout}`).toBe(true)
    expect(first.status, first.stderr + first.stdout).toBe(expectedFirst)
    atDeath ??= site.rows()
    server.letGo()
    // Whoever wrote everything may still be killed before saying so.
    if (first.status !== 0 && site.rows().jobs[0]?.appliedVersion !== 2) {
      const second = await site.tune(server).ended
      expect(second.status, second.stderr + second.stdout).toBe(0)
    }
    const expected = rejecting ? rejected : plain
    expect(violations(site, expected, 1)).toEqual([])
    expect(lostAnswers(atDeath, site.rows())).toEqual([])
  })
})

/** Answers requests number `start` to `start + count - 1`. */
function from(start: number, answer: (response: ServerResponse) => void, count = Number.POSITIVE_INFINITY) {
  return (response: ServerResponse, request: number) => {
    if (request < start || request >= start + count) return false
    answer(response)
    return true
  }
}

/** Which is told by its question, whatever the wording under trial. */
function rejectOne(body: string, response: ServerResponse): boolean {
  if (!body.includes('Which function starts the event loop')) return false
  sendError(response, 400, { message: 'The prompt is too long.', code: 'context_length_exceeded' })
  return true
}

async function silence({ server, died }: Scene): Promise<void> {
  await server.until(() => server.count >= 20)
  server.hold()
  await died
  server.letGo()
}

async function interrupt({ server, started, died }: Scene): Promise<void> {
  await server.until(() => server.count >= 20)
  server.hold()
  started.child.kill('SIGINT')
  await died
}

/** From another process: the owner learns of it when it renews its lease. */
async function cancel({ site, server, died }: Scene): Promise<void> {
  await server.until(() => server.count >= 20)
  server.hold()
  const [job] = site.rows().jobs
  const asked = await site.run(['jobs', 'cancel', job?.id ?? ''])
  expect(asked.status, asked.stderr + asked.stdout).toBe(0)
  await died
}
