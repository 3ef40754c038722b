/** One contestant in one world with one seed, and the rows that come of it. */
import { compareSignatures } from '../../server/src/signature/compare.ts'
import { constants, type WorldName } from './constants.ts'
import { BudgetOver, bestAt, createSession } from './contestants/contestant.ts'
import { contestants } from './contestants/contestants.ts'
import { type ArenaOptions, createArena } from './server.ts'
import { createTruth } from './truth.ts'
import { createWorld } from './world.ts'
import { worlds } from './worlds/worlds.ts'

export interface Unit {
  readonly world: WorldName
  readonly contestant: string
  readonly seed: number
  readonly noise: number
  readonly reflector: ArenaOptions['reflector']
  /** Share of requests that fail. */
  readonly failing: number
}

export interface Row extends Unit {
  /** Calls allowed. */
  readonly budget: number
  /** Calls that the server counted until the contestant stopped; for an anytime one, of its longest run. */
  readonly calls: number
  readonly repeated: number
  /** True score of what it would ship; of the untouched signature; of one that states every rule. */
  readonly score: number
  readonly baseline: number
  readonly attainable: number
  /** What the contestant says that its result scores; `null` before it says anything. */
  readonly claimed: number | null
  readonly changed: boolean
  /** True score of what a person could accept besides. */
  readonly unproven: number | null
  /** Differences from what may not change. */
  readonly violations: number
  /** Milliseconds. */
  readonly took: number
}

export async function runUnit(unit: Unit): Promise<readonly Row[]> {
  const contestant = contestants[unit.contestant]
  if (contestant === undefined) throw new Error(`There is no contestant "${unit.contestant}".`)
  const world = createWorld(worlds[unit.world], unit.seed)
  const truth = await createTruth(world)
  const run = async (budget: number) => {
    const arena = createArena(world, unit)
    const session = createSession(world, arena, budget)
    const started = performance.now()
    try {
      await contestant.run(session)
    } catch (error) {
      if (!(error instanceof BudgetOver)) throw error
    }
    return { session, arena, took: Math.round(performance.now() - started) }
  }
  const whole = contestant.anytime ? await run(Math.max(...constants.curve)) : undefined
  const rows: Row[] = []
  for (const budget of constants.curve) {
    const { session, arena, took } = whole ?? (await run(budget))
    // Our tuner reports once, at its end; a retry may have taken it past the budget, which `calls` then shows.
    const best = bestAt(session, whole === undefined ? Number.POSITIVE_INFINITY : budget)
    const { frozen, changes } = compareSignatures(session.start, best.signature)
    rows.push({
      ...unit,
      budget,
      calls: arena.counts.all,
      repeated: arena.counts.repeated,
      score: truth.score(best.signature),
      baseline: truth.baseline,
      attainable: truth.attainable,
      claimed: Number.isFinite(best.claimed) ? best.claimed : null,
      changed: changes.length > 0,
      unproven: best.unproven === undefined ? null : truth.score(best.unproven),
      violations: frozen.length,
      took,
    })
  }
  return rows
}
