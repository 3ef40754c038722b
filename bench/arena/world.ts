/** A world: a signature that says too little, the rules it leaves out, and examples made from a seed. */
import { createRandom, type Random } from '../../server/src/base/random.ts'
import { constants, type WorldName } from './constants.ts'

/** What the gold outputs follow although the signature does not say it. */
export interface Rule {
  readonly id: string
  readonly field: string
  /** How a reflector may put it. */
  readonly say: readonly string[]
  /** Wordings that state it: one of these, all of whose patterns match the same statement. */
  readonly heard: readonly (readonly RegExp[])[]
}

/** A sentence that makes a model break rules. */
export interface Harm extends Rule {
  /** Ids of rules of the same field. */
  readonly against: readonly string[]
}

/** A rule that an example needs, and what a model answers that breaks it. */
export interface Need {
  readonly rule: string
  readonly wrong: unknown
}

/** An output of an example. */
export interface Wanted {
  readonly gold: unknown
  /** In the order in which a model breaks them: the first broken one shows. */
  readonly needs: readonly Need[]
  /** The answer when nothing but luck is to blame. */
  readonly slip: unknown
}

export interface ArenaExample {
  /** Unique text such as `AB1234` that its first input begins with. */
  readonly key: string
  readonly inputs: Readonly<Record<string, string>>
  readonly outputs: Readonly<Record<string, Wanted>>
}

export interface WorldShape {
  readonly name: WorldName
  /** `signature.yaml` with vague descriptions and no examples. */
  readonly signature: string
  readonly rules: readonly Rule[]
  readonly harms: readonly Harm[]
  example(random: Random, key: string): ArenaExample
}

export interface World extends WorldShape {
  readonly seed: number
  readonly shown: readonly ArenaExample[]
  readonly hidden: readonly ArenaExample[]
}

/** The examples of one seed; `hidden` ones are for the true score alone. */
export function createWorld(shape: WorldShape, seed: number): World {
  const random = createRandom(`${shape.name} ${seed}`)
  const count = constants.shown + constants.hidden
  const numbers = random.shuffle(Array.from({ length: 9000 }, (_, index) => index + 1000)).slice(0, count)
  const prefix = shape.name.slice(0, 2).toUpperCase()
  const examples = numbers.map(number => shape.example(random, `${prefix}${number}`))
  return { ...shape, seed, shown: examples.slice(0, constants.shown), hidden: examples.slice(constants.shown) }
}

/** Inputs and gold outputs by field name, as a file of examples holds them. */
export function valuesOf(example: ArenaExample): Readonly<Record<string, unknown>> {
  const gold = Object.entries(example.outputs).map(([name, wanted]) => [name, wanted.gold])
  return { ...example.inputs, ...Object.fromEntries(gold) }
}

export function pick<T>(random: Random, items: readonly [T, ...T[]]): T {
  return items[random.int(items.length)] ?? items[0]
}

/** One of the cases, in proportion to its share. */
export function drawCase<Name extends string>(random: Random, shares: Readonly<Record<Name, number>>): Name {
  const names = Object.keys(shares) as Name[]
  return names[random.weighted(names.map(name => shares[name]))] as Name
}

export function chance(random: Random, probability: number): boolean {
  return random.next() < probability
}
