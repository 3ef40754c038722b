/** A few random kills; `npm run crash` does hundreds. */
import { expect, test } from 'vitest'
import { killAtRandom } from './randomKills.ts'

test('hosts and workers killed at random times lose nothing and repeat only what was in flight', async () => {
  const report = await killAtRandom({ kills: 12, seed: 1 })
  expect(report.problems).toEqual([])
  expect(report.kills).toBeGreaterThanOrEqual(12)
}, 180_000)
