/** Effects: how much each text of a wording adds to a score, estimated from all wordings that were scored. Pure. */

/** A wording that was scored. */
export interface Trial {
  /** The texts that bear on the score. */
  readonly texts: ReadonlySet<string>
  /** How much higher its mean score is than that of the first trial. */
  readonly gain: number
  /** The same on each of the examples that all trials were scored on. */
  readonly gains: readonly number[]
}

/** How far a text may move the score. */
export type Scale = (text: string) => number

/**
 * Expected of a text before it is tried, in points of the score: what is new takes room in the prompt, and mostly changes
 * little; what the first wording has is there for a reason.
 */
export function expectedEffect(isFirst: boolean): number {
  return isFirst ? 0.005 : -0.005
}

/** What the noise of an example's score may be, as a share of the variance of a text's effect on one example. */
const noises = [0.03, 0.1, 0.3, 1, 2, 3, 4.5, 6, 8, 11, 16]
/** Where few trials tell, it is taken to be about this, within a factor of e ** spread. */
const usualNoise = { median: 6, spread: 0.5 }
/** The variance of a text's effect on one example over that of its mean effect: a rule helps few examples, and much. */
const variety = 4
/** So much less certain than an effect is that the first wording scored as it usually does. */
const baselineVariance = 100

/**
 * Ridge regression (Hoerl and Kennard, 1970) of the gains on the texts that each wording has beyond the first, or lacks:
 * one lucky score does not make a text, and an unlucky one does not end it. Its noise is the one under which the scores
 * of the single examples are most probable (MacKay, 1992), and so is the scale, of those that are given. `examples` is how
 * many each mean is over; a scale is 1 for a text that may move the score as far as usual. By text; one without an entry
 * was in every wording.
 */
export function estimateEffects(
  trials: readonly Trial[],
  examples: number,
  scales: readonly [Scale, ...Scale[]] = [() => 1],
): ReadonlyMap<string, number> {
  const [first] = trials
  if (first === undefined) return new Map()
  const columns = [...new Set(trials.flatMap(({ texts }) => [...texts.symmetricDifference(first.texts)]))]
  const assume = (scale: Scale) => {
    const rows = trials.map(({ texts }) =>
      Float64Array.from(columns, text => (Number(texts.has(text)) - Number(first.texts.has(text))) * scale(text)),
    )
    const alike = rows.map(row => rows.map(other => dot(row, other) + baselineVariance))
    return { scale, rows, alike, ...likeliestNoise(alike, trials) }
  }
  const [usual, ...others] = scales
  const likelier = (a: ReturnType<typeof assume>, b: typeof a) => (b.likelihood > a.likelihood ? b : a)
  const { scale, rows, alike, noise: noiseOfOne } = others.map(assume).reduce(likelier, assume(usual))
  const expected = columns.map(text => expectedEffect(first.texts.has(text)))
  // Times the scale twice, as with `rows`: else a wording that gains nothing would speak for its texts of larger scale.
  const foreseen = columns.map((text, c) => (expected[c] ?? 0) * scale(text))
  const noise = (variety * noiseOfOne) / examples
  const surprise = rows.map((row, i) => (trials[i]?.gain ?? 0) - dot(row, foreseen))
  const weights = solve(decompose(alike, noise), surprise)
  return new Map(
    columns.map((text, c) => {
      const learnt = rows.reduce((sum, row, i) => sum + (row[c] ?? 0) * (weights[i] ?? 0), 0)
      return [text, (expected[c] ?? 0) + learnt * scale(text)]
    }),
  )
}

/** Of `noises` the one under which the gains of the examples are most probable, each having effects of its own; and how probable. */
function likeliestNoise(alike: readonly (readonly number[])[], trials: readonly Trial[]) {
  const examples = trials[0]?.gains.map((_, at) => trials.map(({ gains }) => gains[at] ?? 0)) ?? []
  const rated = noises.map(noise => {
    const lower = decompose(alike, noise)
    const squares = examples.reduce((sum, gains) => sum + squareOf(forward(lower, gains)), 0)
    const volume = lower.reduce((sum, row, i) => sum + Math.log(row[i] ?? 1), 0)
    const unusual = Math.log(noise / usualNoise.median) / usualNoise.spread
    const likelihood = -examples.length * (volume + (trials.length / 2) * Math.log(squares + 1e-9))
    return { noise, likelihood: likelihood - unusual ** 2 / 2 }
  })
  return rated.reduce((best, other) => (other.likelihood > best.likelihood ? other : best))
}

function squareOf(vector: ArrayLike<number>): number {
  return dot(vector, vector)
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}

/** Cholesky's decomposition of a symmetric positive definite matrix plus `noise` on its diagonal: the lower triangle. */
function decompose(matrix: readonly (readonly number[])[], noise: number): readonly Float64Array[] {
  const lower = matrix.map(() => new Float64Array(matrix.length))
  for (const [i, row] of lower.entries()) {
    for (let j = 0; j <= i; j++) {
      const other = lower[j] ?? row
      let sum = (matrix[i]?.[j] ?? 0) + (i === j ? noise : 0)
      for (let k = 0; k < j; k++) sum -= (row[k] ?? 0) * (other[k] ?? 0)
      row[j] = i === j ? Math.sqrt(sum) : sum / (other[j] ?? 1)
    }
  }
  return lower
}

/** The solution of `lower x = right`. */
function forward(lower: readonly Float64Array[], right: readonly number[]): Float64Array {
  const solution = new Float64Array(right.length)
  for (const [i, row] of lower.entries()) {
    let sum = right[i] ?? 0
    for (let k = 0; k < i; k++) sum -= (row[k] ?? 0) * (solution[k] ?? 0)
    solution[i] = sum / (row[i] ?? 1)
  }
  return solution
}

/** The solution of `lower transpose(lower) x = right`. */
function solve(lower: readonly Float64Array[], right: readonly number[]): Float64Array {
  const solution = forward(lower, right)
  for (let i = right.length - 1; i >= 0; i--) {
    let sum = solution[i] ?? 0
    for (let k = i + 1; k < right.length; k++) sum -= (lower[k]?.[i] ?? 0) * (solution[k] ?? 0)
    solution[i] = sum / (lower[i]?.[i] ?? 1)
  }
  return solution
}
