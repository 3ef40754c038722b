/** Figures as people read them. */

/** Two decimals. */
export function formatScore(score: number): string {
  return score.toFixed(2)
}

/** Signed: `+0.20`. */
export function formatGain(gain: number, decimals = 2): string {
  const text = Math.abs(gain).toFixed(decimals)
  return `${gain < 0 && Number(text) !== 0 ? '-' : '+'}${text}`
}

/** Two decimals; small ones with one significant digit: `0.11`, `0.004`, `<0.001`. */
export function formatP(p: number): string {
  if (p < 0.001) return '<0.001'
  // 0.0501 is above the bar and must not read as if it were on it.
  if (p > 0.05 && p < 0.055) return p.toFixed(3)
  return p < 0.01 ? p.toFixed(3) : p.toFixed(2)
}
