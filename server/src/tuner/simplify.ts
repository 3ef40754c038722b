/** Simplifying: which added texts to do without, to see whether they are missed. */
import type { Signature } from '../signature/signature.ts'
import type { Composite } from './front.ts'
import { type PartPath, type Removal, removals, textKey, withoutTexts, wordingKey } from './wording.ts'

/** Chooses texts of a front to take away together, and remembers which it chose. */
export interface Removals {
  /**
   * None when each was taken away. `known` are the wordings that would tell nothing new; texts of parts that are not open
   * stay.
   */
  next(
    front: Pick<Composite, 'signature' | 'effect'>,
    known: ReadonlySet<string>,
    isOpen?: (part: PartPath) => boolean,
  ): readonly Removal[]
}

/**
 * First all that the instructions have gained, as long as that is news: it shared the praise for whatever came with it.
 * Then of each output the text that earns least of those that were not. Metrics tell outputs apart, so that each is judged
 * by its own score; a text that bears on all of them goes alone.
 */
export function createRemovals(original: Signature): Removals {
  const originalKey = wordingKey(original)
  const tried = new Set<string>()
  return {
    next({ signature, effect }, known, isOpen = () => true) {
      const told = removals(original, signature).filter(({ part }) => part === 'instructions')
      if (told.length > 0 && !known.has(wordingKey(withoutTexts(original, signature, told)))) return told
      const removed: Removal[] = []
      const used = new Set<string>()
      for (;;) {
        const shorter = withoutTexts(original, signature, removed)
        const isNew = (removal: Removal) => {
          const key = wordingKey(withoutTexts(original, shorter, [removal]))
          return key !== originalKey && !known.has(key)
        }
        const next = removals(original, shorter)
          .filter(removal => {
            const output = outputOf(removal.part)
            const isApart = removed.length === 0 || (output !== '' && !used.has(output))
            return isOpen(removal.part) && isApart && !tried.has(textKey(removal.part, removal.text))
          })
          .sort((a, b) => effect(a.part, a.text) - effect(b.part, b.text) || b.text.length - a.text.length)
          .find(isNew)
        if (next === undefined) return removed
        tried.add(textKey(next.part, next.text))
        removed.push(next)
        used.add(outputOf(next.part))
        if (outputOf(next.part) === '') return removed
      }
    },
  }
}

const mostRounds = 8

/**
 * As many of `texts`, the least useful first, as are not missed together: of those of one output all, else one half and
 * then the other. `missedWithout` says which outputs miss some, or nothing when that cannot be paid for.
 */
export async function takeAway(
  texts: readonly Removal[],
  missedWithout: (texts: readonly Removal[]) => Promise<ReadonlySet<string> | undefined>,
): Promise<readonly Removal[]> {
  /** By what they are judged by, groups of which the first is to go next. */
  const open = new Map([...Map.groupBy(texts, ({ part }) => outputOf(part))].map(([output, all]) => [output, [all]]))
  let gone: readonly Removal[] = []
  for (let round = 0; round < mostRounds && open.size > 0; round++) {
    // What bears on all is judged by the whole score, and so goes when nothing else does.
    const going = [...open].filter(([output]) => output !== '' || open.size === 1)
    const missed = await missedWithout([...gone, ...going.flatMap(([, [first = []]]) => first)])
    if (missed === undefined) break
    for (const [output, [first = [], ...others]] of going) {
      const isGone = !missed.has(output)
      if (isGone) gone = [...gone, ...first]
      const half = first.length >> 1
      const halves = isGone || half === 0 ? [] : [first.slice(0, half), first.slice(half)]
      open.set(output, [...halves, ...others])
      if (halves.length + others.length === 0) open.delete(output)
    }
  }
  return gone
}

/** The output whose words a text is of; empty for instructions and inputs. */
export function outputOf(part: PartPath): string {
  const [direction, name = ''] = part.split('.')
  return direction === 'outputs' ? name : ''
}
