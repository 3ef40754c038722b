/** Cue words of labels, from sentences such as "Use 'billing' when the text mentions invoice, refund". */
import { contentStems, stem, words } from './words.ts'

/** All stems must occur in the text for the cue to count. */
export interface Cue {
  readonly stems: readonly string[]
  readonly weight: number
  /** As the rule puts it. */
  readonly text: string
}

interface LabelRules {
  cues: Map<string, Cue[]>
  otherwise: string | undefined
}

interface Mention {
  readonly label: string
  readonly start: number
  readonly end: number
}

const maxLabels = 60
const maxCuesPerLabel = 60

/** Adds what `clause` says of the labels; a clause that names none adds nothing. */
export function readLabelClause(
  rules: LabelRules,
  clause: string,
  labels: readonly string[],
  ignored: ReadonlySet<string>,
): void {
  const mentions = mentionsOf(clause, labels.slice(0, maxLabels))
  mentions.forEach((mention, index) => {
    const before = clause.slice(mentions[index - 1]?.end ?? 0, mention.start)
    const after = clause.slice(mention.end, mentions[index + 1]?.start ?? clause.length)
    if (isOtherwise(before) || (isOtherwise(after) && mentions.length === 1)) {
      rules.otherwise = mention.label
      return
    }
    if (/\b(?:not|never)\s*(?:use\s*)?['"`]?$/i.test(before)) return
    const following = cuesOf(after, ignored)
    const found = following.length > 0 || index > 0 ? following : cuesOf(before, ignored)
    const list = rules.cues.get(mention.label) ?? []
    list.push(...found.slice(0, maxCuesPerLabel - list.length))
    rules.cues.set(mention.label, list)
  })
}

function isOtherwise(text: string): boolean {
  return /\b(?:otherwise|else|by default|default|all other cases|any other case|if none|when none|when unsure|in doubt|no other)\b/i.test(
    text,
  )
}

/** Quoted labels count wherever they stand; bare ones only where the sentence treats them as an answer. */
function mentionsOf(clause: string, labels: readonly string[]): Mention[] {
  const quotedOnes = labels.flatMap(label =>
    occurrences(clause, label).filter(({ start, end }) => isQuoted(clause, start, end)),
  )
  const found =
    quotedOnes.length > 0
      ? quotedOnes
      : labels.flatMap(label => occurrences(clause, label).filter(({ start, end }) => isAnswer(clause, start, end)))
  found.sort((a, b) => a.start - b.start || b.end - a.end)
  return found.filter((mention, index) => index === 0 || mention.start >= (found[index - 1]?.end ?? 0))
}

function occurrences(clause: string, label: string): Mention[] {
  const found: Mention[] = []
  const text = clause.toLowerCase()
  const wanted = label.toLowerCase()
  if (wanted === '') return found
  for (let at = text.indexOf(wanted); at >= 0 && found.length < 20; at = text.indexOf(wanted, at + wanted.length)) {
    const end = at + wanted.length
    if (!/[\p{L}\p{N}_]/u.test(text[at - 1] ?? ' ') && !/[\p{L}\p{N}_]/u.test(text[end] ?? ' '))
      found.push({ label, start: at, end })
  }
  return found
}

const quoteMarks = '\'"`‘’“”'

function isQuoted(clause: string, start: number, end: number): boolean {
  return quoteMarks.includes(clause[start - 1] ?? ' ') && quoteMarks.includes(clause[end] ?? ' ')
}

function isAnswer(clause: string, start: number, end: number): boolean {
  const after = clause.slice(end, end + 12)
  const before = clause.slice(Math.max(0, start - 24), start)
  return (
    /^\s*(?:when|if|for|means|is|are|covers|:|=|→|->|–|\()/i.test(after) ||
    /(?:use|choose|pick|select|answer|label|write|otherwise|else|default(?: to)?|is|as)\s*:?\s*$/i.test(before)
  )
}

const exceptWords = /\b(?:unless|except|rather than|instead of|even if|even when|but not|and not|not)\b/i

function cuesOf(text: string, ignored: ReadonlySet<string>): Cue[] {
  const stop = exceptWords.exec(text)
  const kept = (stop === null ? text : text.slice(0, stop.index)).slice(0, 2000)
  const cues: Cue[] = []
  for (const item of kept.split(
    /[,:;()/"'`‘’“”]|\bor\b|\band\b|\bmentions?\b|\bcontains?\b|\babout\b|\bsuch as\b|\blike\b/i,
  )) {
    const stems = contentStems(item).filter(one => !ignored.has(one) && !connecting.has(one))
    if (stems.length === 0) continue
    // A few words are a phrase; a longer description is a bag of words.
    if (stems.length <= 3 && words(item).length <= 6)
      cues.push({ stems, weight: 1, text: item.trim().replace(/[.!?]+$/, '') })
    else cues.push(...stems.map(one => ({ stems: [one], weight: 0.5, text: one })))
  }
  return cues
}

const connecting = new Set(
  'use choose pick cover concern involve refer ask talk describe report user writer sender'.split(' ').map(stem),
)

/** Share of the cues' weight found in the text's stems; earlier cues weigh a little more. */
export function cueScore(cues: readonly Cue[], present: ReadonlySet<string>): number {
  let score = 0
  cues.forEach((cue, index) => {
    if (cue.stems.every(one => present.has(one)))
      score += cue.weight * cue.stems.length ** 0.5 * (1.3 - (0.3 * index) / cues.length)
  })
  return score
}
