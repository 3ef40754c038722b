/** Makes a text that is about to be overwritten a version, where no version holds it: nothing is ever lost. */
import type { Result } from '../../base/result.ts'
import { signatureSha256 } from '../../signature/compare.ts'
import { parseSignature } from '../../signature/document.ts'
import type { Ports, SkillLocation } from '../ports.ts'

export async function keepUnrecorded(
  ports: Pick<Ports, 'clock' | 'history'>,
  location: SkillLocation,
  skillId: string | undefined,
  text: string,
  /** An edit in place keeps comments and examples; a text that is replaced must be known to the letter. */
  known: 'meaning' | 'text',
): Promise<Result<unknown>> {
  const { signature } = parseSignature(text)
  const sha256 = signature && signatureSha256(signature)
  return ports.history.append(location.historyPath, skillId ?? location.defaultSkillId, history => {
    const isKnown = history.signature_history.some(
      version =>
        version.signature === text || (known === 'meaning' && sha256 !== undefined && version.sha256 === sha256),
    )
    if (isKnown) return undefined
    return {
      created_at: new Date(ports.clock.now()).toISOString(),
      metric_score: null,
      tuned: false,
      reason: 'Kept before it was overwritten',
      ...(sha256 !== undefined && { sha256 }),
      signature: text,
    }
  })
}
