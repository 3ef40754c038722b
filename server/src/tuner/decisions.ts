/** The list of decisions of a run, in logical order, and its digest. */
import { sha256 } from '../base/hash.ts'
import { canonicalJson, type Json } from '../base/json.ts'

export interface Decisions {
  add(kind: string, facts: { readonly [name: string]: Json }): void
  /** SHA-256 over all decisions: equal for runs that decided alike. */
  digest(): string
}

export function createDecisions(): Decisions {
  const list: string[] = []
  return {
    add(kind, facts) {
      list.push(canonicalJson({ kind, ...facts }))
    },
    digest: () => sha256(list.join('\n')),
  }
}
