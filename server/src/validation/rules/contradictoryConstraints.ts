/** Contradictory constraints: two sentences of one field that no answer can meet, such as two lengths that exclude each other. */
import type { SignatureDocument } from '../../signature/document.ts'
import type { ConstraintPart } from '../../signature/readFields.ts'
import { type Problem, problem } from '../problem.ts'

export function contradictoryConstraints(document: SignatureDocument): readonly Problem[] {
  return document.fields.flatMap(field => {
    const read = field.constraints
      .map(constraint => ({ constraint, demands: demandsOf(constraint.text) }))
      .filter(({ demands }) => demandsSomething(demands))
    return read.flatMap(({ constraint, demands }, index) => {
      const other = read.slice(0, index).find(earlier => excludes(earlier.demands, demands))
      return other === undefined ? [] : [contradiction(field.name, constraint, other.constraint)]
    })
  })
}

function contradiction(name: string, constraint: ConstraintPart, other: ConstraintPart): Problem {
  const message = `'${name}' cannot meet both '${shorten(constraint.text)}' and '${shorten(other.text)}'`
  return problem('contradictory-constraints', message, constraint.span, {
    related: [{ span: other.span, message: 'the other is here' }],
  })
}

interface Demands {
  /** By what is counted (`word`, `character` …): at least and at most. */
  readonly counts: ReadonlyMap<string, readonly [min: number, max: number]>
  readonly letters: 'upper' | 'lower' | undefined
  readonly fullStop: boolean | undefined
}

function demandsSomething({ counts, letters, fullStop }: Demands): boolean {
  return counts.size > 0 || letters !== undefined || fullStop !== undefined
}

function excludes(a: Demands, b: Demands): boolean {
  if (a.letters !== undefined && b.letters !== undefined && a.letters !== b.letters) return true
  if (a.fullStop !== undefined && b.fullStop !== undefined && a.fullStop !== b.fullStop) return true
  for (const [unit, [min, max]] of a.counts) {
    const other = b.counts.get(unit)
    if (other !== undefined && (min > other[1] || max < other[0])) return true
  }
  return false
}

function demandsOf(sentence: string): Demands {
  const text = sentence.slice(0, 500).toLowerCase()
  return { counts: countsOf(text), letters: lettersOf(text), fullStop: fullStopOf(text) }
}

const numberWords = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const number = `(\\d{1,6}|${numberWords.join('|')})`
const unit = '(words?|characters?|chars?|letters?|sentences?|lines?|items?|digits?|paragraphs?|tokens?)'
const counted = new RegExp(
  `(?:(at most|no more than|not more than|maximum(?: of)?|max\\.?|up to|at least|no fewer than|no less than|not less than|minimum(?: of)?|min\\.?|exactly|fewer than|less than|under|below|more than|over) )?${number}(?: ?(?:-|–|to|or) ?${number})?[ -]${unit}( or (?:less|fewer|more)| maximum| minimum)?\\b`,
  'g',
)

function countsOf(text: string): Demands['counts'] {
  const counts = new Map<string, readonly [number, number]>()
  // A condition bounds what follows it: such a sentence demands nothing of every answer.
  if (/\b(if|when|unless|otherwise|except|prefer|per|each|every)\b/.test(text)) return counts
  for (const [, bound = '', first = '', second, unitText = '', after = ''] of text.matchAll(counted)) {
    const low = numberOf(first)
    const high = second === undefined ? low : numberOf(second)
    const name = unitText.replace(/s$/, '').replace(/^(char|letter)$/, 'character')
    // A number alone ("use the 3 words …") says nothing certain.
    const range = rangeOf(bound, after, low, high, second !== undefined)
    if (range !== undefined && !counts.has(name)) counts.set(name, range)
  }
  return counts
}

function rangeOf(
  bound: string,
  after: string,
  low: number,
  high: number,
  isRange: boolean,
): readonly [number, number] | undefined {
  const infinity = Number.POSITIVE_INFINITY
  if (/^(at most|no more|not more|max|up to)/.test(bound) || /less|fewer|maximum/.test(after)) return [0, high]
  if (/^(fewer|less|under|below)/.test(bound)) return [0, high - 1]
  if (/^(at least|no fewer|no less|not less|min)/.test(bound) || /more|minimum/.test(after)) return [low, infinity]
  if (/^(more|over)/.test(bound)) return [low + 1, infinity]
  if (isRange || bound === 'exactly') return [low, high]
  return undefined
}

function numberOf(text: string): number {
  const word = numberWords.indexOf(text)
  return word === -1 ? Number(text) : word
}

const negation =
  /\b(no|not|never|without|avoid|don't|do not|except|unless|only the|first|initial|start|begin|if|when)\b/

function lettersOf(text: string): Demands['letters'] {
  if (negation.test(text)) return undefined
  const upper = /\b(upper[ -]?case|all[ -]caps|capital letters|capitals)\b/.test(text)
  const lower = /\b(lower[ -]?case|small letters)\b/.test(text)
  return upper === lower ? undefined : upper ? 'upper' : 'lower'
}

function fullStopOf(text: string): boolean | undefined {
  if (/\b(if|when|unless)\b/.test(text)) return undefined
  if (
    /\b(no|without( an?)?|omit the|not end (with|in) an?) (final |trailing |closing )?(full stop|period|punctuation)\b/.test(
      text,
    )
  )
    return false
  return /\bends? (with|in) an? (full stop|period)\b/.test(text) ? true : undefined
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`
}
