/** A disk that is full or turns read-only: what fails says where, and nothing is lost. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync, statfsSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Ran } from '../support/cli.ts'
import { createSmallTune, lostAnswers, type Outcome, type SmallTune, uninterrupted, violations } from './smallTune.ts'
import { startWatchedServer } from './watchedServer.ts'

const kibibyte = 1024

describe.skipIf(!canMount())('a small disk (needs the right to mount one)', () => {
  let expected: Outcome
  beforeAll(async () => {
    expected = await uninterrupted()
  })

  test('that is full during the job: with more room the same command goes on', async () => {
    await using server = await startWatchedServer()
    const { site, remount } = smallDisk('700k')
    const full = await site.tune(server).ended
    expect(failureIn(full)).toMatchObject({
      status: 3,
      code: 'disk_full',
      path: join(site.root, '.signature-tuner/jobs.db'),
    })
    expect(full.stdout).toContain('jobs.db cannot grow: the disk is full')
    const before = site.rows()
    expect(before.calls.filter(({ reply }) => reply !== null).length).toBeGreaterThan(5)
    remount('size=32m')
    const again = await site.tune(server).ended
    expect(again.status, again.stderr + again.stdout).toBe(0)
    expect(violations(site, expected, 1)).toEqual([])
    expect(lostAnswers(before, site.rows())).toEqual([])
  }, 60_000)

  test('that is full at applying: the result stays for `jobs apply`', async () => {
    await using server = await startWatchedServer()
    const { site } = smallDisk('32m')
    // A long history is the largest thing to be written.
    const entry = { version: 1, created_at: '2026-01-01T00:00:00.000Z', metric_score: 0.1, tuned: false }
    const old = { skill_id: 'python-async', signature_history: [{ ...entry, reason: 'x'.repeat(900 * kibibyte) }] }
    site.write('skills/python/async/signature.history.json', JSON.stringify(old))
    const filler = join(site.root, 'filler')
    const lastCall = expected.rows.calls.filter(({ purpose }) => purpose !== 'decision').length
    void server.until(() => server.count === lastCall).then(() => fill(filler, 500 * kibibyte))
    const tuned = await site.tune(server).ended
    expect(failureIn(tuned)).toMatchObject({
      status: 3,
      code: 'disk_full',
      path: 'skills/python/async/signature.history.json',
      message: expect.stringMatching(/signature\.history\.json cannot be written: the disk is full\..*jobs apply job_/),
    })
    const [job] = site.rows().jobs
    expect(job).toMatchObject({ state: 'completed', appliedVersion: null, digest: expected.digest })
    expect(site.signature()).toBe(expected.before)
    expect(JSON.parse(site.history())).toEqual(old)
    unlinkSync(filler)
    const applied = await site.run(['jobs', 'apply', job?.id ?? '', '--json'])
    expect(applied.status, applied.stderr + applied.stdout).toBe(0)
    expect(site.signature()).toBe(expected.after)
    expect(JSON.parse(site.history()).signature_history).toHaveLength(3)
    expect(server.count).toBe(lastCall)
  }, 60_000)

  test('that turns read-only: the error names the place, and afterwards the job goes on', async () => {
    await using server = await startWatchedServer()
    const { site, remount } = smallDisk('32m')
    const started = site.tune(server)
    await server.until(() => server.count >= 30)
    started.child.kill('SIGINT')
    expect((await started.ended).status).toBe(130)
    const before = site.rows()
    remount('ro')
    const refused = await site.tune(server).ended
    const place = join(site.root, '.signature-tuner/jobs.db')
    expect(failureIn(refused)).toMatchObject({ status: 3, code: 'write_failed', path: place })
    expect(refused.stdout).toMatch(/check that its folder is writable/)
    remount('rw')
    expect(site.rows()).toEqual(before)
    const again = await site.tune(server).ended
    expect(again.status, again.stderr + again.stdout).toBe(0)
    expect(violations(site, expected, 1)).toEqual([])
    expect(lostAnswers(before, site.rows())).toEqual([])
  }, 60_000)
})

/** A workspace that is a disk of its own. */
function smallDisk(size: string): { readonly site: SmallTune; remount(options: string): void } {
  const site = createSmallTune(onTestFinished, root => mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', root))
  onTestFinished(() => unmount(site.root))
  return { site, remount: options => mount('-o', `remount,${options}`, site.root) }
}

/** Leaves `free` bytes. */
function fill(path: string, free: number): void {
  const { bavail, bsize } = statfsSync(join(path, '..'))
  writeFileSync(path, Buffer.alloc(bavail * bsize - free))
}

function failureIn({ status, stdout }: Ran) {
  return { status, ...JSON.parse(stdout) }
}

function mount(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`mount ${args.join(' ')}: ${stderr}`)
}

function unmount(folder: string): void {
  spawnSync('umount', ['--lazy', folder])
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'signature-tuner-mount-'))
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder])
  if (status === 0) unmount(folder)
  rmdirSync(folder)
  return status === 0
}
