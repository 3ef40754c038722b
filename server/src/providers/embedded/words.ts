/** Words, stems, sentences and quoted phrases: how the demo model reads any text. */
import type { Span } from '../../base/text.ts'

export interface Word {
  /** Lower case, NFC. */
  readonly text: string
  readonly start: number
  readonly end: number
}

const wordPattern = /[\p{L}\p{N}_]+(?:['’][\p{L}]+)?/gu

export function words(text: string): Word[] {
  return [...text.matchAll(wordPattern)].map(match => ({
    text: match[0].normalize('NFC').toLowerCase().replace('’', "'"),
    start: match.index,
    end: match.index + match[0].length,
  }))
}

/** Stems of the words that carry meaning, in order. */
export function contentStems(text: string): string[] {
  return words(text)
    .map(word => word.text)
    .filter(isContentWord)
    .map(stem)
}

export function isContentWord(word: string): boolean {
  return !stopWords.has(word) && (word.length > 1 || /\p{N}/u.test(word))
}

const endings: readonly (readonly [ending: string, replacement: string, shortest: number])[] = [
  ['ations', '', 4],
  ['ation', '', 4],
  ['ments', '', 4],
  ['ment', '', 4],
  ['ings', '', 3],
  ['ing', '', 3],
  ['ies', 'i', 2],
  ['ied', 'i', 2],
  ['ed', '', 3],
  ['es', '', 3],
  ['s', '', 3],
]

/** A light stem: plural, tense and a few noun endings fall away, so that "charged" and "charges" meet. */
export function stem(word: string): string {
  let root = word.replace(/'\p{L}+$/u, '')
  for (const [ending, replacement, shortest] of endings) {
    if (!root.endsWith(ending) || root.length - ending.length < shortest) continue
    if (ending === 's' && /(?:ss|us|is)$/.test(root)) break
    root = root.slice(0, root.length - ending.length) + replacement
    break
  }
  if (root.length > 3 && root.endsWith('e')) root = root.slice(0, -1)
  if (root.length > 3 && root.endsWith('y')) root = `${root.slice(0, -1)}i`
  const last = root.at(-1) ?? ''
  if (root.length > 3 && last === root.at(-2) && !'aeiou'.includes(last)) root = root.slice(0, -1)
  return root
}

/** Sentences and short lines, as spans without surrounding white space. */
export function segments(text: string): Span[] {
  const spans: Span[] = []
  let start = 0
  const close = (end: number) => {
    let from = start
    let to = end
    while (from < to && /\s/.test(text[from] ?? '')) from++
    while (to > from && /\s/.test(text[to - 1] ?? '')) to--
    if (to > from) spans.push({ start: from, end: to })
    start = end
  }
  let lineStart = 0
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? ''
    if (char === '\n') {
      // A line much shorter than a wrapped paragraph's stands on its own.
      if (i - lineStart < 60 || text[i + 1] === '\n') close(i)
      lineStart = i + 1
    } else if (
      (char === '.' || char === '!' || char === '?') &&
      /\s/.test(text[i + 1] ?? ' ') &&
      !isAbbreviation(text, i)
    ) {
      close(i + 1)
    }
  }
  close(text.length)
  return spans
}

const abbreviations = new Set(
  'no nr mr mrs ms dr st vs eg ie approx incl excl inc ltd co jan feb mar apr jun jul aug sep sept oct nov dec ref tel art'.split(
    ' ',
  ),
)

function isAbbreviation(text: string, dot: number): boolean {
  if (text[dot] !== '.') return false
  let from = dot
  while (from > 0 && dot - from < 12 && /\p{L}/u.test(text[from - 1] ?? '')) from--
  const word = text.slice(from, dot)
  if (word.length === 1) return /\p{L}/u.test(word) && word !== 'I'
  return abbreviations.has(word.toLowerCase()) && /\s[\p{L}\p{N}#]/u.test(text.slice(dot + 1, dot + 3))
}

const quotePattern =
  /(?<![\p{L}\p{N}])'([^'\n]{1,120})'(?![\p{L}\p{N}])|"([^"\n]{1,120})"|`([^`\n]{1,120})`|[‘“]([^’”\n]{1,120})[’”]/gu

/** Phrases that stand in quotation marks or backticks, in order. */
export function quoted(text: string): string[] {
  return [...text.matchAll(quotePattern)].map(match => match[1] ?? match[2] ?? match[3] ?? match[4] ?? '')
}

const stopWords: ReadonlySet<string> = new Set(
  `a about above actually after again against all almost already also although always am an and another any anyone
  anything are aren't around as ask at away back be because been before being below between both but by came can can't cannot come
  could couldn't did didn't do does doesn't doing don't done down during each either else enough etc even ever every
  everything few first for from further get gets getting give given go goes going gone got had has hasn't have haven't having
  he hello her here hers hi him his how however i i'd i'll i'm i've if in into is isn't it it's its itself just keep
  kind know last least less let like look looks made make makes many may maybe me might mine more most much must my myself
  near need needs neither never next no nobody none nor not nothing now of off often ok on once one only onto or other
  others our ours out over own per perhaps please put quite rather really regards said same say says see seem seems
  several shall she should shouldn't since so some somebody someone something soon still such sure take than thank
  thanks that that's the their theirs them then there there's these they they're thing things think this those though
  through to today together told too tried try trying two under until up upon us use used uses using very want wants was wasn't
  way we we'd we'll we're we've well went were what what's when where whether which while who whom whose why will
  with within without won't would wouldn't yes yet you you'd you'll you're you've your yours
  s t d ll re ve m`.split(/\s+/),
)
