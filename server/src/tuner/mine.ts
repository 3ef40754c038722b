/** Mining: sentences that the gold outputs obey, the wording does not say, and failing predictions break. */
import type { ExampleOutcome } from '../evaluation/evaluate.ts'
import type { Example } from '../examples/example.ts'
import type { Field, Signature } from '../signature/signature.ts'
import { type Case, fallbackRule, listRules, type Rule, textRules } from './rules.ts'

export interface MinedSentence {
  /** Output field whose constraints it joins. */
  readonly field: string
  readonly text: string
  /** Ids of examples whose prediction broke it. */
  readonly examples: readonly string[]
  readonly reasoning: string
}

/** Reads train examples and the current signature's outcomes on them; nothing else. */
export function mine(
  signature: Signature,
  train: readonly Example[],
  outcomes: ReadonlyMap<string, ExampleOutcome>,
): readonly MinedSentence[] {
  return signature.outputs.flatMap(field => mineField(signature, field, train, outcomes))
}

/** Fewer gold values than this show no pattern. */
const minGold = 5

function mineField(
  signature: Signature,
  field: Field,
  train: readonly Example[],
  outcomes: ReadonlyMap<string, ExampleOutcome>,
): readonly MinedSentence[] {
  const cases = train.flatMap((example): Case[] => {
    const gold = Object.hasOwn(example.values, field.name) ? example.values[field.name] : undefined
    if (gold === undefined || gold === null) return []
    const outcome = outcomes.get(example.id)
    const failed = outcome !== undefined && outcome.error === undefined && fieldLost(signature, field, outcome)
    const got = outcome?.prediction
    const prediction = got !== undefined && Object.hasOwn(got, field.name) ? got[field.name] : undefined
    return [{ id: example.id, gold, failed, prediction, inputs: inputTexts(signature, example) }]
  })
  if (cases.length < minGold) return []
  const wording = [signature.instructions, field.desc, ...field.constraints].join('\n')
  return rulesOf(cases)
    .filter(rule => !rule.said(wording) && !wording.includes(rule.text))
    .flatMap(rule => {
      const broken = cases.filter(item => item.failed && item.prediction !== undefined && rule.broken(item))
      if (broken.length < (cases.length < 10 ? 1 : 2)) return []
      return [
        {
          field: field.name,
          text: rule.text,
          examples: broken.slice(0, 10).map(item => item.id),
          reasoning: `${rule.reason}; ${broken.length} of ${cases.length} answers on the training examples break this.`,
        },
      ]
    })
}

function rulesOf(cases: readonly Case[]): readonly Rule[] {
  if (cases.every(item => typeof item.gold === 'string')) {
    const fallback = fallbackRule(cases)
    const plain = fallback === undefined ? cases : cases.filter(item => !fallback.isFallback(item.gold))
    return [...(fallback === undefined ? [] : [fallback.rule]), ...(plain.length < minGold ? [] : textRules(plain))]
  }
  return cases.every(item => Array.isArray(item.gold)) ? listRules(cases) : []
}

/** A metric that reads the field took points; where none reads it, any metric did. */
function fieldLost(signature: Signature, field: Field, outcome: ExampleOutcome): boolean {
  const readers = signature.metrics.filter(metric => metric.field === field.name)
  if (readers.length === 0) return outcome.score < 1 - 1e-9
  return readers.some(
    ({ name }) => Object.hasOwn(outcome.scores, name) && (outcome.scores[name]?.score ?? 1) < 1 - 1e-9,
  )
}

function inputTexts(signature: Signature, example: Example): ReadonlyMap<string, string> {
  return new Map(
    signature.inputs.flatMap(({ name }) => {
      const value = Object.hasOwn(example.values, name) ? example.values[name] : undefined
      return typeof value === 'string' ? [[name, value] as const] : []
    }),
  )
}
