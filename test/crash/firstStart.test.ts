/** Several processes at once where there is no store yet: one store, one job, and every call asked once. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSmallTune, uninterrupted, violations } from './smallTune.ts'
import { startWatchedServer } from './watchedServer.ts'

test('four first commands on the same skill share one job', async () => {
  const expected = await uninterrupted()
  await using server = await startWatchedServer()
  const site = createSmallTune()
  expect(existsSync(join(site.root, '.signature-tuner'))).toBe(false)
  // Until all are there nobody gets an answer, so that none comes late to a finished job.
  server.hold()
  const started = Array.from({ length: 4 }, () => site.tune(server))
  await Promise.all(started.map(told))
  server.letGo()
  const ended = await Promise.all(started.map(({ ended }) => ended))
  for (const { status, stdout, stderr } of ended) expect(status, stderr + stdout).toBe(0)
  const jobs = new Set(ended.map(({ stdout }) => JSON.parse(stdout).job_id))
  const rows = site.rows()
  expect([...jobs]).toEqual(rows.jobs.map(({ id }) => id))
  expect(violations(site, expected, 0)).toEqual([])
  const asked = rows.calls.filter(({ purpose }) => purpose !== 'decision')
  expect(asked.filter(({ asks }) => asks !== 1)).toEqual([])
  expect(server.count).toBe(asked.length)
}, 120_000)

/** Resolves when a host has said which job it starts or joins. */
function told({ child }: ReturnType<ReturnType<typeof createSmallTune>['tune']>): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', (chunk: string) => {
      said += chunk
      if (/job_[a-z2-7]{16}/.test(said)) resolve()
    })
    child.once('close', () => reject(new Error(`ended too soon: ${said}`)))
  })
}
