/** Which gold outputs the metrics of a signature compare with. */
import type { MetricKind, MetricSpec } from './signature.ts'

// `llm_judge` sees gold where there is some and needs none; a script decides for itself.
const goldFree: ReadonlySet<MetricKind> = new Set<MetricKind>(['regex', 'length', 'llm_judge', 'script'])

/** The output whose gold value every example must hold for this metric. */
export function goldFieldOf(spec: MetricSpec): string | undefined {
  return goldFree.has(spec.kind) ? undefined : spec.field
}
