/** The version history in a JSON file beside the signature: appended under a lock, never rewritten from a broken file. */
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import { failure } from '../base/errors.ts'
import { isRecord } from '../base/json.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { lineColumnAt, lineStarts } from '../base/text.ts'
import type { HistoryStore } from '../history/store.ts'
import { type History, historySchema, versionSchema } from '../history/version.ts'
import type { Owner } from '../jobs/job.ts'
import { findInJson, findJsonError } from './jsonPosition.ts'
import { lockFile } from './lock.ts'

export interface HistoryStoreOptions {
  readonly files: {
    readText(path: string, maxBytes: number): Promise<Result<string>>
    writeText(path: string, text: string): Promise<Result<void>>
  }
  readonly clock: Clock
  readonly owner: Owner
  readonly isDead: (owner: Owner) => boolean
  /** How the user would type a path; absolute unless given. */
  readonly display?: (path: string) => string
}

interface Loaded {
  /** As parsed, unknown keys and their order included. */
  readonly raw: Record<string, unknown>
  readonly entries: unknown[]
  readonly history: History
  readonly text: string
}

const maxBytes = 64 * 1024 ** 2

export function createHistoryStore(options: HistoryStoreOptions): HistoryStore {
  const { files, display = path => path } = options

  async function load(path: string): Promise<Result<Loaded | undefined>> {
    const text = await files.readText(path, maxBytes)
    if (!text.ok) return text.error.code === 'path_not_found' ? ok(undefined) : text
    return parseHistory(text.value, display(path))
  }

  return {
    async read(path) {
      const loaded = await load(path)
      return loaded.ok ? ok(loaded.value?.history) : loaded
    },

    async append(path, skillId, make) {
      const lock = await lockFile(`${path}.lock`, display(path), options)
      if (!lock.ok) return lock
      await using _held = lock.value
      const loaded = await load(path)
      if (!loaded.ok) return loaded
      const { raw, entries, history, text } = loaded.value ?? newHistory(skillId)
      const made = make(history)
      if (made === undefined) return ok(undefined)
      const number = Math.max(0, ...history.signature_history.map(entry => entry.version)) + 1
      const version = versionSchema.parse({ version: number, ...made })
      entries.push(version)
      const json = `${JSON.stringify(raw, undefined, 2)}\n`
      const written = await files.writeText(path, text.includes('\r\n') ? json.replaceAll('\n', '\r\n') : json)
      return written.ok ? ok(version) : written
    },
  }
}

function newHistory(skillId: string): Loaded {
  const entries: unknown[] = []
  return {
    raw: { skill_id: skillId, signature_history: entries },
    entries,
    history: { skill_id: skillId, signature_history: [] },
    text: '',
  }
}

function parseHistory(text: string, shown: string): Result<Loaded> {
  const damaged = (offset: number, what: string) => {
    const { line, column } = lineColumnAt(lineStarts(text), offset)
    const way = 'Mend it or move it away; it was left as it is.'
    return fail(failure('history_damaged', `${shown}:${line}:${column}: ${what}. ${way}`, shown))
  }
  const error = findJsonError(text)
  if (error !== undefined) return damaged(error.offset, error.message)
  const raw: unknown = JSON.parse(text)
  const parsed = historySchema.safeParse(raw)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const path = issue?.path.map(part => (typeof part === 'number' ? part : String(part))) ?? []
    const where = path.length === 0 ? 'the file' : z.core.toDotPath(path)
    return damaged(findInJson(text, path), `${where}: ${issue?.message ?? 'not a history'}`)
  }
  if (!isRecord(raw) || !Array.isArray(raw.signature_history)) throw new Error('the schema lets no other shape through')
  return ok({ raw, entries: raw.signature_history, history: parsed.data, text })
}
