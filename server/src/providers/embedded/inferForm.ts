/** Rules on the form of an output, from what was expected and what came: length, case, formats, silence. */
import { findDates, wholeDate } from './dates.ts'
import { codeOf, isCurrencyCode } from './numbers.ts'
import { type FieldFailures, failingOf, type ProposedRule } from './proposal.ts'
import type { Case } from './readAnalysis.ts'

interface Pair {
  readonly expected: string
  readonly got: string
  readonly inputs: string
}

/** At least this share of the examples must fit a rule on form. */
const mostly = 0.8

export function inferForm(field: FieldFailures): ProposedRule[] {
  const rules: ProposedRule[] = [...absent(field)]
  const pairs = field.cases.flatMap(one => pairOf(one, field.name))
  const failing = pairs.filter(pair => pair.expected !== pair.got)
  if (failing.length < 2) return rules
  const add = (support: number, because: string, text: string) =>
    rules.push({ field, sentences: [{ text }], support, because })
  const share = (test: (pair: Pair) => boolean) => failing.filter(test).length / failing.length
  const { rules: stated } = field
  const known = pairs.filter(pair => pair.expected !== '')

  const longer = failing.filter(pair => wordCount(pair.got) > 1.5 * wordCount(pair.expected) + 1)
  if (longer.length >= 2 && longer.length >= failing.length * 0.5 && !Number.isFinite(stated.maxWords)) {
    const counts = known.map(pair => wordCount(pair.expected)).sort((a, b) => a - b)
    // Few examples seldom show the longest answer.
    const [low, high] = [counts[0] ?? 1, (counts.at(-1) ?? 1) + (counts.length < 20 ? 1 : 0)]
    add(
      longer.length,
      'Answers were much longer than expected',
      low === high ? `Write exactly ${low} word${low === 1 ? '' : 's'}.` : `Write ${low} to ${high} words.`,
    )
  }
  const copied = known.filter(pair => pair.inputs.includes(pair.expected))
  if (!stated.exact && copied.length >= known.length * mostly && share(pair => !pair.inputs.includes(pair.got)) >= 0.5)
    add(
      Math.min(copied.length, failing.length),
      'The expected answers stand in the inputs word for word',
      'Copy the words exactly as they stand in the inputs.',
    )
  const cased = failing.filter(
    pair => pair.expected !== pair.got && pair.expected.toLowerCase() === pair.got.toLowerCase(),
  )
  if (stated.casing === undefined && cased.length >= 2) {
    if (cased.every(pair => pair.expected === pair.expected.toLowerCase()))
      add(cased.length, 'Answers differed only in case', 'Use lowercase.')
    else if (cased.every(pair => pair.expected === pair.expected.toUpperCase()))
      add(cased.length, 'Answers differed only in case', 'Use uppercase.')
  }
  const dotted = failing.filter(pair => pair.got.endsWith('.') && !pair.expected.endsWith('.'))
  if (stated.finalPeriod === undefined && dotted.length >= 2 && known.every(pair => !pair.expected.endsWith('.')))
    add(dotted.length, 'Answers ended with a period', 'Do not end with a period.')
  const coded = failing.filter(pair => isCurrencyCode(pair.expected) && codeOf(pair.got) !== undefined)
  if (!stated.currencyCode && coded.length >= 2)
    add(coded.length, 'Currencies were written as signs', 'Use a three-letter ISO 4217 currency code such as EUR.')
  const bare = failing.filter(
    pair => /^-?\d+(?:\.\d+)?$/.test(pair.expected) && !/^-?\d+(?:\.\d+)?$/.test(pair.got) && /\d/.test(pair.got),
  )
  if (!stated.plainNumber && bare.length >= 2)
    add(bare.length, 'Numbers came with units or separators', 'Write a number without a unit or thousands separators.')
  if (stated.dateFormat === undefined && field.shape.kind === 'text') {
    const format = dateFormatOf(known)
    const dated = failing.filter(pair => findDates(pair.got.slice(0, 500)).length > 0)
    if (format !== undefined && dated.length >= 2)
      add(dated.length, 'Dates came in other formats', `Use the date format ${format}.`)
  }
  return rules
}

/** The answer that is expected where the inputs are silent: null, or one phrase that no input holds. */
function absent(field: FieldFailures): ProposedRule[] {
  const wrong = failingOf(field)
  const nulls = wrong.filter(one => one.expected.get(field.name) === null)
  if (nulls.length >= 2 && !field.rules.nullWhenAbsent)
    return [
      {
        field,
        support: nulls.length,
        because: 'A value was given where none was expected',
        sentences: [{ text: 'Use null when the inputs name none.' }],
      },
    ]
  if (field.rules.unknown !== undefined) return []
  const counts = new Map<string, number>()
  for (const one of wrong) {
    const value = one.expected.get(field.name)
    if (
      typeof value !== 'string' ||
      value === '' ||
      value.length > 40 ||
      !/^\p{L}/u.test(value) ||
      isCurrencyCode(value)
    )
      continue
    const held = [...one.inputs.values()].some(input => input.includes(value))
    if (!held && wholeDate(value) === undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  const [answer, support] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? ['', 0]
  // Several repeated answers that no input holds are classes, not silence.
  if (support < 2 || [...counts.values()].filter(count => count >= 2).length > 1) return []
  return [
    {
      field,
      support,
      because: 'The inputs did not hold the answer',
      sentences: [{ text: `Answer '${answer}' when the inputs do not say.` }],
    },
  ]
}

function pairOf(one: Case, name: string): Pair[] {
  const expected = one.expected.get(name)
  const got = one.got.get(name)
  if (typeof expected !== 'string' || got === undefined) return []
  return [
    { expected, got: typeof got === 'string' ? got : JSON.stringify(got), inputs: [...one.inputs.values()].join('\n') },
  ]
}

function wordCount(text: string): number {
  return text.split(/\s+/).filter(word => word !== '').length
}

const formats: readonly (readonly [format: string, pattern: RegExp])[] = [
  ['YYYY-MM-DD', /^\d{4}-\d\d-\d\d$/],
  ['DD.MM.YYYY', /^\d\d\.\d\d\.\d{4}$/],
  ['DD/MM/YYYY', /^(?:1[3-9]|2\d|3[01]|0\d|1[0-2])\/\d\d\/\d{4}$/],
  ['D Month YYYY', /^\d{1,2} [A-Z][a-z]{3,} \d{4}$/],
  ['Month D, YYYY', /^[A-Z][a-z]{3,} \d{1,2}, \d{4}$/],
]

function dateFormatOf(pairs: readonly Pair[]): string | undefined {
  return formats.find(([, pattern]) => pairs.length >= 2 && pairs.every(pair => pattern.test(pair.expected)))?.[0]
}
