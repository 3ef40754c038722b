/** What a version says of itself in few words. */
import type { WireVersion } from '../../../server/src/protocol/client.ts'

export type VersionKind = 'tuned' | 'restored' | 'by hand'

export function kindOf({ tuned, restored_from: restored }: WireVersion): VersionKind {
  if (restored !== undefined) return 'restored'
  return tuned ? 'tuned' : 'by hand'
}

export function reasonOf({ tuning_reason: tuning, reason, changes = [] }: WireVersion): string {
  return (tuning ?? reason ?? changes.join('; ')).replace(/\s+/g, ' ')
}

export function scoreOf({ metric_score: score }: WireVersion): string {
  return score === null ? 'not measured' : score.toFixed(2)
}

/** `2026-01-20 14:30`, in UTC as it is stored. */
export function dateOf({ created_at: created }: WireVersion): string {
  return created.slice(0, 16).replace('T', ' ')
}
