/** Random sequences of everything that can happen to jobs and calls: SQLite does what the stores in memory do. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Fence,
  hasEnded,
  isClaimable,
  type Job,
  leaseMilliseconds,
  type Owner,
  renewMilliseconds,
} from '../../server/src/jobs/job.ts'
import type { CallRecord, JobStore, LedgerStore } from '../../server/src/jobs/store.ts'
import { type Database, openDatabase } from '../../server/src/sqlite/database.ts'
import { alice, bob, newJob } from '../jobs/conformance.ts'
import { storesOn, temporaryFolder } from '../sqlite/openStores.ts'
import { createMemoryStores } from '../support/memoryStores.ts'

const ids = ['a', 'b'].map(idOf)
const keys = ['k1', 'k2']
const owners: readonly Owner[] = [alice, bob, { bootId: 'boot', pid: 3, startTime: '30' }]

interface Stores {
  readonly jobs: JobStore
  readonly ledger: LedgerStore
}

/** What commands need beside the stores: the time, the dead, and the fence that each owner believes in. */
interface World {
  now: number
  readonly dead: Set<number>
  readonly fences: Map<string, Fence>
}

type Command =
  | { readonly what: 'pass'; readonly ms: number }
  | { readonly what: 'die'; readonly owner: number }
  | { readonly what: 'reopen' }
  | Act

interface Act {
  readonly what: 'act'
  readonly name: string
  /** Of the owner that acts, where only the holder of the job may. */
  fence?(world: World): Fence | undefined
  /** Must do the same to any stores, and answer the same. */
  act(stores: Stores, world: World): unknown
}

// Most of what happens befalls one job, or too little would come together.
const job = fc.constantFrom('a', 'a', 'a', 'b').map(idOf)
const owner = fc.nat(owners.length - 1)
/** Mostly whoever claimed the job last; an owner of earlier days believes to hold it as well. */
const actor = fc.constantFrom('last', 'last', 'last', '0', '1', '2')
const key = fc.constantFrom(...keys)

function held(
  name: string,
  run: (stores: Stores, fence: Fence, now: number, key: string) => unknown,
): fc.Arbitrary<Command> {
  return fc.record({ id: job, by: actor, key }).map(({ id, by, key: of }) => {
    const fence = (world: World) => world.fences.get(`${id} ${by}`)
    const act: Act['act'] = (stores, world) => {
      const believed = fence(world)
      return believed && run(stores, believed, world.now, of)
    }
    return { what: 'act', name: `${name} ${id} ${of} by ${by}`, fence, act }
  })
}

const onJob = (name: string, run: (stores: Stores, id: string, now: number) => unknown): fc.Arbitrary<Command> =>
  job.map(id => ({ what: 'act', name: `${name} ${id}`, act: (stores, { now }) => run(stores, id, now) }))

const claim = fc.record({ id: job, by: owner }).map(
  ({ id, by }): Command => ({
    what: 'act',
    name: `claim ${id} by ${by}`,
    act({ jobs }, { now, dead, fences }) {
      const claimed = jobs.claim(id, owners[by] ?? alice, now, other => dead.has(other.pid))
      if (claimed === undefined) return undefined
      for (const who of [by, 'last']) fences.set(`${id} ${who}`, { id, attempt: claimed.attempt })
      return claimed
    },
  }),
)

const enqueue = onJob('enqueue', ({ jobs }, id, now) => {
  try {
    return jobs.enqueue(newJob({ id }), now)
  } catch {
    return 'refused'
  }
})

const commands = fc.oneof(
  { weight: 2, arbitrary: enqueue },
  { weight: 6, arbitrary: claim },
  { weight: 3, arbitrary: held('renew', ({ jobs }, fence, now) => jobs.renew(fence, now)) },
  held('progress', ({ jobs }, fence, now) => jobs.progress(fence, { phase: 'p', percent: 1, calls: now }, now)),
  held('complete', ({ jobs }, fence, now) => jobs.complete(fence, { at: now }, now)),
  { weight: 2, arbitrary: held('fail', ({ jobs }, fence, now) => jobs.fail(fence, { code: 'x', message: 'm' }, now)) },
  held('release', ({ jobs }, fence, now) => jobs.release(fence, now)),
  held('cancelled', ({ jobs }, fence, now) => jobs.cancelled(fence, now)),
  { weight: 6, arbitrary: held('ask', ({ ledger }, fence, now, of) => ledger.asked(fence, of, 'task', now)) },
  {
    weight: 4,
    arbitrary: held('answer', ({ ledger }, fence, now, of) => ledger.answered(fence, of, `"${now}"`, now)),
  },
  { weight: 2, arbitrary: held('fail call', ({ ledger }, fence, now, of) => ledger.failed(fence, of, '{}', now)) },
  { weight: 2, arbitrary: held('postpone', ({ ledger }, fence, now, of) => ledger.postponed(fence, of, now + 9, now)) },
  held('decide', ({ ledger }, fence, now, of) => ledger.decided(fence, `decision ${of}`, `${now}`, now)),
  onJob('ask to cancel', ({ jobs }, id, now) => jobs.requestCancel(id, now)),
  { weight: 2, arbitrary: onJob('requeue', ({ jobs }, id, now) => jobs.requeue(id, now)) },
  onJob('replace', ({ jobs }, id, now) => jobs.replaceSnapshot(id, 'd1', `{"at":${now}}`, now)),
  onJob('apply', ({ jobs }, id, now) => jobs.markApplied(id, 2, now)),
  onJob('prune', ({ jobs }, id, now) => jobs.pruneOne(now - leaseMilliseconds, id)),
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(1, renewMilliseconds, leaseMilliseconds, 2 * leaseMilliseconds, -3_600_000)
      .map((ms): Command => ({ what: 'pass', ms })),
  },
  owner.map((by): Command => ({ what: 'die', owner: by })),
  fc.constant<Command>({ what: 'reopen' }),
)

interface Seen {
  readonly jobs: readonly Job[]
  readonly snapshots: readonly (string | undefined)[]
  readonly calls: ReadonlyMap<string, CallRecord | undefined>
  readonly totals: readonly unknown[]
  readonly answers: readonly unknown[]
}

function lookAt({ jobs, ledger }: Stores): Seen {
  const all = [...keys, ...keys.map(of => `decision ${of}`)]
  return {
    jobs: jobs.list({}),
    snapshots: ids.map(id => jobs.snapshot(id)),
    calls: new Map(ids.flatMap(id => all.map(of => [`${id} ${of}`, ledger.find(id, of)] as const))),
    totals: ids.map(id => ledger.totals(id)),
    answers: ids.map(id => ledger.answers(id).toSorted((a, b) => (a.key < b.key ? -1 : 1))),
  }
}

/** What holds between any two moments, whatever happened. */
function checkStep(before: Seen, after: Seen, world: World): void {
  for (const is of after.jobs) {
    expect(is.owner === undefined, 'only a running job has an owner').toBe(is.state !== 'running')
    expect(is.leaseUntil === undefined, 'only a running job has a lease').toBe(is.state !== 'running')
    expect(is.finishedAt === undefined, 'only an ended job has an end').toBe(!hasEnded(is))
    const was = before.jobs.find(({ id }) => id === is.id)
    if (was === undefined) continue
    expect(is.attempt, 'the attempt never falls').toBeGreaterThanOrEqual(was.attempt)
    if (was.state === 'completed')
      expect(is, 'a completed job stays').toMatchObject({ state: 'completed', result: was.result })
    const changesHands = is.state === 'running' && is.attempt !== was.attempt
    if (changesHands)
      expect(
        isClaimable(was, world.now, other => world.dead.has(other.pid)),
        'one holder',
      ).toBe(true)
  }
  for (const [of, was] of before.calls) {
    const isThere = after.jobs.some(({ id }) => of.startsWith(id))
    if (was?.state === 'answered' && isThere) expect(after.calls.get(of), 'an answered call stays').toEqual(was)
  }
}

/** A fence that is not the newest, or whose job does not run, changes nothing. */
function checkFence(command: Command, before: Seen, after: Seen, world: World): void {
  if (command.what !== 'act' || command.fence === undefined) return
  const fence = command.fence(world)
  const was = before.jobs.find(({ id }) => id === fence?.id)
  const isHeld = was?.state === 'running' && was.attempt === fence?.attempt
  if (!isHeld) expect(after, 'a stale fence changes nothing').toEqual(before)
}

test('the store on SQLite is the store in memory, and keeps its promises, whatever happens', async () => {
  const folder = await temporaryFolder()
  let runs = 0
  const property = fc.asyncProperty(
    fc.array(commands, { minLength: 20, maxLength: 80, size: 'max' }),
    async sequence => {
      const [real, model] = [newWorld(), newWorld()]
      const memory = createMemoryStores()
      let database = await open(`${folder}/${++runs}.db`)
      let stores = storesOn(database)
      let before = lookAt(memory)
      for (const command of sequence) {
        if (command.what === 'reopen') {
          database.close()
          database = await open(database.path)
          stores = storesOn(database)
        } else if (command.what === 'pass') for (const world of [real, model]) world.now += command.ms
        else if (command.what === 'die')
          for (const world of [real, model]) world.dead.add(owners[command.owner]?.pid ?? 0)
        else expect(command.act(stores, real), command.name).toEqual(command.act(memory, model))
        const after = lookAt(memory)
        expect(lookAt(stores), describeCommand(command)).toEqual(after)
        checkStep(before, after, model)
        checkFence(command, before, after, model)
        before = after
      }
      database.close()
    },
  )
  await fc.assert(property, { numRuns: 40 })
}, 60_000)

function newWorld(): World {
  return { now: 1_000_000_000_000, dead: new Set(), fences: new Map() }
}

async function open(path: string): Promise<Database> {
  const opened = await openDatabase(path, { now: () => 1_000, owner: alice, isDead: () => false })
  if (!opened.ok) throw new Error(opened.error.message)
  return opened.value
}

function describeCommand(command: Command): string {
  return command.what === 'act' ? command.name : command.what
}

function idOf(letter: string): string {
  return `job_${letter.repeat(16)}`
}
