/** Figures as people read them. */

/** Two decimals. */
export function formatScore(score: number): string {
  return score.toFixed(2)
}

/** Two decimals, or as many more as it takes for the figure printed to be on the same side of a bar as the value. */
export function formatUntil(value: number, passes: (value: number) => boolean, decimals = 2): string {
  const text = value.toFixed(decimals)
  return decimals >= 9 || passes(Number(text)) === passes(value) ? text : formatUntil(value, passes, decimals + 1)
}

/** Signed: `+0.20`; see `formatUntil` for `passes`. */
export function formatGain(gain: number, passes: (gain: number) => boolean = () => true): string {
  const text = formatUntil(gain, passes).replace('-', '')
  return `${gain < 0 && Number(text) !== 0 ? '-' : '+'}${text}`
}

/** Two decimals; small ones with one significant digit: `0.11`, `0.004`, `<0.001`. */
export function formatP(p: number): string {
  if (p < 0.001) return '<0.001'
  // 0.0501 is above the bar and must not read as if it were on it.
  return formatUntil(p, value => value > 0.05, p < 0.01 ? 3 : 2)
}
