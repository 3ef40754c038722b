/** Owners: whether a process is dead for certain. */
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { currentOwner, isDead } from '../../server/src/files/owner.ts'

test('this process lives; an earlier one of its number, or of another boot, does not', () => {
  const owner = currentOwner()
  expect(owner.pid).toBe(process.pid)
  expect(isDead(owner)).toBe(false)
  expect(isDead({ ...owner, startTime: '1' })).toBe(true)
  expect(isDead({ ...owner, bootId: `other/${owner.bootId.split('/')[1]}` })).toBe(true)
  expect(isDead({ ...owner, pid: -1 })).toBe(true)
})

test('a process that ended is dead, one that runs is not', () => {
  const child = spawn('sleep', ['60'])
  onTestFinished(() => void child.kill('SIGKILL'))
  const { bootId } = currentOwner()
  expect(isDead({ bootId, pid: child.pid ?? 0, startTime: '' })).toBe(false)
  const pid = Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }))
  expect(isDead({ bootId, pid, startTime: '' })).toBe(true)
})

test.runIf(process.platform === 'linux')('one that ended is dead though its parent never asks how', async () => {
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'])
  onTestFinished(() => void parent.kill('SIGKILL'))
  const pid = await new Promise<number>(resolve => parent.stdout.once('data', chunk => resolve(Number(chunk))))
  // Until then it is a shell, which would ask.
  await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8'), { timeout: 10_000 }).toBe('sleep\n')
  process.kill(pid, 'SIGKILL')
  const { bootId } = currentOwner()
  await expect.poll(() => isDead({ bootId, pid, startTime: '' }), { timeout: 10_000 }).toBe(true)
  expect(() => process.kill(pid, 0)).not.toThrow()
})

test.runIf(process.platform === 'linux')('of another container nothing is certain', () => {
  const { bootId, ...rest } = currentOwner()
  expect(isDead({ ...rest, bootId: `${bootId.split('/')[0]}/pid:[1]`, pid: 999_999 })).toBe(false)
})
