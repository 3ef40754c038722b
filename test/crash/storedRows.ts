/** Reads a job store as it lies there, through a connection that writes nothing. */
import { existsSync } from 'node:fs'
import { openRaw } from '../sqlite/raw.ts'

export interface StoredJob {
  readonly id: string
  readonly state: string
  readonly attempt: number
  readonly owner: string | null
  readonly leaseUntil: number | null
  readonly createdAt: number
  readonly updatedAt: number
  readonly appliedVersion: number | null
  /** Of the decisions in the result. */
  readonly digest: string | null
}

export interface StoredCall {
  readonly jobId: string
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
  /** The job of each. */
  readonly evaluations: readonly (string | null)[]
}

const nothing: StoredRows = { jobs: [], calls: [], evaluations: [] }

export function readStore(path: string): StoredRows {
  if (!existsSync(path)) return nothing
  try {
    return readRows(path)
  } catch (error) {
    // Killed while it made its tables: only whoever opens it for writing may roll that back.
    if (error instanceof Error && 'code' in error && error.code === 'SQLITE_READONLY_ROLLBACK') return nothing
    throw error
  }
}

function readRows(path: string): StoredRows {
  let rows = nothing
  openRaw(
    path,
    raw => {
      if (raw.pragma('user_version', { simple: true }) === 0) return
      rows = {
        jobs: raw
          .prepare(
            `SELECT id, state, attempt, owner, lease_until AS leaseUntil, created_at AS createdAt, updated_at AS updatedAt,
               applied_version AS appliedVersion, result ->> '$.decision_digest' AS digest FROM job ORDER BY created_at, rowid`,
          )
          .all() as StoredJob[],
        calls: raw
          .prepare(
            'SELECT job_id AS jobId, key, purpose, state, asks, repeated, reply, error FROM call ORDER BY job_id, key',
          )
          .all() as StoredCall[],
        evaluations: raw.prepare('SELECT job_id FROM evaluation').pluck().all() as (string | null)[],
      }
    },
    { readonly: true },
  )
  return rows
}
