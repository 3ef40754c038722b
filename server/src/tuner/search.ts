/** Search: which outputs fail, and which examples a reflection reads. Pure. */
import type { Random } from '../base/random.ts'
import type { ExampleOutcome } from '../evaluation/evaluate.ts'
import type { Example } from '../examples/example.ts'
import type { MetricSpec, Signature } from '../signature/signature.ts'
import { clusterFailures, metricLoss } from './clusters.ts'

const shownFailing = 20
const shownRight = 3
/** The most examples that one reflection shows. */
export const mostShown = shownFailing + shownRight

/** The most train examples that a candidate is tried on first, for reflection to read. */
export const maxReading = 24

/** Outputs that lose points, the one that loses most first. Metrics that read no output count for every one. */
export function failingFields(
  { outputs, metrics }: Signature,
  examples: readonly Example[],
  outcomes: ReadonlyMap<string, ExampleOutcome>,
): readonly string[] {
  return outputs
    .map(({ name }) => {
      const losses = examples.map(({ id, weight }) => weight * fieldLoss(metrics, name, outcomes.get(id)))
      return { name, loss: losses.reduce((sum, loss) => sum + loss, 0) }
    })
    .filter(({ loss }) => loss > 1e-9)
    .sort((a, b) => b.loss - a.loss)
    .map(({ name }) => name)
}

/** Examples for one reflection: failing ones, those first that fail in `field`, from every cluster, and a few right ones. */
export function drawShown(
  signature: Signature,
  field: string | undefined,
  examples: readonly Example[],
  outcomes: ReadonlyMap<string, ExampleOutcome>,
  random: Random,
): readonly Example[] {
  const clusters = clusterFailures(signature, examples, outcomes).map(({ failing }) =>
    random.shuffle(failing.map(({ example }) => example)),
  )
  const failing = roundRobin(clusters)
  const isAbout = ({ id }: Example) =>
    field !== undefined && fieldLoss(signature.metrics, field, outcomes.get(id)) > 1e-9
  const ordered = [...failing.filter(isAbout), ...failing.filter(example => !isAbout(example))]
  const right = random.shuffle(
    examples.filter(({ id }) => {
      const outcome = outcomes.get(id)
      return outcome !== undefined && outcome.error === undefined && outcome.score > 1 - 1e-9
    }),
  )
  return [...ordered.slice(0, shownFailing), ...right.slice(0, shownRight)]
}

/** Weighted points that the metrics of one output took, and those that read none; an error takes none. */
function fieldLoss(metrics: readonly MetricSpec[], name: string, outcome: ExampleOutcome | undefined): number {
  if (outcome === undefined || outcome.error !== undefined) return 0
  const readers = metrics.filter(({ field }) => field === undefined || field === name)
  return readers.reduce((sum, metric) => sum + metricLoss(metric, outcome), 0)
}

/** The first of each list, then the second of each, and so on. */
export function roundRobin<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const longest = Math.max(0, ...lists.map(list => list.length))
  return Array.from({ length: longest }, (_, i) => lists.flatMap(list => list.slice(i, i + 1))).flat()
}
