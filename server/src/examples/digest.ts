/** The digest of a set of examples: equal for equal examples in equal order, whatever their file's layout. */
import { createHash } from 'node:crypto'
import { canonicalJson } from '../base/json.ts'
import type { Example } from './example.ts'

/** SHA-256 over id, values, split and weight of each; lines do not count. */
export function examplesSha256(examples: readonly Pick<Example, 'id' | 'values' | 'split' | 'weight'>[]): string {
  const hash = createHash('sha256')
  for (const { id, values, split, weight } of examples) hash.update(`${canonicalJson({ id, values, split, weight })}\n`)
  return hash.digest('hex')
}
