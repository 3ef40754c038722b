/** Cue words of labels: words that the examples of one label share and those of the others lack. */
import { isMonthOrWeekday, wholeDate } from './dates.ts'
import { type Cue, cueScore } from './labelRules.ts'
import { type FieldFailures, failingOf, type ProposedRule, type Sentence } from './proposal.ts'
import { labelsOf } from './shape.ts'
import { isContentWord, stem, words } from './words.ts'

interface Labelled {
  readonly label: string
  readonly weight: number
  /** Stem to the word as written. */
  readonly stems: ReadonlyMap<string, string>
}

interface CueSet {
  readonly label: string
  readonly cues: readonly string[]
  readonly changed: boolean
}

const maxCues = 12
const maxFreshCues = 6
/** A word shared by chance alone in more than this share of draws shows nothing. */
const chance = 0.25

export function inferLabels(field: FieldFailures): ProposedRule[] {
  const failing = failingOf(field)
  if (failing.length < 2) return []
  const labels = labelsOf(field.shape)
  const cases = field.cases.map((one): Labelled => {
    const text = [...one.inputs.values()].filter(value => wholeDate(value) === undefined).join('\n')
    return { label: String(one.expected.get(field.name)), weight: one.weight, stems: stemsOf(text) }
  })
  const sets = labels.map(label => cuesFor(label, cases, field.rules.cues.get(label) ?? []))
  const subject = subjectOf(field)
  const sentences = sets
    .filter(set => set.changed)
    .map(({ label, cues }) =>
      sentence(field.constraints, `Use '${label}' when`, `Use '${label}' when ${subject} ${cues.join(', ')}.`),
    )
  const rule = (because: string, ...texts: Sentence[]) => ({
    field,
    sentences: texts,
    support: failing.length,
    because,
  })
  const rules: ProposedRule[] = []
  if (sentences.length > 0) rules.push(rule(`'${field.name}' was mixed up where the same words recur`, ...sentences))
  const otherwise = fallbackOf(labels, cases, sets, field.rules.otherwise)
  if (otherwise !== undefined) {
    const text = `Otherwise use '${otherwise}'.`
    rules.push(rule('No word told the others apart', sentence(field.constraints, 'Otherwise use', text)))
  }
  return rules
}

/** A sentence that begins like a constraint already there takes its place. */
function sentence(constraints: readonly string[], beginning: string, text: string): Sentence {
  const replaces = constraints.findIndex(constraint => constraint.startsWith(beginning))
  return replaces < 0 ? { text } : { text, replaces }
}

function totalWeight(cases: readonly Labelled[]): number {
  return cases.reduce((sum, one) => sum + one.weight, 0)
}

function subjectOf(field: FieldFailures): string {
  const texts = field.inputs.filter(name =>
    field.cases.some(one => wholeDate(one.inputs.get(name) ?? '') === undefined),
  )
  return texts.length === 1 ? `the ${texts[0]} mentions` : 'the inputs mention'
}

function stemsOf(text: string): Map<string, string> {
  const stems = new Map<string, string>()
  for (const { text: word } of words(text)) {
    if (!isContentWord(word) || /\d/.test(word) || word.length < 3 || isMonthOrWeekday(word)) continue
    const one = stem(word)
    if (!stems.has(one)) stems.set(one, word)
  }
  return stems
}

/** Old cues that the cases do not contradict, then the best new ones. */
function cuesFor(label: string, cases: readonly Labelled[], stated: readonly Cue[]): CueSet {
  const old = [...new Map(stated.map(cue => [cue.stems.join(' '), cue])).values()]
  const mine = cases.filter(one => one.label === label)
  const others = cases.filter(one => one.label !== label)
  const count = (group: readonly Labelled[], stems: readonly string[]) =>
    group.filter(one => stems.every(part => one.stems.has(part))).length
  const kept = old.filter(cue => {
    const wrong = count(others, cue.stems)
    return wrong < 2 || count(mine, cue.stems) > wrong
  })
  const known = new Set(kept.flatMap(cue => cue.stems))
  const share = totalWeight(mine) / Math.max(1, totalWeight(cases))
  const found = new Map<string, { word: string; right: number }>()
  for (const one of mine) {
    for (const [part, word] of one.stems) {
      if (known.has(part) || found.has(part)) continue
      const right = count(mine, [part])
      if (right >= 2 && count(others, [part]) * 4 <= right && share ** right <= chance) found.set(part, { word, right })
    }
  }
  const fresh = [...found.values()]
    .sort((a, b) => b.right - a.right || (a.word < b.word ? -1 : 1))
    .slice(0, maxFreshCues)
    .map(one => one.word)
  const cues = [...kept.map(cue => cue.text), ...fresh].slice(-maxCues)
  return { label, cues, changed: cues.length > 0 && (fresh.length > 0 || kept.length < old.length) }
}

/** Another label for what no cue reaches, where most such cases expect it; a stated one needs more against it. */
function fallbackOf(
  labels: readonly string[],
  cases: readonly Labelled[],
  sets: readonly CueSet[],
  stated: string | undefined,
): string | undefined {
  const cues = sets.flatMap(set => set.cues.map((text): Cue => ({ stems: text.split(' ').map(stem), weight: 1, text })))
  const silent = cases.filter(one => cueScore(cues, new Set(one.stems.keys())) === 0)
  const counts = labels.map(label => totalWeight(silent.filter(one => one.label === label)))
  const top = Math.max(0, ...counts)
  const label = labels[counts.indexOf(top)]
  const share = top / Math.max(1, totalWeight(silent))
  const enough = stated === undefined ? top >= 2 && share >= 0.6 : top >= 4 && share >= 0.8
  return enough && label !== stated ? label : undefined
}
