/** Text outputs: an answer, a label's value, a summary; wordy unless the rules say how long and in what form. */

import { answerQuestion } from './answerQuestion.ts'
import { findDates, formatDate, wholeDate } from './dates.ts'
import { contextsOf, judge } from './evidence.ts'
import { codeOf, findCurrencies, numbersFor } from './numbers.ts'
import type { InputText } from './readPrompt.ts'
import { nameWords, type Rules, subjectsOf } from './rules.ts'
import { valuesIn } from './values.ts'
import { contentStems, segments, words } from './words.ts'

/** Below this share of the question the context counts as silent. */
const silentBelow = 0.45
const spanLimit = 8

export function extractText(name: string, rules: Rules, inputs: readonly InputText[]): string | undefined {
  const question = questionOf(inputs)
  const context = inputs.filter(input => input !== question)
  const source = context.length > 0 ? context : inputs
  const text = source.map(input => input.text).join('\n\n')
  const origin = source.find(input => input.text !== '')?.name ?? 'text'
  const short = rules.maxWords <= spanLimit
  if (question !== undefined && context.length > 0) {
    const found = answerQuestion(text, question.text, rules.maxWords)
    if (found === undefined || (rules.unknown !== undefined && found.coverage < silentBelow)) return rules.unknown
    if (short) return found.span
    return isStrict(rules) ? found.sentence : `According to the ${origin}, ${found.sentence}`
  }
  const special = specialValue(name, rules, text)
  if (special !== undefined) return special
  const value = labelledValue(name, rules, text)
  if (value === undefined) return rules.unknown ?? (short ? undefined : summary(text, rules))
  if (short || (isStrict(rules) && rules.anchors.length > 0)) return value.span
  return isStrict(rules) ? value.line : `According to the ${origin}, ${value.line}`
}

function isStrict(rules: Rules): boolean {
  return rules.exact || Number.isFinite(rules.maxWords) || Number.isFinite(rules.maxChars) || rules.maxSentences <= 1
}

/** The input that asks: by its name, or by the mark at its end. */
export function questionOf(inputs: readonly InputText[]): InputText | undefined {
  return (
    inputs.find(input => /question|query|request|prompt/i.test(input.name) && input.text.trim() !== '') ??
    (inputs.length > 1 ? inputs.find(input => input.text.length < 400 && /\?\s*$/.test(input.text)) : undefined)
  )
}

/** Currencies, dates, amounts, addresses of the net: known by what the field is called. */
function specialValue(name: string, rules: Rules, text: string): string | undefined {
  const about = new Set([...nameWords(name), ...rules.hints])
  if (about.has('currency') || rules.currencyCode) {
    const found = findCurrencies(text)
    if (!rules.currencyCode) return found[0]?.text
    return (found.find(one => codeOf(one.text) === one.text) ?? found[0])?.code
  }
  if (about.has('date') || rules.dateFormat !== undefined) {
    const best = bestOf(judge(text, findDates(text, rules), rules), rules)
    if (best === undefined) return undefined
    return rules.dateFormat === undefined ? text.slice(best.start, best.end) : formatDate(best.iso, rules.dateFormat)
  }
  if (rules.plainNumber || ['amount', 'total', 'price', 'cost', 'quantity'].some(word => about.has(word))) {
    const best = bestOf(judge(text, numbersFor(text, findDates(text), subjectsOf(rules)), rules), rules)
    if (best === undefined) return undefined
    return rules.plainNumber ? String(best.value) : text.slice(best.start, best.end)
  }
  if (about.has('email')) return /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/.exec(text)?.[0]
  if (about.has('url') || about.has('link')) return /https?:\/\/[^\s<>"')]{1,300}/.exec(text)?.[0]
  return undefined
}

/** The highest score, the first among equals unless the rules pick another. */
export function bestOf<T extends { readonly start: number }>(
  judged: readonly { readonly candidate: T; readonly score: number }[],
  rules: Rules,
): T | undefined {
  const top = Math.max(...judged.map(one => one.score), Number.NEGATIVE_INFINITY)
  const equals = judged.filter(one => one.score === top).map(one => one.candidate)
  return rules.pick === 'last' ? equals.at(-1) : equals[0]
}

/** The span behind a label such as "Order no: A-17", and the line it stands on. */
function labelledValue(
  name: string,
  rules: Rules,
  text: string,
): { readonly span: string; readonly line: string } | undefined {
  const candidates = valuesIn(text)
  const judged = judge(text, candidates, rules, false)
  const wantsCode = nameWords(name).some(word =>
    ['number', 'no', 'id', 'code', 'reference', 'ref', 'key', 'sku'].includes(word),
  )
  const contexts = contextsOf(text, candidates, false)
  const scored = judged.map(({ candidate, score }, index) => {
    const digits = /\d/.test(candidate.text)
    // Without a label before it a bare word is not worth much.
    const labelled = (contexts[index]?.zone.length ?? 0) > 0 ? 0.2 : 0
    return { candidate, score: score === 0 ? 0 : score + labelled + (wantsCode && digits ? 1.5 : 0) }
  })
  const best = bestOf(
    scored.filter(one => one.score > 0),
    rules,
  )
  if (best === undefined) return undefined
  const line = segments(text).find(one => one.start <= best.start && best.start < one.end)
  const limit = Math.min(rules.maxWords, spanLimit)
  return {
    span: firstWords(best.text, Number.isFinite(rules.maxWords) ? limit : spanLimit),
    line: line === undefined ? best.text : text.slice(line.start, line.end),
  }
}

function summary(text: string, rules: Rules): string | undefined {
  const lines = segments(text).map(span => text.slice(span.start, span.end))
  if (lines.length === 0) return undefined
  const kept = lines.slice(0, Math.min(3, rules.maxSentences)).join(' ')
  return Number.isFinite(rules.maxWords) ? firstWords(kept, rules.maxWords) : kept
}

function firstWords(text: string, limit: number): string {
  const parts = text.split(/\s+/)
  return parts.length <= limit ? text : parts.slice(0, limit).join(' ')
}

/** Brings an answer into the form the rules ask for. */
export function shapeText(answer: string, rules: Rules): string {
  if (answer === rules.unknown) return answer
  let text = answer.trim()
  if (rules.dateFormat !== undefined) {
    const date = wholeDate(text)
    if (date !== undefined) text = formatDate(date, rules.dateFormat)
  }
  if (rules.noPunctuation) text = text.replace(/[.,;:!?"'“”()]/g, '')
  if (rules.finalPeriod === false) text = text.replace(/\.+$/, '')
  if (rules.casing === 'lower') text = text.toLowerCase()
  if (rules.casing === 'upper') text = text.toUpperCase()
  if (rules.casing === 'title') text = text.replace(/(?<!\p{L})\p{L}/gu, letter => letter.toUpperCase())
  if (Number.isFinite(rules.maxWords)) text = firstWords(text, rules.maxWords)
  if (text.length > rules.maxChars) text = text.slice(0, rules.maxChars).trimEnd()
  if (rules.finalPeriod === true && !text.endsWith('.')) text += '.'
  if (rules.prefix !== '' && !text.startsWith(rules.prefix)) text = rules.prefix + text
  if (rules.suffix !== '' && !text.endsWith(rules.suffix)) text += rules.suffix
  return text
}

/** The member of a closed set that the text speaks of most. */
export function closestOf(set: readonly string[], text: string): string | undefined {
  const present = new Set(contentStems(text))
  const scored = set.map(value => words(value).filter(word => present.has(contentStems(word.text)[0] ?? '')).length)
  const top = Math.max(...scored)
  return set[top > 0 ? scored.indexOf(top) : 0]
}
