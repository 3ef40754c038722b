/** Which words stand right before the expected value in the inputs, and seldom before other values. */
import type { Span } from '../../base/text.ts'
import { findDates, wholeDate } from './dates.ts'
import { contextsOf, isFiller } from './evidence.ts'
import { questionOf } from './extractText.ts'
import { numbersFor } from './numbers.ts'
import { type FieldFailures, failingOf, type ProposedRule } from './proposal.ts'
import type { Case } from './readAnalysis.ts'
import { subjectsOf } from './rules.ts'
import { valuesIn } from './values.ts'

type Kind = 'date' | 'number' | 'integer' | 'text'

interface Candidate extends Span {
  readonly right: boolean
  readonly relative: boolean
}

const maxAnchors = 10
const precision = 0.7

export function inferAnchors(field: FieldFailures, kind: Kind): ProposedRule[] {
  const failing = failingOf(field)
  if (failing.length < 2) return []
  const rules: ProposedRule[] = []
  const readings = field.cases.map(one => readCase(one, field.name, kind, subjectsOf(field.rules)))
  if (kind === 'date' && !field.rules.relativeDates) {
    const support = readings.filter(
      ({ candidates }) => candidates.some(one => one.right) && candidates.every(one => !one.right || one.relative),
    ).length
    const reference = failing.flatMap(one => [...one.inputs]).find(([, value]) => wholeDate(value) !== undefined)?.[0]
    if (support >= 2 && reference !== undefined)
      rules.push({
        field,
        support,
        because: 'Relative dates were passed over',
        sentences: [{ text: `Resolve relative dates such as tomorrow or a weekday, counted from ${reference}.` }],
      })
  }
  const { found, covered } = collect(readings, kind !== 'text')
  const support = covered.size === 0 ? 0 : failing.length
  const kept = [...new Set(field.rules.anchors.map(anchor => anchor.join(' ')))]
  const fresh = found.filter(anchor => !kept.includes(anchor))
  if (fresh.length > 0 && support >= 2) {
    const noun = kind === 'date' ? 'date' : kind === 'text' ? 'words' : 'number'
    const all = [...kept, ...fresh].slice(-maxAnchors)
    const replaces = field.constraints.findIndex(constraint => constraint.startsWith(`Take the ${noun} after`))
    rules.push({
      field,
      support,
      because: `The expected ${noun} stood after the same words`,
      sentences: [{ text: `Take the ${noun} after ${list(all)}.`, ...(replaces < 0 ? {} : { replaces }) }],
    })
  }
  return rules
}

function list(anchors: readonly string[]): string {
  const named = anchors.map(anchor => `'${anchor}'`)
  return named.length < 2 ? named.join('') : `${named.slice(0, -1).join(', ')} or ${named.at(-1)}`
}

interface Reading {
  readonly text: string
  readonly candidates: readonly Candidate[]
}

function readCase(one: Case, name: string, kind: Kind, subjects: ReadonlySet<string>): Reading {
  const expected = one.expected.get(name)
  const inputs = [...one.inputs].map(([input, text]) => ({ name: input, type: '', text }))
  const question = questionOf(inputs)
  const reference = inputs.map(input => wholeDate(input.text)).find(date => date !== undefined)
  const text = inputs
    .filter(input => wholeDate(input.text) === undefined)
    .map(input => input.text)
    .join('\n\n')
  // Answers to questions stand anywhere; no word announces them.
  if (question !== undefined || expected === undefined) return { text, candidates: [] }
  if (kind === 'date')
    return { text, candidates: findDates(text, { reference }).map(date => ({ ...date, right: date.iso === expected })) }
  if (kind === 'text')
    return {
      text,
      candidates: valuesIn(text).map(value => ({
        ...value,
        relative: false,
        right: value.text === expected || value.text.startsWith(`${String(expected)} `),
      })),
    }
  return {
    text,
    candidates: numbersFor(text, findDates(text, { reference: '2000-01-01' }), subjects).map(number => ({
      ...number,
      relative: false,
      right: number.value === expected,
    })),
  }
}

/** Greedy cover: the phrase that explains most examples first, then what the rest needs. */
function collect(readings: readonly Reading[], bounded: boolean): { found: string[]; covered: ReadonlySet<number> } {
  const right = new Map<string, Set<number>>()
  const wrong = new Map<string, number>()
  readings.forEach(({ text, candidates }, index) => {
    // Where nothing was expected, every candidate is a wrong one.
    const contexts = contextsOf(text, candidates, bounded)
    candidates.forEach((candidate, at) => {
      for (const phrase of phrasesBefore((contexts[at]?.zone ?? []).map(word => word.text))) {
        if (candidate.right) right.set(phrase, (right.get(phrase) ?? new Set()).add(index))
        else wrong.set(phrase, (wrong.get(phrase) ?? 0) + 1)
      }
    })
  })
  return cover(right, wrong, 2) ?? cover(right, wrong, 1) ?? { found: [], covered: new Set() }
}

/** A phrase seen once counts where nothing better is found, if it never stands before a wrong value. */
function cover(
  right: ReadonlyMap<string, ReadonlySet<number>>,
  wrong: ReadonlyMap<string, number>,
  least: number,
): { found: string[]; covered: ReadonlySet<number> } | undefined {
  const covered = new Set<number>()
  const found: string[] = []
  while (found.length < maxAnchors) {
    let best: string | undefined
    let bestGain = 0
    for (const [phrase, cases] of right) {
      if (cases.size < least || cases.size / (cases.size + (wrong.get(phrase) ?? 0)) < precision) continue
      const fresh = [...cases].filter(index => !covered.has(index)).length
      // Of phrases alike, the longer one is the surer among many, the shorter one the more general guess.
      const gain = fresh + (least > 1 ? 1 : -1) * (phrase.split(' ').length / 100)
      if (fresh > 0 && gain > bestGain) [best, bestGain] = [phrase, gain]
    }
    if (best === undefined) break
    found.push(best)
    for (const index of right.get(best) ?? []) covered.add(index)
  }
  return found.length === 0 ? undefined : { found, covered }
}

/** The last one to three words before a value, without the little words at the end. */
function phrasesBefore(zone: readonly string[]): Set<string> {
  const phrases = new Set<string>()
  let end = zone.length
  while (end > 0 && isFiller(zone[end - 1] ?? '')) end--
  for (let length = 1; length <= 3 && length <= end; length++) {
    const phrase = zone.slice(end - length, end)
    if (/\p{L}/u.test(phrase[0] ?? '') && !/^\d+$/.test(phrase.at(-1) ?? '')) phrases.add(phrase.join(' '))
  }
  return phrases
}
