/** Records an evaluated text as a version of its history, where its meaning is new. */
import { ok, type Result } from '../../base/result.ts'
import { currentVersion, type Version } from '../../history/version.ts'
import { signatureSha256 } from '../../signature/compare.ts'
import { parseSignature } from '../../signature/document.ts'
import type { EvaluateResult } from '../jobView.ts'
import type { Ports, SkillLocation } from '../ports.ts'

export interface EvaluatedText {
  readonly location: SkillLocation
  readonly text: string
  readonly skillId: string
}

/** The version that holds this meaning, new or not. */
export async function recordVersion(
  ports: Pick<Ports, 'clock' | 'history'>,
  { location, text, skillId }: EvaluatedText,
  result: EvaluateResult,
  jobId: string,
): Promise<Result<Version | undefined>> {
  const { signature } = parseSignature(text)
  if (signature === undefined) return ok(undefined)
  const sha256 = signatureSha256(signature)
  let known: Version | undefined
  const appended = await ports.history.append(location.historyPath, skillId, history => {
    known = currentVersion(history, sha256)
    if (known !== undefined) return undefined
    return {
      created_at: new Date(ports.clock.now()).toISOString(),
      metric_score: result.score,
      tuned: false,
      reason: history.signature_history.length === 0 ? 'Initial creation' : 'Edited by hand',
      job_id: jobId,
      sha256,
      signature: text,
      model: result.model,
      scores: result.scores,
      examples: result.examples,
    }
  })
  return appended.ok ? ok(appended.value ?? known) : appended
}
