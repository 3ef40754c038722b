/** Reads a job store as it lies there, through a connection that writes nothing. */
import { existsSync } from 'node:fs'
import { openRaw } from '../sqlite/raw.ts'

export interface StoredJob {
  readonly id: string
  readonly state: string
  readonly attempt: number
  readonly owner: string | null
  readonly appliedVersion: number | null
  /** Of the decisions in the result. */
  readonly digest: string | null
}

export interface StoredCall {
  readonly key: string
  readonly purpose: string
  readonly state: string
  readonly asks: number
  readonly repeated: number
  readonly reply: string | null
  readonly error: string | null
}

export interface StoredRows {
  readonly jobs: readonly StoredJob[]
  readonly calls: readonly StoredCall[]
  readonly evaluations: number
}

const nothing: StoredRows = { jobs: [], calls: [], evaluations: 0 }

export function readStore(path: string): StoredRows {
  if (!existsSync(path)) return nothing
  let rows = nothing
  openRaw(
    path,
    raw => {
      if (raw.pragma('user_version', { simple: true }) === 0) return
      rows = {
        jobs: raw
          .prepare(
            `SELECT id, state, attempt, owner, applied_version AS appliedVersion,
               result ->> '$.decision_digest' AS digest FROM job ORDER BY id`,
          )
          .all() as StoredJob[],
        calls: raw
          .prepare('SELECT key, purpose, state, asks, repeated, reply, error FROM call ORDER BY job_id, key')
          .all() as StoredCall[],
        evaluations: Number(raw.prepare('SELECT count(*) FROM evaluation').pluck().get()),
      }
    },
    { readonly: true },
  )
  return rows
}
