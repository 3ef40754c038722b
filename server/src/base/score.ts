/** Scores as people read them. */

/** Signed percentage points, such as `+9%`. */
export function formatImprovement(oldScore: number, newScore: number): string {
  const points = Math.round((newScore - oldScore) * 100)
  return `${points < 0 ? '-' : '+'}${Math.abs(points)}%`
}
