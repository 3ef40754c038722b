/** Finds the failures that a request really shows, whatever its format, and the rules that explain them. */
import type { ArenaExample, World } from './world.ts'

export interface Evidence {
  /** By id of a rule: keys of the examples whose broken answer the request holds. */
  readonly byRule: ReadonlyMap<string, ReadonlySet<string>>
  /** Examples with a broken answer, in the order of the request. */
  readonly failing: readonly ArenaExample[]
}

/**
 * An example counts when its key stands in the text and the answer that breaks a rule stands between that place and
 * the next example, its own input left aside: an answer copied from the input is no evidence by being in the input.
 */
export function evidenceIn(request: string, byKey: ReadonlyMap<string, ArenaExample>): Evidence {
  const byRule = new Map<string, Set<string>>()
  const failing = new Map<string, ArenaExample>()
  for (const { example, text } of segmentsOf(normal(request), byKey)) {
    for (const wanted of Object.values(example.outputs)) {
      for (const { rule, wrong } of wanted.needs) {
        if (!shows(text, wrong)) continue
        const keys = byRule.get(rule) ?? new Set()
        byRule.set(rule, keys.add(example.key))
        failing.set(example.key, example)
      }
    }
  }
  return { byRule, failing: [...failing.values()] }
}

export function exampleKeys(world: Pick<World, 'shown' | 'hidden'>): ReadonlyMap<string, ArenaExample> {
  return new Map([...world.shown, ...world.hidden].map(example => [example.key, example]))
}

/** Keys as worlds make them. */
export const keyPattern = /\b[A-Z]{2}\d{4}\b/g

function* segmentsOf(text: string, byKey: ReadonlyMap<string, ArenaExample>) {
  const places = [...text.matchAll(keyPattern)].flatMap(match => {
    const example = byKey.get(match[0])
    return example === undefined ? [] : [{ example, at: match.index }]
  })
  let start = 0
  for (const [index, place] of places.entries()) {
    const next = places[index + 1]
    if (next?.example === place.example) continue
    const from = places[start]?.at ?? 0
    start = index + 1
    yield { example: place.example, text: withoutInputs(text.slice(from, next?.at), place.example) }
  }
}

/** Cuts the inputs, also where a request shows only their beginning. */
function withoutInputs(segment: string, example: ArenaExample): string {
  let text = segment
  for (const input of Object.values(example.inputs).map(normal)) {
    text = text.replaceAll(input, ' ')
    for (const sentence of input.split(/(?<=[.?])\s/)) if (sentence.length >= 20) text = text.replaceAll(sentence, ' ')
    if (!input.startsWith(example.key)) continue
    for (let at = text.indexOf(example.key); at !== -1; at = text.indexOf(example.key, at + 1)) {
      let shared = 0
      while (shared < input.length && text[at + shared] === input[shared]) shared++
      if (shared > example.key.length + 10) text = `${text.slice(0, at)} ${text.slice(at + shared)}`
    }
  }
  return text
}

function shows(text: string, wrong: unknown): boolean {
  if (typeof wrong === 'string') {
    // Longer answers may be shortened for display.
    const [head, end] = wrong.length > 60 ? [normal(wrong).slice(0, 60), ''] : [normal(wrong), '(?![\\w-])']
    return new RegExp(`(?<=["'\`>*[]|[:=] ?|got |- |, )${escaped(head)}${end}`).test(text)
  }
  if (typeof wrong === 'number') return new RegExp(`(?<![\\w.-])${escaped(String(wrong))}(?!\\w|\\.\\d)`).test(text)
  return text.includes(normal(JSON.stringify(wrong)))
}

/** White space and the escapes of JSON inside JSON do not count. */
function normal(text: string): string {
  return text
    .replace(/\\n/g, ' ')
    .replace(/\\+"/g, '"')
    .replace(/\s+/g, ' ')
    .replace(/([[{,]) /g, '$1')
    .replace(/ ([\]}])/g, '$1')
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
