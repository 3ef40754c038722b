/** The digest of a set of examples: equal for equal examples in equal order, whatever their file's layout. */
import { createHash } from 'node:crypto'
import { canonicalJson } from '../base/json.ts'
import { pause } from '../base/pause.ts'
import type { Example } from './example.ts'

type Digested = Pick<Example, 'id' | 'values' | 'split' | 'weight'>

/** SHA-256 over id, values, split and weight of each; lines do not count. */
export function examplesSha256(examples: readonly Digested[]): string {
  const hash = createHash('sha256')
  for (const example of examples) hash.update(digested(example))
  return hash.digest('hex')
}

/** Examples between two pauses: some milliseconds of work. */
const sliceLength = 500

/** The same without holding the event loop; gives way to its next turn between pieces of work unless told otherwise. */
export async function examplesSha256InTurns(
  examples: readonly Digested[],
  giveWay: () => Promise<void> = pause,
): Promise<string> {
  const hash = createHash('sha256')
  for (const [index, example] of examples.entries()) {
    if (index % sliceLength === sliceLength - 1) await giveWay()
    hash.update(digested(example))
  }
  return hash.digest('hex')
}

function digested({ id, values, split, weight }: Digested): string {
  return `${canonicalJson({ id, values, split, weight })}\n`
}
