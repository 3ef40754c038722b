/** A proposed rule of a TuneSignature reply, what it is inferred from, and what it would change. */
import { editDistance } from '../../base/text.ts'
import type { Case } from './readAnalysis.ts'
import type { Rules } from './rules.ts'
import type { Shape } from './shape.ts'

/** What the inference of one field works from. */
export interface FieldFailures {
  readonly name: string
  readonly shape: Shape
  readonly constraints: readonly string[]
  /** What the signature already says. */
  readonly rules: Rules
  /** Names of the signature's inputs. */
  readonly inputs: readonly string[]
  /** Cases that tell what was expected of this field. */
  readonly cases: readonly Case[]
  /** What this model would answer to a case under these constraints. */
  readonly answer: (one: Case, constraints: readonly string[]) => unknown
}

/** A rule the failures support. */
export interface ProposedRule {
  readonly field: FieldFailures
  readonly sentences: readonly Sentence[]
  /** Failing examples it was seen in. */
  readonly support: number
  readonly because: string
}

/** A constraint to add, or one that takes the place of another. */
export interface Sentence {
  readonly text: string
  /** Position of the constraint it replaces. */
  readonly replaces?: number
}

export function failingOf(field: FieldFailures): readonly Case[] {
  return field.cases.filter(one => !same(one.expected.get(field.name), one.got.get(field.name)))
}

export function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}

/** How many cases the rule brings nearer to what was expected; 0 when it spoils as much, by weight. */
export function improvedBy({ field, sentences }: ProposedRule): number {
  const replaced = new Set(sentences.map(one => one.replaces))
  const next = [...field.constraints.filter((_, index) => !replaced.has(index)), ...sentences.map(one => one.text)]
  let improved = 0
  let sum = 0
  for (const one of field.cases) {
    const expected = one.expected.get(field.name)
    const gain =
      closeness(expected, field.answer(one, next)) - closeness(expected, field.answer(one, field.constraints))
    sum += gain * one.weight
    if (gain > 0.01) improved++
  }
  return sum > 0 ? improved : 0
}

const comparedChars = 120

/** 1 for equal values, less for texts the more they differ, 0 for other different values. */
function closeness(expected: unknown, got: unknown): number {
  if (same(expected, got)) return 1
  if (typeof expected !== 'string' || typeof got !== 'string') return 0
  const [a, b] = [expected.slice(0, comparedChars), got.slice(0, comparedChars)]
  return 0.9 * (1 - editDistance(a, b) / Math.max(a.length, b.length, 1))
}
