/** Cue words of labels: words that the examples of one label share and those of the others lack. */
import { wholeDate } from './dates.ts'
import { same } from './inferForm.ts'
import { type Cue, cueScore } from './labelRules.ts'
import { type FieldFailures, labelsOf, type ProposedRule } from './reflect.ts'
import { isContentWord, stem, words } from './words.ts'

interface Labelled {
  readonly label: string
  /** Stem to the word as written. */
  readonly stems: ReadonlyMap<string, string>
}

const maxCues = 14
const precision = 0.75

export function inferLabels(field: FieldFailures): ProposedRule[] {
  const failing = field.cases.filter(one => !same(one.expected.get(field.name), one.got.get(field.name)))
  if (failing.length < 2) return []
  const labels = labelsOf(field.shape)
  const cases = field.cases.map((one): Labelled => {
    const text = [...one.inputs.values()].filter(value => wholeDate(value) === undefined).join('\n')
    return { label: String(one.expected.get(field.name)), stems: stemsOf(text) }
  })
  const sets = labels.map(label => ({ label, ...cuesFor(label, cases, field.rules.cues.get(label) ?? []) }))
  const stated = sets.filter(set => set.cues.length > 0)
  const otherwise = fallbackOf(labels, cases, sets) ?? field.rules.otherwise
  if (stated.length === 0 || (sets.every(set => set.fresh === 0) && otherwise === field.rules.otherwise)) return []
  const subject = subjectOf(field)
  const parts = stated.map(set => `'${set.label}' when ${subject} ${set.cues.join(', ')}`)
  if (otherwise !== undefined) parts.push(`otherwise '${otherwise}'`)
  const replaces = field.constraints.findIndex(constraint => /^Use '.*' when .* mentions?/.test(constraint))
  return [
    {
      field: field.name,
      text: `Use ${parts.join('; ')}.`,
      support: failing.filter(one => stated.some(set => set.label === String(one.expected.get(field.name)))).length,
      because: `'${field.name}' was mixed up where the same words recur`,
      ...(replaces < 0 ? {} : { replaces }),
    },
  ]
}

function subjectOf(field: FieldFailures): string {
  const texts = field.inputs.filter(name =>
    field.cases.some(one => wholeDate(one.inputs.get(name) ?? '') === undefined),
  )
  return texts.length === 1 ? `the ${texts[0]} mentions` : 'the inputs mention'
}

function stemsOf(text: string): Map<string, string> {
  const stems = new Map<string, string>()
  for (const word of words(text)) {
    if (!isContentWord(word.text) || /\d/.test(word.text) || word.text.length < 3) continue
    // Names in the middle of a sentence say nothing about the next example.
    const one = stem(word.text)
    if (!stems.has(one)) stems.set(one, word.text)
  }
  return stems
}

/** Old cues that the failures do not contradict, then the best new ones. */
function cuesFor(label: string, cases: readonly Labelled[], old: readonly Cue[]): { cues: string[]; fresh: number } {
  const mine = cases.filter(one => one.label === label)
  const others = cases.filter(one => one.label !== label)
  const kept = old.filter(cue => {
    const [right, wrong] = [mine, others].map(
      group => group.filter(one => cue.stems.every(part => one.stems.has(part))).length,
    )
    return (wrong ?? 0) < 2 || (right ?? 0) >= (wrong ?? 0)
  })
  const known = new Set(kept.flatMap(cue => cue.stems))
  const scored = new Map<string, { word: string; score: number }>()
  for (const one of mine) {
    for (const [part, word] of one.stems) {
      if (known.has(part) || scored.has(part)) continue
      const right = mine.filter(other => other.stems.has(part)).length
      const wrong = others.filter(other => other.stems.has(part)).length
      if (right >= 2 && right / (right + wrong) >= precision) scored.set(part, { word, score: right - 1.5 * wrong })
    }
  }
  const fresh = [...scored.values()]
    .sort((a, b) => b.score - a.score || (a.word < b.word ? -1 : 1))
    .slice(0, Math.max(2, maxCues - kept.length))
  return {
    cues: [...kept.map(cue => cue.text), ...fresh.map(one => one.word)].slice(-maxCues),
    fresh: fresh.length,
  }
}

/** The label of most examples that no cue reaches, when they are at least two and clearly the most. */
function fallbackOf(
  labels: readonly string[],
  cases: readonly Labelled[],
  sets: readonly { label: string; cues: readonly string[] }[],
): string | undefined {
  const cues = sets.map(set =>
    set.cues.map((word): Cue => ({ stems: word.split(' ').map(stem), weight: 1, text: word })),
  )
  const silent = cases.filter(one => cues.every(list => cueScore(list, new Set(one.stems.keys())) === 0))
  const counts = labels.map(label => silent.filter(one => one.label === label).length)
  const top = Math.max(0, ...counts)
  return top >= 2 && top >= silent.length * 0.5 ? labels[counts.indexOf(top)] : undefined
}
