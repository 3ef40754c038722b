/** Figures as people read them. */

/** Two decimals. */
export function formatScore(score: number): string {
  return score.toFixed(2)
}

/** `0.94, was 0.92`; with a third decimal where two would hide the difference. */
export function formatChange(old: number, score: number, where = ''): string {
  const decimals = old !== score && old.toFixed(2) === score.toFixed(2) ? 3 : 2
  return `${score.toFixed(decimals)}${where}, was ${old.toFixed(decimals)}`
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
