/** Simplifying: takes added texts away again, one of each output at a time, so that one evaluation judges several. */
import type { Signature } from '../signature/signature.ts'
import { type PartPath, removals, wordingKey } from './wording.ts'

export interface RemovalRound {
  readonly signature: Signature
  readonly removed: readonly { readonly part: PartPath; readonly text: string }[]
}

/**
 * The next removals to try, the longest text of each output; `undefined` when each was tried. Metrics tell outputs
 * apart, so that each is judged by its own score; a text that bears on all of them goes alone.
 */
export function nextRemovals(
  original: Signature,
  signature: Signature,
  tried: ReadonlySet<string>,
): RemovalRound | undefined {
  const removed: { part: PartPath; text: string }[] = []
  let shorter = signature
  for (;;) {
    const used = new Set(removed.map(({ part }) => outputOf(part)))
    const [next] = removals(original, shorter)
      .filter(({ part, text, signature }) => {
        const free = !tried.has(removalKey(part, text)) && wordingKey(signature) !== wordingKey(original)
        return free && !used.has(outputOf(part)) && (removed.length === 0 || outputOf(part) !== '')
      })
      .sort((a, b) => b.text.length - a.text.length)
    if (next === undefined) break
    removed.push({ part: next.part, text: next.text })
    shorter = next.signature
    if (outputOf(next.part) === '') break
  }
  return removed.length === 0 ? undefined : { signature: shorter, removed }
}

export function removalKey(part: PartPath, text: string): string {
  return `${part}\n${text}`
}

/** Empty for instructions and inputs. */
function outputOf(part: PartPath): string {
  const [direction, name = ''] = part.split('.')
  return direction === 'outputs' ? name : ''
}
