/** Limits of time and money: whether they allow the next step. */
import type { Run } from './run.ts'

/**
 * Whether time or money would run out over everything reserved and this many more calls, at the average of the calls
 * so far. Decided once for each
 * step and pair of limits: a resumed run decides alike, one with raised limits anew.
 */
export function overLimit(
  { input, ports, rollouts, account }: Run,
  step: string,
  calls: number,
): 'time' | 'budget' | undefined {
  const { maxTime, maxCost } = input.budget
  if (maxTime === undefined && maxCost === undefined) return undefined
  const decision = ports.record(`stop ${step} ${maxTime ?? '-'} ${maxCost ?? '-'}`, () => {
    const committed = input.budget.maxCalls - account.available() + calls
    const more = committed / Math.max(1, rollouts.totals.calls)
    if (maxTime !== undefined && (ports.elapsed() / 1000) * more > maxTime) return 'time'
    return maxCost !== undefined && (rollouts.totals.cost ?? 0) * more > maxCost ? 'budget' : null
  })
  return decision === 'time' || decision === 'budget' ? decision : undefined
}
