/** `script`: the user's own module scores the prediction; runs in the sandbox, where it can be killed. */
import { z } from 'zod'
import { failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'
import type { Values } from '../signature/signature.ts'
import type { MetricScore, Sandbox } from './metric.ts'

export const scriptOptions = z.strictObject({
  path: z
    .string()
    .min(1)
    .max(1000)
    .describe('An ES module that exports `score(example, prediction)`, relative to the signature file.'),
})

export async function script(
  modulePath: string,
  sandbox: Sandbox,
  example: Values,
  prediction: Values,
  signal: AbortSignal,
): Promise<Result<MetricScore>> {
  const result = await sandbox.runScript(modulePath, example, prediction, signal)
  if (!result.ok) return result
  const score = scriptResult.safeParse(result.value)
  if (score.success) return ok(score.data)
  const got = JSON.stringify(result.value).slice(0, 100)
  const message = `The script ${modulePath} returned ${got}: return a number from 0 to 1, or { score, feedback }.`
  return fail(failure('metric_failed', message, modulePath))
}

const share = z.number().min(0).max(1)

const scriptResult = z.union([
  share.transform(score => ({ score, feedback: `The script gave ${score}.` })),
  z.object({ score: share, feedback: z.string().optional() }).transform(({ score, feedback }) => ({
    score,
    feedback: feedback?.trim().slice(0, 1000) || `The script gave ${score}.`,
  })),
])
