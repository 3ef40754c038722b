/** Literal and bool outputs: the label whose cue words the inputs hold. */
import { cueScore } from './labelRules.ts'
import type { Rules } from './rules.ts'
import { contentStems, words } from './words.ts'

/** Always one of `labels` (which must not be empty). */
export function extractLabel(labels: readonly string[], rules: Rules, text: string): string {
  const present = new Set(contentStems(text))
  const plain = new Set(words(text).map(word => word.text))
  const scores = labels.map(label => {
    const named = contentStems(label.replace(/[_-]/g, ' '))
    const surface = named.length > 0 && named.every(one => present.has(one)) ? 1 : 0
    const exact = plain.has(label.toLowerCase()) ? 0.2 : 0
    const cues = rules.cues.get(label)
    // A label with stated cues is no longer judged by its own name alone.
    return cues === undefined ? surface + exact : 2 * cueScore(cues, present) + surface + exact
  })
  const top = Math.max(...scores)
  const stated = rules.cues.size > 0 || rules.otherwise !== undefined
  const enough = stated ? 0.5 : 0
  const fallback = labels.find(label => label === rules.otherwise) ?? labels[0] ?? ''
  return top > enough ? (labels[scores.indexOf(top)] ?? fallback) : fallback
}

/** Whether the inputs speak for `true`. */
export function extractBool(rules: Rules, text: string): boolean {
  const present = new Set(contentStems(text))
  const yes = cueScore(rules.cues.get('true') ?? [], present)
  const no = cueScore(rules.cues.get('false') ?? [], present)
  if (yes !== no) return yes > no
  if (rules.cues.size > 0) return rules.otherwise === 'true'
  return [...rules.hints, ...rules.name].some(hint => present.has(hint))
}
