/** What a dataset holds, as one hash. */
import { sha256 } from '../base/hash.ts'
import { canonicalJson } from '../base/json.ts'
import type { Example } from './example.ts'

/** SHA-256 over ids, values, splits and weights in order; lines do not count. */
export function examplesSha256(examples: readonly Example[]): string {
  return sha256(canonicalJson(examples.map(({ id, values, split, weight }) => ({ id, values, split, weight }))))
}
