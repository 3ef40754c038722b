/** A metric: how well a prediction meets an example, as a score and as a sentence. */
import type { Failure } from '../base/errors.ts'
import type { Result } from '../base/result.ts'
import type { LanguageModel } from '../model/model.ts'
import type { MetricSpec, Signature, Values } from '../signature/signature.ts'

export interface MetricScore {
  /** In 0..1. */
  readonly score: number
  /** One sentence on what was right or wrong, for people and for the reflection model. */
  readonly feedback: string
}

export interface Metric {
  readonly spec: MetricSpec
  /** Outputs whose gold value the example must hold for this metric. */
  readonly goldFields: readonly string[]
  /** A failure means the metric itself could not run (a script crashed, a judge was unreachable). */
  score(example: Values, prediction: Values, signal: AbortSignal): Promise<Result<MetricScore>> | Result<MetricScore>
}

/** Runs what users wrote where it can be killed: in another thread, with a deadline. */
export interface Sandbox {
  /** Whether `pattern` (JavaScript, flag `u`) matches somewhere in `text`. */
  testRegex(pattern: string, text: string, signal: AbortSignal): Promise<Result<boolean>>
  /** Calls `score(example, prediction)` of the ES module at an absolute path. */
  runScript(modulePath: string, example: Values, prediction: Values, signal: AbortSignal): Promise<Result<unknown>>
}

/** What metrics need from outside. */
export interface MetricPorts {
  readonly sandbox: Sandbox
  /** For `llm_judge`: the model and its name. */
  readonly judge: { readonly model: LanguageModel; readonly name: string }
  /** Turns a path in the signature into an absolute one inside the root, or says why not. */
  readonly resolvePath: (path: string) => Result<string>
}

/** Makes the metrics of a signature; the first that cannot be made is the failure. */
export type CreateMetrics = (signature: Signature, ports: MetricPorts) => Result<readonly Metric[], Failure>
