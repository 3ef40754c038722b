/** What a kind of metric computes from a gold value and a prediction, both present. */
import type { MetricScore } from './metric.ts'

export type Scorer = (gold: unknown, got: unknown) => MetricScore

export const right: MetricScore = { score: 1, feedback: 'Right.' }
