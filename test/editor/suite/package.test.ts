/** The package holds what the extension needs on this machine, and no other machine's binaries. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { extensions } from 'vscode'
import { test } from '../harness/test.ts'

const dist = join(extensions.getExtension('signature-tuner.signature-tuner')?.extensionPath ?? '', 'dist')

test('the driver of the database is found as the worker finds it, and works', () => {
  const Sqlite = createRequire(join(dist, 'worker.cjs'))('better-sqlite3')
  const database = new Sqlite(':memory:')
  assert.deepEqual(database.prepare('SELECT 6 * 7 AS answer').get(), { answer: 42 })
  database.close()
})

test('one binary and no source map is in the package', () => {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  assert.equal(files.filter(file => file.endsWith('.node')).length, 1)
  assert.deepEqual(
    files.filter(file => file.endsWith('.map')),
    [],
  )
})
