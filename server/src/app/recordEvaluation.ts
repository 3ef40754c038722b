/** Keeps the scores of a signature for hints and hovers. */
import { faultPoint } from '../base/faultPoint.ts'
import { sha256 } from '../base/hash.ts'
import { canonicalJson } from '../base/json.ts'
import type { EvaluationRecord } from '../jobs/store.ts'
import { signatureSha256 } from '../signature/compare.ts'
import type { Signature } from '../signature/signature.ts'
import type { Work } from './jobHandlers.ts'

export function recordEvaluation(
  work: Work,
  signature: Signature,
  scored: Pick<EvaluationRecord, 'score' | 'scoreByMetric' | 'scoreByField' | 'errors' | 'failing'>,
): void {
  const { snapshot } = work
  work.evaluations.record({
    jobId: work.jobId,
    skillPath: snapshot.skillPath,
    signatureSha256: signatureSha256(signature),
    examplesSha256: snapshot.examplesSha256,
    metricsSha256: sha256(canonicalJson(signature.metrics)),
    model: snapshot.model,
    examples: snapshot.examples.length,
    createdAt: work.clock.now(),
    ...scored,
  })
  faultPoint('evaluation.recorded')
}
