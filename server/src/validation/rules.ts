/** The rules that look at the sense of a signature; its form was checked when it was parsed, its examples are apart. */
import type { SignatureDocument } from '../signature/document.ts'
import type { Problem } from './problem.ts'
import { contradictoryConstraints } from './rules/contradictoryConstraints.ts'
import { descriptions } from './rules/descriptions.ts'
import { duplicateConstraints } from './rules/duplicateConstraints.ts'
import { metricFit } from './rules/metricFit.ts'
import { metricOptions } from './rules/metricOptions.ts'
import { missingParts } from './rules/missingParts.ts'

export type Rule = (document: SignatureDocument) => readonly Problem[]

export const rules: readonly Rule[] = [
  metricOptions,
  metricFit,
  missingParts,
  descriptions,
  duplicateConstraints,
  contradictoryConstraints,
]
