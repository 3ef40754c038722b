/** Missing parts: what a signature needs before it can be evaluated or tuned. */
import type { SignatureDocument } from '../../signature/document.ts'
import { type Problem, problem } from '../problem.ts'

export function missingParts(document: SignatureDocument): readonly Problem[] {
  const { name, metrics, examples, entries } = document
  if (name === undefined) return []
  const problems: Problem[] = []
  const spanOf = (key: string) => entries.find(pair => pair.key === key)?.keySpan ?? name.span
  const metricsNode = entries.find(pair => pair.key === 'metrics')?.value
  // Metrics of another form have been complained about.
  const noMetrics =
    metrics.length === 0 && (metricsNode === undefined || metricsNode.kind === 'scalar' || metricsNode.kind === 'map')
  if (noMetrics) {
    const tip = 'such as `match: { kind: exact_match, field: answer }`'
    problems.push(
      problem('no-metrics', `without metrics ${name.value} cannot be evaluated or tuned, ${tip}`, spanOf('metrics')),
    )
  }
  const { source } = examples ?? {}
  if (
    (source === undefined && examples?.span.start === examples?.span.end) ||
    (source?.kind === 'inline' && source.items.length === 0)
  ) {
    const tip = 'give a file or a list'
    problems.push(
      problem('no-examples', `without examples ${name.value} cannot be evaluated or tuned, ${tip}`, spanOf('examples')),
    )
  }
  return problems
}
