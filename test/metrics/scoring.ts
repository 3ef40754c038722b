/** Scores one prediction with one metric, through the public surface. */
import type { Result } from '../../server/src/base/result.ts'
import { ok } from '../../server/src/base/result.ts'
import type { MetricPorts, MetricScore } from '../../server/src/metrics/metric.ts'
import { createMetrics } from '../../server/src/metrics/metrics.ts'
import type { MetricKind, Signature, Values } from '../../server/src/signature/signature.ts'

function unused(): never {
  throw new Error('this metric needs no port')
}

export const noPorts: MetricPorts = {
  sandbox: { testRegex: unused, runScript: unused },
  judge: { model: { complete: unused }, name: 'judge' },
  resolvePath: path => ok(`/skill/${path}`),
}

export function signatureWith(kind: MetricKind, options: Values, field: string | undefined = 'answer'): Signature {
  const str = (name: string) => ({ name, type: { kind: 'str' }, desc: '', constraints: [] }) as const
  const spec = { name: 'match', kind, weight: 1, options, ...(field === undefined ? {} : { field }) }
  return {
    ...{ skillId: undefined, name: 'Answer', instructions: '', threshold: 0.75, examples: undefined },
    inputs: [str('question')],
    outputs: [str('answer'), str('source')],
    metrics: [spec],
  }
}

export async function scoreWith(
  signature: Signature,
  example: Values,
  prediction: Values,
  ports: MetricPorts = noPorts,
  signal: AbortSignal = new AbortController().signal,
): Promise<Result<MetricScore>> {
  const metrics = createMetrics(signature, ports)
  if (!metrics.ok) return metrics
  const [metric] = metrics.value
  if (metric === undefined) throw new Error('the signature has no metric')
  return metric.score(example, prediction, signal)
}

/** `1 Right.`: the score to two digits and the feedback, for the output `answer`. */
export async function judged(kind: MetricKind, gold: unknown, got: unknown, options: Values = {}): Promise<string> {
  const result = await scoreWith(signatureWith(kind, options), { answer: gold }, { answer: got })
  return result.ok ? `${Number(result.value.score.toFixed(2))} ${result.value.feedback}` : result.error.message
}
