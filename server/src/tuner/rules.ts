/** Rules of form that values may share: what each says in a sentence, and when a value breaks it. */

/** One gold value beside what was answered. */
export interface Case {
  readonly id: string
  readonly gold: unknown
  readonly prediction: unknown
  /** The answer lost points on this field. */
  readonly failed: boolean
  /** Inputs that are text, by name. */
  readonly inputs: ReadonlyMap<string, string>
}

export interface Rule {
  /** The sentence, such as `Use lowercase.` */
  readonly text: string
  readonly reason: string
  /** The wording says it already. */
  readonly said: (wording: string) => boolean
  readonly broken: (item: Case) => boolean
}

/** The answer used when the inputs do not say, if the gold values hold one beside others. */
export function fallbackRule(
  cases: readonly Case[],
): { readonly rule: Rule; readonly isFallback: (gold: unknown) => boolean } | undefined {
  const isFallback = (gold: unknown) => typeof gold === 'string' && fallbacks.has(gold.trim().toLowerCase())
  const golds = cases.map(item => String(item.gold)).filter(isFallback)
  const others = cases.length - golds.length
  if (golds.length < 2 || others < 2) return undefined
  const [answer] = mostFrequent(golds)
  const rule: Rule = {
    text: `Answer '${answer}' when the inputs do not say.`,
    reason: `${golds.length} of ${cases.length} expected values are '${answer}'`,
    said: says(new RegExp(`(?<![\\p{L}\\p{N}])${escapeRegex(answer)}(?![\\p{L}\\p{N}])`, 'iu')),
    broken: item => isFallback(item.gold) && item.prediction !== item.gold,
  }
  return { rule, isFallback }
}

/** Rules that all gold texts obey; the cases' gold values are strings and none is the fallback answer. */
export function textRules(cases: readonly Case[]): readonly Rule[] {
  const golds = cases.map(item => String(item.gold))
  const whole = closedSet(golds) ?? dates(golds) ?? currency(golds) ?? numbers(golds)
  if (whole !== undefined) return [whole]
  const rules = [verbatim(cases), affix(golds), characters(golds) ?? words(golds), casing(golds), finalPeriod(golds)]
  return rules.filter(rule => rule !== undefined)
}

/** Rules that all gold lists obey. */
export function listRules(cases: readonly Case[]): readonly Rule[] {
  const lists = cases.map(item => item.gold as readonly unknown[])
  const rules: (Rule | undefined)[] = [listLength(lists)]
  const items = lists.flat()
  if (items.length >= cases.length && items.every(item => typeof item === 'string')) {
    rules.push(itemSet(items))
    if (rules[1] === undefined) rules.push(ofItems(casing(items)), ofItems(finalPeriod(items)))
  }
  return rules.filter(rule => rule !== undefined)
}

const fallbacks = new Set([
  ...['unknown', 'n/a', 'na', 'none', 'null', '-', 'not stated', 'not specified', 'not mentioned', 'not given'],
  ...['not found', 'not available', 'unclear', 'unspecified', 'no answer', 'unanswerable', 'insufficient information'],
])

function closedSet(golds: readonly string[]): Rule | undefined {
  const values = enumerate(golds)
  if (values === undefined) return undefined
  const set = new Set(values)
  return {
    text: `Use one of: ${values.join(', ')}.`,
    reason: `All ${golds.length} expected values are one of ${values.length}`,
    said: wording => values.every(value => wording.includes(value)),
    broken: item => !set.has(String(item.prediction)),
  }
}

function itemSet(items: readonly string[]): Rule | undefined {
  const values = enumerate(items)
  if (values === undefined) return undefined
  const set = new Set(values)
  return {
    text: `Use only these items: ${values.join(', ')}.`,
    reason: `All ${items.length} items of the expected lists are one of ${values.length}`,
    said: wording => values.every(value => wording.includes(value)),
    broken: item => Array.isArray(item.prediction) && item.prediction.some(value => !set.has(String(value))),
  }
}

/** The distinct values, sorted, when there are few and each came more than once. */
function enumerate(values: readonly string[]): readonly string[] | undefined {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const few = counts.size >= 2 && counts.size <= 10 && values.length >= 3 * counts.size
  const plain = [...counts].every(([value, count]) => count >= 2 && /^[^,.;:\n]{1,40}$/u.test(value))
  return few && plain ? [...counts.keys()].sort((a, b) => (a < b ? -1 : 1)) : undefined
}

const months = 'January|February|March|April|May|June|July|August|September|October|November|December'

const dateFormats: readonly { readonly name: string; readonly pattern: RegExp; readonly day?: 1 | 2 }[] = [
  { name: 'YYYY-MM-DD', pattern: /^\d{4}-\d{2}-\d{2}$/ },
  { name: 'YYYY/MM/DD', pattern: /^\d{4}\/\d{2}\/\d{2}$/ },
  { name: 'YYYY-MM', pattern: /^\d{4}-\d{2}$/ },
  { name: 'DD.MM.YYYY', pattern: /^\d{2}\.\d{2}\.\d{4}$/ },
  { name: 'DD/MM/YYYY', pattern: /^(\d{2})\/(\d{2})\/\d{4}$/, day: 1 },
  { name: 'MM/DD/YYYY', pattern: /^(\d{2})\/(\d{2})\/\d{4}$/, day: 2 },
  { name: 'D Month YYYY', pattern: new RegExp(`^[1-9]\\d? (${months}) \\d{4}$`) },
  { name: 'Month D, YYYY', pattern: new RegExp(`^(${months}) [1-9]\\d?, \\d{4}$`) },
  { name: 'HH:MM', pattern: /^([01]\d|2[0-3]):[0-5]\d$/ },
]

function dates(golds: readonly string[]): Rule | undefined {
  // Where day and month look alike, the format is known only if some day is above 12.
  const format = dateFormats.find(
    ({ pattern, day }) =>
      golds.every(gold => pattern.test(gold)) &&
      (day === undefined || golds.some(gold => Number(pattern.exec(gold)?.[day]) > 12)),
  )
  if (format === undefined) return undefined
  return {
    text: `Use the ${format.name === 'HH:MM' ? 'time' : 'date'} format ${format.name}.`,
    reason: `All ${golds.length} expected values have the format ${format.name}`,
    said: says(new RegExp(`${escapeRegex(format.name)}${format.name === 'YYYY-MM-DD' ? '|ISO[ -]?8601' : ''}`, 'iu')),
    broken: item => !format.pattern.test(String(item.prediction)),
  }
}

function currency(golds: readonly string[]): Rule | undefined {
  if (!golds.every(gold => currencies.has(gold))) return undefined
  return {
    text: `Use a three-letter ISO 4217 currency code such as ${mostFrequent(golds)[0]}.`,
    reason: `All ${golds.length} expected values are currency codes`,
    said: says(/ISO[ -]?4217|currency code/iu),
    broken: item => !currencies.has(String(item.prediction)),
  }
}

const currencies = new Set(
  (
    'AED ARS AUD BDT BGN BHD BRL CAD CHF CLP CNY COP CZK DKK DZD EGP ETB EUR GBP GHS HKD HUF IDR ILS INR IQD IRR ISK ' +
    'JOD JPY KES KRW KWD KZT LBP LKR MAD MXN MYR NGN NOK NZD OMR PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TND ' +
    'TRY TWD TZS UAH UGX USD UYU UZS VES VND XAF XOF ZAR'
  ).split(' '),
)

const plainNumber = /^-?\d+(\.\d+)?$/

function numbers(golds: readonly string[]): Rule | undefined {
  if (!golds.every(gold => plainNumber.test(gold))) return undefined
  return {
    text: 'Write a number without a unit or thousands separators.',
    reason: `All ${golds.length} expected values are plain numbers`,
    said: says(/without (a |any )?(unit|thousands)|(digits|number) only|only (digits|the number)/iu),
    broken: item => !plainNumber.test(String(item.prediction)),
  }
}

function verbatim(cases: readonly Case[]): Rule | undefined {
  const [first] = cases
  for (const name of first?.inputs.keys() ?? []) {
    const copied = (value: unknown, item: Case) => {
      const input = item.inputs.get(name)
      return typeof value === 'string' && value !== '' && input?.includes(value) === true
    }
    // A value that is the whole input says nothing about copying a part of it.
    if (!cases.every(item => copied(item.gold, item) && item.gold !== item.inputs.get(name))) continue
    return {
      text: `Copy the words exactly as they stand in ${name}.`,
      reason: `All ${cases.length} expected values stand word for word in ${name}`,
      said: says(/verbatim|word for word|cop(y|ied)|exactly as/iu),
      broken: item => !copied(item.prediction, item),
    }
  }
  return undefined
}

/** A prefix such as `#`, or a unit such as ` km`, that all values have. */
function affix(golds: readonly string[]): Rule | undefined {
  const distinct = [...new Set(golds)]
  if (distinct.length < 4) return undefined
  const unit = /^-?\d+(?:\.\d+)?( ?[^\d\s.,]{1,12})$/u
  const suffix = distinct[0] === undefined ? undefined : unit.exec(distinct[0])?.[1]
  if (suffix !== undefined && distinct.every(gold => unit.exec(gold)?.[1] === suffix)) {
    return {
      text: `End with the unit "${suffix.trim()}", written as in "12${suffix}".`,
      reason: `All ${golds.length} expected values are numbers that end with "${suffix}"`,
      said: says(new RegExp(`["'“]\\s?${escapeRegex(suffix.trim())}["'”]`, 'u')),
      broken: item => unit.exec(String(item.prediction))?.[1] !== suffix,
    }
  }
  const prefix = /^[^\p{L}\p{N}\s]{1,3}|^[\p{L}]{2,12}[-:#_]/u.exec(distinct[0] ?? '')?.[0]
  if (prefix === undefined || !distinct.every(gold => gold.startsWith(prefix))) return undefined
  return {
    text: `Begin with "${prefix}".`,
    reason: `All ${golds.length} expected values begin with "${prefix}"`,
    said: wording => wording.includes(prefix),
    broken: item => !String(item.prediction).startsWith(prefix),
  }
}

/** Codes of one length. */
function characters(golds: readonly string[]): Rule | undefined {
  const length = golds[0]?.length ?? 0
  const codes = golds.every(gold => gold.length === length && /^\S+$/u.test(gold))
  if (!codes || length < 2 || new Set(golds).size < 4) return undefined
  return {
    text: `Write exactly ${length} characters.`,
    reason: `All ${golds.length} expected values have ${length} characters`,
    said: says(/\d\s+characters?\b/iu),
    broken: item => String(item.prediction).length !== length,
  }
}

/** Above this many words, counting them is not what tells a right answer. */
const maxWords = 40

function words(golds: readonly string[]): Rule | undefined {
  const counts = golds.map(countWords)
  const low = Math.min(...counts)
  const high = Math.max(...counts)
  if (high > maxWords || low < 1) return undefined
  // A sample's range is narrower than the whole's: the ends are widened to rounder numbers.
  const max = low === high ? high : (roundWords.find(step => step >= high) ?? high)
  const min = low === high ? low : low <= 3 ? 1 : Math.floor(low * 0.8)
  const range = (from: number, to: number) => `${from === to ? '' : `${from} to `}${to} ${to === 1 ? 'word' : 'words'}`
  return {
    text: `Write ${range(min, max)}.`,
    reason: `The ${golds.length} expected values have ${range(low, high)}`,
    said: says(/(\d|one|two|three|single|few)[^.\n]{0,20}\bwords?\b/iu),
    broken: item => {
      const count = countWords(String(item.prediction))
      return count < min || count > max
    },
  }
}

const roundWords = [1, 2, 3, 5, 8, 10, 12, 15, 20, 25, 30, 40]

function countWords(text: string): number {
  return text.trim() === '' ? 0 : text.trim().split(/\s+/u).length
}

function casing(golds: readonly string[]): Rule | undefined {
  const lettered = golds.filter(gold => gold.toLowerCase() !== gold.toUpperCase())
  if (lettered.length < Math.max(4, golds.length / 2)) return undefined
  const lower = lettered.every(gold => gold === gold.toLowerCase())
  const upper = lettered.every(gold => gold === gold.toUpperCase())
  if (!lower && !upper) return undefined
  const changed = (text: string) => (lower ? text.toLowerCase() : text.toUpperCase())
  return {
    text: lower ? 'Use lowercase.' : 'Use uppercase.',
    reason: `All expected values are in ${lower ? 'lower' : 'upper'} case`,
    said: says(lower ? /lower-?\s?case/iu : /upper-?\s?case|capitals/iu),
    broken: ({ gold, prediction }) => {
      const text = String(prediction)
      // Capitals in an answer that is wrong anyway are not what took the points.
      if (typeof gold === 'string') return !text.includes(gold) && changed(text).includes(gold)
      return text !== changed(text)
    },
  }
}

function finalPeriod(golds: readonly string[]): Rule | undefined {
  const ended = golds.filter(gold => gold.trimEnd().endsWith('.')).length
  if (ended !== 0 && ended !== golds.length) return undefined
  return {
    text: ended === 0 ? 'Do not end with a period.' : 'End with a period.',
    reason: ended === 0 ? 'No expected value ends with a period' : 'Every expected value ends with a period',
    said: says(/\bperiod\b|full stop|punctuation/iu),
    broken: item => String(item.prediction).trimEnd().endsWith('.') !== (ended !== 0),
  }
}

function listLength(lists: readonly (readonly unknown[])[]): Rule | undefined {
  const low = Math.min(...lists.map(list => list.length))
  const high = Math.max(...lists.map(list => list.length))
  if (high === 0 || high > 20) return undefined
  const range = low === high ? `exactly ${high} ${high === 1 ? 'item' : 'items'}` : `${low} to ${high} items`
  return {
    text: `Give ${range}.`,
    reason: `The ${lists.length} expected lists have ${low === high ? low : `${low} to ${high}`} items`,
    said: says(/(\d|one|two|three|single)[^.\n]{0,20}\bitems?\b/iu),
    broken: item => !Array.isArray(item.prediction) || item.prediction.length < low || item.prediction.length > high,
  }
}

/** The rule for each item of a list. */
function ofItems(rule: Rule | undefined): Rule | undefined {
  return (
    rule && {
      ...rule,
      broken: item =>
        Array.isArray(item.prediction) && item.prediction.some(value => rule.broken({ ...item, prediction: value })),
    }
  )
}

/** The most frequent text and how often it came; the first of equals. */
function mostFrequent(texts: readonly string[]): readonly [string, number] {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), ['', 0])
}

function says(pattern: RegExp): (wording: string) => boolean {
  return wording => pattern.test(wording)
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
