/** The simulated task model: which answer an example gets under a prompt, and how probable each answer is. */
import { hashUnit, sha256 } from '../../server/src/base/hash.ts'
import { constants } from './constants.ts'
import { type Reading, readPrompt, wordCount } from './reading.ts'
import type { ArenaExample, Wanted, World } from './world.ts'

export interface TaskModel {
  /** The answer to the `nth` time that the same messages are sent (from 0). */
  answer(system: string, example: ArenaExample, nth: number): Readonly<Record<string, unknown>>
  /** Answers of one output with their probabilities, which sum to 1; noise does not change them. */
  chances(reading: Reading, example: ArenaExample, field: string): readonly Chance[]
  read(system: string): Reading
}

export interface Chance {
  readonly value: unknown
  readonly probability: number
}

/** `noise` is the share of calls whose outcome is drawn afresh; `bareWords` the words of the untouched prompt. */
export function createTaskModel(world: World, noise: number, bareSystem: string): TaskModel {
  const { task } = constants
  const bareWords = wordCount(bareSystem)
  const harmsOf = new Map(world.rules.map(({ id }) => [id, world.harms.filter(harm => harm.against.includes(id))]))
  const readings = new Map<string, { readonly reading: Reading; readonly digest: string }>()

  const known = (system: string) => {
    const before = readings.get(system)
    if (before !== undefined) return before
    const fresh = { reading: readPrompt(system, world), digest: sha256(system).slice(0, 16) }
    readings.set(system, fresh)
    return fresh
  }

  const obeys = (reading: Reading, rule: string, memorised: boolean): number => {
    const bare = constants.unprompted[world.name]
    const told = task.obedience * dilution(reading.words - bareWords)
    let probability = bare + reading.effect(rule) * (told - bare)
    for (const harm of harmsOf.get(rule) ?? []) probability *= 1 - reading.effect(harm.id) * (1 - task.harm)
    return memorised ? Math.max(probability, task.memorised) : probability
  }

  /** Where the chain of rules first breaks; the index after the last is the slip, one more is the right answer. */
  const steps = (reading: Reading, example: ArenaExample, wanted: Wanted): readonly number[] => {
    const memorised = isQuoted(reading, example)
    return [...wanted.needs.map(({ rule }) => obeys(reading, rule, memorised)), 1 - task.slip]
  }

  return {
    read: system => known(system).reading,
    chances(reading, example, field) {
      const wanted = example.outputs[field]
      if (wanted === undefined) return []
      let left = 1
      const chances = steps(reading, example, wanted).map((probability, index) => {
        const broken = { value: valueAt(wanted, index), probability: left * (1 - probability) }
        left *= probability
        return broken
      })
      return [...chances, { value: wanted.gold, probability: left }]
    },
    answer(system, example, nth) {
      const { reading, digest } = known(system)
      const call = `${world.name} ${world.seed} ${digest} ${example.key}`
      const fresh = noise > 0 && hashUnit(`noise ${call} ${nth}`) < noise
      return Object.fromEntries(
        Object.entries(example.outputs).map(([field, wanted]) => {
          const index = steps(reading, example, wanted).findIndex((probability, step) => {
            const place = `${field} ${step}`
            if (fresh) return hashUnit(`fresh ${call} ${nth} ${place}`) >= probability
            const lasting = `${world.name} ${world.seed} ${example.key} ${place}`
            const inherent = hashUnit(`whose ${lasting}`) < task.hardness
            return hashUnit(inherent ? `example ${lasting}` : `prompt ${call} ${place}`) >= probability
          })
          return [field, index === -1 ? wanted.gold : valueAt(wanted, index)]
        }),
      )
    },
  }
}

function valueAt(wanted: Wanted, index: number): unknown {
  return index < wanted.needs.length ? wanted.needs[index]?.wrong : wanted.slip
}

function dilution(addedWords: number): number {
  const { dilutionPerHundredWords, leastDilution } = constants.task
  return Math.max(leastDilution, 1 - (Math.max(0, addedWords) / 100) * dilutionPerHundredWords)
}

function isQuoted(reading: Reading, example: ArenaExample): boolean {
  const texts = Object.values(example.inputs)
  return reading.quotes.some(
    quote =>
      quote.length >= constants.task.quoted && texts.some(text => text.includes(quote)) && quote.includes(example.key),
  )
}
