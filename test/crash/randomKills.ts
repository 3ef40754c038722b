/** Kills hosts and their workers at random times until their jobs have ended, and looks for anything that was lost. */
import { setTimeout as delay } from 'node:timers/promises'
import { createRandom, type Random } from '../../server/src/base/random.ts'
import type { Started } from '../support/cli.ts'
import { childrenOf } from './processTree.ts'
import {
  concurrency,
  createSmallTune,
  isLocked,
  lockLeft,
  lostAnswers,
  type Outcome,
  skill,
  uninterrupted,
  violations,
} from './smallTune.ts'
import { startWatchedServer } from './watchedServer.ts'

export interface KillOptions {
  readonly kills: number
  readonly seed: number
}

export interface KillReport {
  readonly kills: number
  readonly jobs: number
  /** Calls that were in flight at a kill and therefore asked again. */
  readonly repeated: number
  readonly mostInFlight: number
  readonly seconds: number
  /** What must not be, with the workspace that shows it, which is kept. */
  readonly problems: readonly string[]
}

/** As many workspaces at a time as a small machine has processors. */
const lanes = 2
/** What a server may see of a killed process while it already answers the next one. */
const slack = 2
/** Milliseconds; a job takes about half of it, the start of a host included. */
const span = 1_800
/** Kills of one job before it is left alone. */
const mostKills = 24
const patience = 60_000

export async function killAtRandom({ kills, seed }: KillOptions): Promise<KillReport> {
  const expected = await uninterrupted()
  const started = performance.now()
  const sum = { kills: 0, jobs: 0, repeated: 0, mostInFlight: 0 }
  const problems: string[] = []
  const lane = async (at: number) => {
    for (let n = at; sum.kills < kills && problems.length === 0; n += lanes) {
      const job = await disturbJob(`${seed} ${n}`, expected)
      sum.kills += job.kills
      sum.jobs++
      sum.repeated += job.repeated
      sum.mostInFlight = Math.max(sum.mostInFlight, job.mostInFlight)
      problems.push(...job.problems.map(problem => `seed '${seed} ${n}', ${job.root}: ${problem}`))
    }
  }
  await Promise.all(Array.from({ length: lanes }, (_, at) => lane(at)))
  return { ...sum, seconds: (performance.now() - started) / 1000, problems }
}

/** One workspace, from its first start until its job is applied. */
async function disturbJob(seed: string, expected: Outcome) {
  const random = createRandom(seed)
  const cleanUps: Array<() => void> = []
  const site = createSmallTune(cleanUp => cleanUps.push(cleanUp))
  const server = await startWatchedServer({ latency: 5 })
  const running = new Set<Started>()
  const problems: string[] = []
  let kills = 0
  let before = site.rows()

  const start = () => {
    const started = site.tune(server)
    running.add(started)
    void started.ended.then(ran => {
      running.delete(started)
      if (ran.status !== 0 && ran.status !== null) problems.push(`exit ${ran.status}: ${ran.stderr}${ran.stdout}`)
    })
  }
  const isApplied = () => site.rows().jobs[0]?.appliedVersion === 2
  const look = () => {
    const now = site.rows()
    problems.push(...lostAnswers(before, now))
    before = now
  }

  try {
    const wanted = 1 + random.int(mostKills)
    while (problems.length === 0 && !isApplied()) {
      if (running.size === 0) start()
      if (running.size === 1 && random.next() < 0.2) start()
      const ended = Promise.race([...running].map(({ ended: end }) => end))
      const isLeftAlone = kills >= wanted
      const wait = isLeftAlone ? patience : random.next() * span
      if (await Promise.race([ended.then(() => true), delay(wait, false, { ref: false })])) continue
      if (isLeftAlone) problems.push('a host did not end')
      const victim = [...running][random.int(running.size)]
      if (victim !== undefined && (await killOne(victim, random))) kills++
      look()
    }
    // Whoever else is there ends by itself, well.
    await Promise.race([
      Promise.all([...running].map(({ ended }) => ended)),
      delay(patience, undefined, { ref: false }),
    ])
    if (running.size > 0) problems.push('a host did not end')
    look()
    // One who is killed cannot take its lock away; the next who writes does.
    const isLeft = (problem: string) => kills > 0 && problem === lockLeft
    if (problems.length === 0) problems.push(...violations(site, expected, kills).filter(problem => !isLeft(problem)))
    if (problems.length === 0) {
      const { status, stderr } = await site.run(['restore', `skills/${skill}`, '1'])
      if (status !== 0) problems.push(`the history cannot be written: ${stderr}`)
      if (isLocked(site)) problems.push(lockLeft)
    }
    if (server.mostInFlight > concurrency + slack)
      problems.push(`${server.mostInFlight} requests were in flight at once`)
    const sent = before.calls.reduce((sum, { asks }) => sum + asks, 0)
    if (server.count > sent) problems.push(`${server.count} requests arrived, ${sent} are noted`)
  } finally {
    for (const { child } of running) child.kill('SIGKILL')
    await server.close()
    if (problems.length === 0) for (const cleanUp of cleanUps) cleanUp()
  }
  const repeated = before.calls.reduce((sum, call) => sum + call.repeated, 0)
  return { root: site.root, kills, repeated, mostInFlight: server.mostInFlight, problems }
}

/** Kills a host, its worker, or both, and waits until a host is gone; false when there was nobody to kill. */
async function killOne({ child, ended }: Started, random: Random): Promise<boolean> {
  const whom = random.int(3)
  const workers = whom === 0 || child.pid === undefined ? [] : childrenOf(child.pid)
  const killed = workers.map(kill).includes(true)
  if (whom === 1) return killed
  const isKilled = child.kill('SIGKILL')
  await ended
  return killed || isKilled
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
    return false
  }
}
