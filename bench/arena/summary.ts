/** Figures over the seeds of one contestant in one world: medians, and the calls that a share of the attainable takes. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, type WorldName } from './constants.ts'
import { contestants } from './contestants/contestants.ts'
import { rowsFolder } from './run.ts'
import type { Row } from './unit.ts'
import { worlds } from './worlds/worlds.ts'

export interface Summary {
  readonly world: WorldName
  readonly contestant: string
  readonly seeds: number
  /** Median share of the attainable score, at each budget of the curve. */
  readonly shares: ReadonlyMap<number, number>
  /** Median of claimed minus true score at the largest budget, over the runs that claim something. */
  readonly optimism: number | undefined
  /** Runs that ship a change which is truly no gain, among those of the largest budget. */
  readonly falsePromotions: number
  readonly violations: number
  /** Median milliseconds of the longest run. */
  readonly took: number
}

export interface Setting {
  readonly reflector: string
  readonly noise: number
  readonly failing: number
}

/** All rows that were written, or none. */
export function readRows(): readonly Row[] {
  if (!existsSync(rowsFolder)) return []
  return globSync('*.jsonl', { cwd: rowsFolder }).flatMap(file =>
    readFileSync(join(rowsFolder, file), 'utf8')
      .split('\n')
      .filter(line => line !== '')
      .map((line): Row => JSON.parse(line)),
  )
}

export function settingsOf(rows: readonly Row[]): readonly Setting[] {
  const texts = rows.map(({ reflector, noise, failing }) => JSON.stringify({ failing, reflector, noise }))
  return [...new Set(texts)].sort((a, b) => (a < b ? -1 : 1)).map((text): Setting => JSON.parse(text))
}

/** By world, then by contestant, in the order in which these are named; those without rows are left out. */
export function summarise(rows: readonly Row[], setting: Setting): readonly Summary[] {
  const { reflector, noise, failing } = setting
  const own = rows.filter(row => row.reflector === reflector && row.noise === noise && row.failing === failing)
  return (Object.keys(worlds) as WorldName[]).flatMap(world =>
    Object.keys(contestants).flatMap(contestant => {
      const some = own.filter(row => row.world === world && row.contestant === contestant)
      return some.length === 0 ? [] : [summaryOf(world, contestant, some)]
    }),
  )
}

/** The smallest budget of the curve whose median reaches `share`. */
export function callsTo({ shares }: Summary, share: number): number | undefined {
  return constants.curve.find(budget => (shares.get(budget) ?? 0) >= share)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const [low = Number.NaN, high = Number.NaN] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return (low + high) / 2
}

function summaryOf(world: WorldName, contestant: string, rows: readonly Row[]): Summary {
  const at = (budget: number) => rows.filter(row => row.budget === budget)
  const last = at(Math.max(...constants.curve))
  const claims = last.flatMap(({ claimed, score }) => (claimed === null ? [] : [claimed - score]))
  return {
    world,
    contestant,
    seeds: last.length,
    shares: new Map(
      constants.curve.map(budget => [budget, median(at(budget).map(({ score, attainable }) => score / attainable))]),
    ),
    optimism: claims.length === 0 ? undefined : median(claims),
    falsePromotions: last.filter(({ changed, score, baseline }) => changed && score <= baseline).length,
    violations: rows.filter(({ violations }) => violations > 0).length,
    took: median(last.map(({ took }) => took)),
  }
}
