/** The version history in a JSON file beside the signature: appended under a lock, never rewritten from a broken file. */
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import { type Failure, failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { lineColumnAt, lineStarts } from '../base/text.ts'
import type { HistoryStore } from '../history/store.ts'
import { type History, highestVersion, historySchema, type Version, versionSchema } from '../history/version.ts'
import { findInJson, findJsonError } from './jsonPosition.ts'
import { lockFile } from './lock.ts'

export interface HistoryStoreOptions {
  readonly files: {
    readText(path: string, maxBytes: number): Promise<Result<string>>
    writeText(
      path: string,
      text: string,
      options: { readonly check: () => Promise<Result<void>> },
    ): Promise<Result<void>>
  }
  readonly clock: Clock
  /** How the user would type a path; absolute unless given. */
  readonly display?: (path: string) => string
}

interface Loaded {
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
      await using held = lock.value
      const loaded = await load(path)
      if (!loaded.ok) return loaded
      const { history, text } = loaded.value ?? newHistory(skillId)
      const made = make(history)
      if (made === undefined) return ok(undefined)
      const number = history.signature_history.reduce((highest, entry) => Math.max(highest, entry.version), 0) + 1
      if (number > highestVersion) {
        const index = history.signature_history.findIndex(entry => entry.version === highestVersion)
        const { start } = findInJson(text, ['signature_history', index, 'version'])
        return fail(damaged(text, start, 'no version can follow this one', display(path)))
      }
      const version = versionSchema.parse({ version: number, ...made })
      const written = await files.writeText(path, withEntry(text, version), { check: held.check })
      return written.ok ? ok(version) : written
    },
  }
}

function newHistory(skillId: string): Loaded {
  const history: History = { skill_id: skillId, signature_history: [] }
  return { history, text: `${JSON.stringify(history, undefined, 2)}\n` }
}

function parseHistory(text: string, shown: string): Result<Loaded> {
  const error = findJsonError(text)
  if (error !== undefined) return fail(damaged(text, error.offset, error.message, shown))
  const parsed = historySchema.safeParse(JSON.parse(text))
  if (parsed.success) return ok({ history: parsed.data, text })
  const issue = parsed.error.issues[0]
  const path = issue?.path.map(part => (typeof part === 'number' ? part : String(part))) ?? []
  const where = path.length === 0 ? 'the file' : z.core.toDotPath(path)
  return fail(damaged(text, findInJson(text, path).start, `${where}: ${issue?.message ?? 'not a history'}`, shown))
}

function damaged(text: string, offset: number, what: string, shown: string): Failure {
  const { line, column } = lineColumnAt(lineStarts(text), offset)
  const way = 'Mend it or move it away; it was left as it is.'
  return failure('history_damaged', `${shown}:${line}:${column}: ${what}. ${way}`, shown)
}

/** The text with one more entry at the end of its list, laid out as the file is; every other byte stays. */
function withEntry(text: string, entry: Version): string {
  const list = findInJson(text, ['signature_history'])
  const close = list.end - 1
  const before = text.slice(0, close).trimEnd()
  const isEmpty = before.length === list.start + 1
  const space = text.slice(before.length, close)
  const unit = /\n([ \t]+)\S/.exec(text)?.[1] ?? ''
  const spread = isEmpty ? unit !== '' : space.includes('\n')
  if (!spread) return `${before}${isEmpty ? '' : ','}${JSON.stringify(entry)}${text.slice(before.length)}`
  const lineStart = text.lastIndexOf('\n', list.start) + 1
  const indent = /^[ \t]*/.exec(text.slice(lineStart, list.start))?.[0] ?? ''
  const lines = JSON.stringify(entry, undefined, unit).split('\n')
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const added = lines.map(line => `${eol}${indent}${unit}${line}`).join('')
  const rest = space.includes('\n') ? text.slice(before.length) : `${eol}${indent}${text.slice(close)}`
  return `${before}${isEmpty ? '' : ','}${added}${rest}`
}
