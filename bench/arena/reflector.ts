/** The simulated reflection model: what it would have a signature say, from the failures that a request shows. */
import { createRandom, type Random } from '../../server/src/base/random.ts'
import { constants, type Reflector } from './constants.ts'
import { type Evidence, evidenceIn, exampleKeys } from './evidence.ts'
import { hears, statementsOf } from './reading.ts'
import { chance, pick, type Rule, type World } from './world.ts'

/** A sentence for one output's text, or for the instructions (`field` undefined). */
export interface Sentence {
  readonly field: string | undefined
  readonly text: string
}

export interface Thought {
  readonly sentences: readonly Sentence[]
  /** Renames a field or changes a type. */
  readonly drifts: boolean
  readonly breaks: boolean
}

export interface Asked {
  /** All the text of the request. */
  readonly request: string
  /** The part of it that a critic found out before. */
  readonly findings: string
  /** Ids of rules that the text to be improved states already. */
  readonly stated: ReadonlySet<string>
  /** The only output whose text may change; all of them when undefined. */
  readonly only: string | undefined
  /** Decides what chance decides. */
  readonly seed: string
}

export type Think = (asked: Asked) => Thought

export function createReflector(world: World, skill: Reflector | 'paraphrase-only'): Think {
  const byKey = exampleKeys(world)
  const fields = Object.keys(world.shown[0]?.outputs ?? {})
  return asked => {
    const random = createRandom(`reflect ${asked.seed}`)
    const neutral = pick(random, neutralSentences)
    if (skill === 'paraphrase-only') {
      return { sentences: [{ field: asked.only, text: neutral }], drifts: false, breaks: false }
    }
    const evidence = evidenceIn(asked.request, byKey)
    const sentences = rulesFound(world, skill, evidence, asked, random).flatMap(rule =>
      word(rule, fields, skill, asked, random),
    )
    if (chance(random, skill.harmful)) sentences.push(...harm(world, evidence, asked, random))
    if (chance(random, skill.memorised)) sentences.push(...memorised(evidence, asked, random))
    // A model asked for better words always changes some.
    if (chance(random, skill.neutral) || sentences.length === 0) sentences.push({ field: asked.only, text: neutral })
    return { sentences, drifts: chance(random, skill.drift), breaks: chance(random, skill.broken) }
  }
}

function rulesFound(world: World, skill: Reflector, evidence: Evidence, asked: Asked, random: Random): readonly Rule[] {
  const told = statementsOf(asked.findings)
  return random
    .shuffle(world.rules)
    .map(rule => ({ rule, shown: evidence.byRule.get(rule.id)?.size ?? 0 }))
    .sort((a, b) => b.shown - a.shown)
    .filter(({ rule, shown }) => {
      const seen = chance(random, 1 - (1 - skill.insight) ** shown)
      const takenOver = told.some(statement => hears(rule, statement)) && chance(random, constants.takeOver)
      const allowed = asked.only === undefined || asked.only === rule.field
      return (seen || takenOver) && allowed && !asked.stated.has(rule.id)
    })
    .slice(0, skill.most)
    .map(({ rule }) => rule)
}

function word(
  rule: Rule,
  fields: readonly string[],
  skill: Reflector,
  asked: Asked,
  random: Random,
): readonly Sentence[] {
  const fieldText = rule.field.replaceAll('_', ' ')
  if (chance(random, skill.vague)) {
    return [{ field: rule.field, text: pick(random, vagueSentences).replace('$', fieldText) }]
  }
  const text = unused(rule, asked, random)
  if (text === undefined) return []
  if (asked.only === undefined && chance(random, skill.inInstructions)) {
    return [{ field: undefined, text: `For ${rule.field}: ${text}` }]
  }
  const misplaced = asked.only === undefined && chance(random, skill.misplaced)
  return [{ field: misplaced ? (random.shuffle(fields)[0] ?? rule.field) : rule.field, text }]
}

function harm(world: World, evidence: Evidence, asked: Asked, random: Random): readonly Sentence[] {
  // It over-generalises about a field in which it saw failures.
  const failing = new Set(world.rules.filter(rule => evidence.byRule.has(rule.id)).map(rule => rule.field))
  const harms = world.harms.filter(
    ({ field }) => failing.has(field) && (asked.only === undefined || asked.only === field),
  )
  const [chosen] = random.shuffle(harms)
  const text = chosen === undefined ? undefined : unused(chosen, asked, random)
  return chosen === undefined || text === undefined ? [] : [{ field: chosen.field, text }]
}

function memorised(evidence: Evidence, asked: Asked, random: Random): readonly Sentence[] {
  const [example] = random.shuffle(evidence.failing)
  if (example === undefined) return []
  const field = asked.only ?? random.shuffle(Object.keys(example.outputs))[0] ?? ''
  const input = Object.values(example.inputs)[0] ?? ''
  const gold = JSON.stringify(example.outputs[field]?.gold ?? '').replaceAll('"', "'")
  return [{ field, text: `For "${input.slice(0, 40)}" the ${field} is ${gold}` }]
}

/** A wording that the request does not hold yet, so that nothing rejected or present is repeated word by word. */
function unused(rule: Rule, { request }: Asked, random: Random): string | undefined {
  return random.shuffle(rule.say).find(text => !request.includes(text))
}

export const neutralSentences = [
  'Read the input carefully before you answer.',
  'Think about what the reader needs.',
  'Work step by step and check the result.',
  'Use the context that is provided.',
  'Be accurate and consistent.',
  'Take all parts of the input into account.',
  'Review your work before you finish.',
] as const

export const vagueSentences = [
  'Take more care with the $.',
  'Make sure the $ is correct and well formed.',
  'Follow the usual conventions for the $.',
  'The $ needs special attention.',
  'Be precise about the $.',
] as const
