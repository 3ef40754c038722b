/** Evaluation: runs a signature over examples on one pool and scores what comes back. */
import type { Failure } from '../base/errors.ts'
import type { MetricScore } from '../metrics/metric.ts'
import type { Values } from '../signature/signature.ts'

/** What became of one example. An `error` is not a failure: it is left out of every score and reported. */
export interface ExampleOutcome {
  readonly id: string
  /** `_weight` of the example. */
  readonly weight: number
  readonly prediction: Values | undefined
  /** By metric name; empty after an error. */
  readonly scores: Readonly<Record<string, MetricScore>>
  /** Weighted mean of the metrics, in 0..1; 0 after an error. */
  readonly score: number
  readonly error: Failure | undefined
}

export interface Evaluation {
  /** Weighted mean over examples without error, in 0..1; `undefined` when there is none. */
  readonly score: number | undefined
  readonly scoreByMetric: Readonly<Record<string, number>>
  /** By output field: the mean over the metrics that read it. */
  readonly scoreByField: Readonly<Record<string, number>>
  /** In the order of the examples given. */
  readonly outcomes: readonly ExampleOutcome[]
  readonly errors: number
}
