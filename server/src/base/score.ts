/** Scores as people read them. */

/** Into 0..1: scores compared over differing examples can end beyond it. */
export function clampScore(score: number): number {
  return Math.min(1, Math.max(0, score))
}

/** Signed percentage points, such as `+9%`. */
export function formatImprovement(oldScore: number, newScore: number): string {
  const points = Math.round((newScore - oldScore) * 100)
  return `${points < 0 ? '-' : '+'}${Math.abs(points)}%`
}
