/** The key of a model call in the ledger: equal for calls whose answers are interchangeable. */
import { sha256 } from '../base/hash.ts'
import { canonicalJson } from '../base/json.ts'
import type { ModelRequest } from './model.ts'

/** SHA-256 over origin, model, messages, reply schema, parameters and repeat index. */
export function cacheKey(origin: string, request: ModelRequest): string {
  const { model, messages, reply, parameters, repeat } = request
  return sha256(canonicalJson({ origin, model, messages, reply, parameters, repeat }))
}
