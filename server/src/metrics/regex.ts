/** `regex`: the pattern matches somewhere in the prediction; runs in the sandbox, where it can be killed. */
import { z } from 'zod'
import { ok, type Result } from '../base/result.ts'
import type { MetricScore, Sandbox } from './metric.ts'
import { right } from './scorer.ts'
import { shown, textOf } from './wording.ts'

export const regexOptions = z.strictObject({
  pattern: z
    .string()
    .min(1)
    .max(2000)
    .refine(compiles, { message: 'is not a regular expression' })
    .describe('A JavaScript regular expression, flag `u`, without slashes.'),
})

export async function regex(
  options: z.infer<typeof regexOptions>,
  sandbox: Sandbox,
  got: unknown,
  signal: AbortSignal,
): Promise<Result<MetricScore>> {
  const matched = await sandbox.testRegex(options.pattern, textOf(got), signal)
  if (!matched.ok) return matched
  if (matched.value) return ok(right)
  const pattern = options.pattern.length > 100 ? `${options.pattern.slice(0, 99)}…` : options.pattern
  return ok({ score: 0, feedback: `Got ${shown(got)}, which does not match the pattern ${pattern}.` })
}

// Compiling is quick for any pattern; only matching can run away.
function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u')
    return true
  } catch {
    return false
  }
}
