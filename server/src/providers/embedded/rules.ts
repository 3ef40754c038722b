/** The rules a prompt states for one output: lengths, formats, anchors, cue words, in the words people write. */
import type { PromptField } from '../../model/prompt.ts'
import { type Cue, readLabelClause } from './labelRules.ts'
import { contentStems, quoted, segments, stem, words } from './words.ts'

export interface Rules {
  minWords: number
  maxWords: number
  maxChars: number
  maxSentences: number
  casing: 'lower' | 'upper' | 'title' | undefined
  noPunctuation: boolean
  finalPeriod: boolean | undefined
  prefix: string
  suffix: string
  /** The answer to give when the inputs do not say. */
  unknown: string | undefined
  exact: boolean
  closedSet: string[]
  dateFormat: string | undefined
  dayFirst: boolean
  currencyCode: boolean
  plainNumber: boolean
  relativeDates: boolean
  nullWhenAbsent: boolean
  sorted: boolean
  maxItems: number
  pick: 'first' | 'last' | 'largest' | 'smallest' | undefined
  /** Words that stand right before the value, each as lower-case words. */
  anchors: string[][]
  avoided: string[][]
  /** Stems of what the field's description and constraints talk about. */
  hints: Set<string>
  avoidedHints: Set<string>
  /** Stems of the field's name: a weak hint. */
  name: Set<string>
  cues: Map<string, Cue[]>
  otherwise: string | undefined
}

const maxClauseChars = 4000

/** `labels` are the values of a Literal, as text; empty for other types. */
export function readRules(
  field: PromptField,
  instructions: string,
  otherOutputs: readonly string[],
  inputs: readonly string[],
  labels: readonly string[],
): Rules {
  const rules = noRules(field.name)
  const own = [field.desc, ...field.constraints].flatMap(clausesOf)
  const task = clausesOf(instructions)
  const mentions = (clause: string, name: string) =>
    new RegExp(`(?<![\\p{L}\\p{N}_])${name.replace(/[^\p{L}\p{N}]+/gu, '[\\s_]')}(?![\\p{L}\\p{N}_])`, 'iu').test(
      clause,
    )
  const named = task.filter(clause => mentions(clause, field.name))
  const shared = task.filter(clause => !named.includes(clause) && !otherOutputs.some(name => mentions(clause, name)))
  const ignored = new Set([...inputs, ...metaWords].map(word => stem(word.toLowerCase())))
  for (const clause of [...shared, ...named, ...own]) readClause(rules, clause)
  for (const clause of [...shared, ...named, ...own]) readLabelClause(rules, clause, labels, ignored)
  for (const clause of [...named, ...own]) {
    const [wanted, refused] = splitAtNegation(withoutQuotes(clause))
    for (const hint of contentStems(wanted)) if (!ignored.has(hint) && !/^\d/.test(hint)) rules.hints.add(hint)
    for (const hint of contentStems(refused)) if (!ignored.has(hint)) rules.avoidedHints.add(hint)
  }
  for (const hint of rules.avoidedHints) rules.hints.delete(hint)
  return rules
}

function noRules(name: string): Rules {
  return {
    minWords: 0,
    maxWords: Number.POSITIVE_INFINITY,
    maxChars: Number.POSITIVE_INFINITY,
    maxSentences: Number.POSITIVE_INFINITY,
    casing: undefined,
    noPunctuation: false,
    finalPeriod: undefined,
    prefix: '',
    suffix: '',
    unknown: undefined,
    exact: false,
    closedSet: [],
    dateFormat: undefined,
    dayFirst: false,
    currencyCode: false,
    plainNumber: false,
    relativeDates: false,
    nullWhenAbsent: false,
    sorted: false,
    maxItems: Number.POSITIVE_INFINITY,
    pick: undefined,
    anchors: [],
    avoided: [],
    hints: new Set(),
    avoidedHints: new Set(),
    name: new Set(nameWords(name).map(stem)),
    cues: new Map(),
    otherwise: undefined,
  }
}

/** Stems of what the field is about: its name, its description and its constraints. */
export function subjectsOf(rules: Rules): ReadonlySet<string> {
  return new Set([...rules.name, ...rules.hints])
}

/** The words of an identifier: `invoice_number` and `invoiceNumber` alike. */
export function nameWords(name: string): string[] {
  return name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split('_')
    .filter(word => word !== '')
}

/** Words about the task rather than its subject; they hint at nothing in the inputs. */
const metaWords =
  `answer answers value field text input inputs output outputs date dates number numbers amount string word words write
  give return find extract choose pick select copy stand stands format question context customer exactly concise
  short brief mention mentions mentioned mentioning contain contains say says state states stated relevant correct right
  character characters sentence sentences lowercase uppercase period punctuation code letter full whole label name kind type category
  null none unknown report end start begin item items line document message case default example following`.split(/\s+/)

function clausesOf(text: string): string[] {
  const capped = text.slice(0, maxClauseChars)
  return segments(capped)
    .map(span => capped.slice(span.start, span.end))
    .flatMap(splitOutsideQuotes)
}

function splitOutsideQuotes(text: string): string[] {
  return text
    .split(';')
    .map(part => part.trim())
    .filter(part => part !== '')
}

const smallNumbers = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ')
const count = `(\\d{1,6}|${smallNumbers.join('|')}|a single)`
const wordUnit = '(?:words?|tokens?)'
const charUnit = '(?:characters?|chars?|letters)'
const most =
  '(?:at most|no more than|not more than|up to|max(?:imum)?(?: of)?\\.?|under|fewer than|less than|within|limit(?:ed)? to)'

function toCount(text: string | undefined): number {
  const word = (text ?? '').toLowerCase()
  if (word === 'a single') return 1
  const small = smallNumbers.indexOf(word)
  return small >= 0 ? small : Number(word)
}

const patterns = {
  range: new RegExp(`\\b${count}\\s?(?:-|–|to|and|or)\\s?${count}\\s${wordUnit}`, 'i'),
  maxWords: new RegExp(
    `\\b${most}\\s${count}\\s${wordUnit}|\\b${count}\\s${wordUnit}\\s(?:or\\s(?:fewer|less)|max)`,
    'i',
  ),
  minWords: new RegExp(`\\b(?:at least|minimum(?: of)?|no fewer than)\\s${count}\\s${wordUnit}`, 'i'),
  words: new RegExp(`\\b${count}\\s${wordUnit}(?![\\s-](?:before|after))`, 'i'),
  maxChars: new RegExp(`\\b(?:${most}\\s)?${count}\\s${charUnit}`, 'i'),
  charRange: new RegExp(`\\b${count}\\s?(?:-|–|to|and)\\s?${count}\\s${charUnit}`, 'i'),
  sentences: new RegExp(`\\b${count}(?:\\s(?:short|brief))?\\ssentences?\\b`, 'i'),
  items: new RegExp(`\\b(?:${most}|exactly|only|to)\\s${count}\\s(?:items?|entries|elements|values)`, 'i'),
} as const

const negation = /\b(?:not|never|no|without|omit|drop|remove|avoid|leave out|leave off|don't)\b/i
const absence =
  /\b(?:when|if|where|unless)\b.{0,80}\b(?:not|no|none|nothing|neither|never|missing|absent|lacks?|without|don't|doesn't|cannot|can't|isn't|aren't|unclear|unknown|silent|unless)\b|\bunless\b|\bwhen (?:missing|absent)\b/i

function readClause(rules: Rules, clause: string): void {
  const negated = negation.test(clause)
  readLengths(rules, clause)
  if (/\blower[- ]?cased?\b/i.test(clause) && !/\b(?:not|never)\b.{0,20}\blower/i.test(clause)) rules.casing = 'lower'
  if (/\bupper[- ]?cased?\b|\bcapital letters\b|\ball caps\b/i.test(clause) && !negated) rules.casing = 'upper'
  if (/\btitle case\b/i.test(clause) && !negated) rules.casing = 'title'
  if (negated && /\bpunctuation\b/i.test(clause)) rules.noPunctuation = true
  if (/\b(?:period|full stop|trailing dot|final dot)\b/i.test(clause)) rules.finalPeriod = !negated
  if (
    /\b(?:exact|exactly|verbatim|copy|copied|word for word|as written|as (?:they|it) (?:stands?|appears?|is written))\b/i.test(
      clause,
    )
  )
    rules.exact = true
  if (/\b(?:4217|(?:three|3)[- ]letter|currency code|iso code)\b/i.test(clause)) rules.currencyCode = true
  if (/\b(?:digits only|only digits|plain number|bare number|number only|just the number)\b/i.test(clause))
    rules.plainNumber = true
  if (
    /\b(?:number|amount|figure)\b/i.test(clause) &&
    /\b(?:without|no|omit|drop)\b.{0,30}\b(?:units?|separators?|symbols?|signs?)\b/i.test(clause)
  )
    rules.plainNumber = true
  if (/\brelative\b|\btomorrow\b|\bweekdays?\b|\bnext week\b|\bresolve\b.{0,40}\bdates?\b/i.test(clause))
    rules.relativeDates = true
  if (/\bday[- ](?:comes )?(?:first|before)\b|\bDD[/.]MM\b|\bEuropean dates?\b/i.test(clause)) rules.dayFirst = true
  if (/\bsort(?:ed)?\b|\balphabetical/i.test(clause)) rules.sorted = true
  readPick(rules, clause)
  readDateFormat(rules, clause)
  if (readAbsence(rules, clause)) return
  if (readEdges(rules, clause)) return
  if (readClosedSet(rules, clause)) return
  readAnchors(rules, clause)
}

function readLengths(rules: Rules, clause: string): void {
  const range = patterns.range.exec(clause)
  const least = patterns.minWords.exec(clause)
  const limit = patterns.maxWords.exec(clause)
  const exactly = patterns.words.exec(clause)
  if (range !== null) [rules.minWords, rules.maxWords] = [toCount(range[1]), toCount(range[2])]
  else if (limit !== null) rules.maxWords = toCount(limit[1] ?? limit[2])
  else if (least !== null) rules.minWords = toCount(least[1])
  else if (exactly !== null) rules.minWords = rules.maxWords = toCount(exactly[1])
  else if (
    /\b(?:concise|concisely|terse|as short as possible|shortest|only the (?:answer|value|term|name)|few words)\b/i.test(
      clause,
    )
  )
    rules.maxWords = Math.min(rules.maxWords, 5)
  const chars = patterns.charRange.exec(clause) ?? patterns.maxChars.exec(clause)
  if (chars !== null && !/\bthree[- ]letter\b/i.test(clause)) rules.maxChars = toCount(chars[2] ?? chars[1])
  const sentenceLimit = patterns.sentences.exec(clause)
  if (sentenceLimit !== null) rules.maxSentences = toCount(sentenceLimit[1])
  const items = patterns.items.exec(clause)
  if (items !== null) rules.maxItems = toCount(items[1])
}

function readPick(rules: Rules, clause: string): void {
  const match =
    /\b(?:take|use|choose|pick|the) (?:the )?(first|last|final|latest|largest|biggest|highest|smallest|lowest|earliest) (?:\w+ )?(?:number|date|amount|value|figure|one)\b/i.exec(
      clause,
    )
  if (match === null || /\bnot the (?:first|last|largest|smallest)/i.test(clause)) return
  const word = (match[1] ?? '').toLowerCase()
  rules.pick =
    word === 'first'
      ? 'first'
      : ['last', 'final'].includes(word)
        ? 'last'
        : ['smallest', 'lowest', 'earliest'].includes(word)
          ? 'smallest'
          : 'largest'
}

const datePart = '(?:YYYY|YY|DD?|MMMM|MMM|MM?|Month|Mon)'

function readDateFormat(rules: Rules, clause: string): void {
  const shape = new RegExp(`\\b${datePart}(?:[ ./,-]{1,2}${datePart}){2}\\b`).exec(clause)
  if (shape !== null) rules.dateFormat = shape[0]
  else if (/\bISO[- ]?8601\b|\bISO (?:date|format)\b/i.test(clause)) rules.dateFormat = 'YYYY-MM-DD'
}

/** "Answer 'unknown' when the inputs do not say", "null when no date is named". */
function readAbsence(rules: Rules, clause: string): boolean {
  if (!absence.test(clause)) return false
  const phrase = quoted(clause)[0]
  const bare =
    /\b(?:answer|write|return|reply|reply with|respond with|say|use|give|output|put)\s(?:with\s)?([\p{L}/-]{1,40})\s(?:when|if|where|unless)\b/iu.exec(
      clause,
    )
  const leading = /^(null|none|empty|unknown|n\/a)\b/i.exec(clause)
  const answer = phrase ?? bare?.[1] ?? leading?.[1]
  if (answer === undefined) return false
  if (/^(?:null|none|empty|nothing)$/i.test(answer)) rules.nullWhenAbsent = true
  if (!/^(?:null|nothing|empty)$/i.test(answer)) rules.unknown = answer
  return true
}

function readEdges(rules: Rules, clause: string): boolean {
  const phrase = quoted(clause)[0]
  if (phrase === undefined || /\b(?:not|never)\b/i.test(clause)) return false
  // End with the unit "km", written as in "12 km": the second phrase shows the gap.
  const shown = /^\d+(\D.*)$/.exec(quoted(clause)[1] ?? '')?.[1]
  if (/\b(?:start|begin)s?\s(?:[\p{L}]+\s){0,3}with\b/iu.test(clause)) rules.prefix = phrase
  else if (/\bends?\s(?:[\p{L}]+\s){0,3}with\b/iu.test(clause)) rules.suffix = shown ?? phrase
  else return false
  return true
}

function readClosedSet(rules: Rules, clause: string): boolean {
  const match =
    /\b(?:one of|choose (?:from|between|among)|allowed values(?: are)?|only (?:these|the) (?:values|items))\b(?: these| the following)?\s?:?\s*(.{1,600})/i.exec(
      clause,
    )
  if (match === null) return false
  const list = match[1] ?? ''
  const phrases = quoted(list)
  const items = phrases.length > 1 ? phrases : list.replace(/\.$/, '').split(/,| or | and /)
  rules.closedSet = items.map(item => item.trim()).filter(item => item !== '' && item.length <= 80)
  return true
}

const anchorWord =
  /\b(?:after|follow(?:s|ing)?|next to|beside|besides|labell?ed|marked|headed|introduced by|near|behind|on the line|line with|starting at|right of|preceded by)\b/gi

/** "the number after 'Total due' or 'Balance', not after 'Subtotal'". */
function readAnchors(rules: Rules, clause: string): void {
  const first = [...clause.matchAll(anchorWord)][0]
  if (first === undefined) return
  const rest = clause.slice(first.index)
  const phrases = quoted(rest)
  if (phrases.length === 0) {
    const bare = rest
      .slice(first[0].length)
      .replace(/^\s*(?:the|a|an)?\s*(?:words?|labels?|phrases?|headings?|lines?)?\s*/i, '')
    for (const part of bare.split(/[.,;:()]| or /).slice(0, 6)) addAnchor(rules.anchors, part)
    return
  }
  let at = 0
  for (const phrase of phrases) {
    const position = clause.indexOf(phrase, at)
    const before = clause.slice(0, position)
    at = position + phrase.length
    addAnchor(
      /\b(?:not|never|ignore|skip|avoid|rather than|instead of|except)\b/i.test(before) ? rules.avoided : rules.anchors,
      phrase,
    )
  }
}

function addAnchor(anchors: string[][], phrase: string): void {
  const anchor = words(phrase).map(word => word.text)
  if (anchor.length > 0 && anchor.length <= 6) anchors.push(anchor)
}

function splitAtNegation(clause: string): readonly [wanted: string, refused: string] {
  const match = /\b(?:not|never|ignore|instead of|rather than|excluding|except|without|unlike)\b/i.exec(clause)
  return match === null ? [clause, ''] : [clause.slice(0, match.index), clause.slice(match.index)]
}

function withoutQuotes(clause: string): string {
  let rest = clause
  for (const phrase of quoted(clause)) rest = rest.replace(phrase, ' ')
  return rest
}
