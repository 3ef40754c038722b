/** The digest of examples: the same at once and in turns. */
import { expect, test } from 'vitest'
import { examplesSha256, examplesSha256InTurns } from '../../server/src/examples/digest.ts'

test('worked out in turns it is the same, and the event loop turns in between', async () => {
  const examples = Array.from({ length: 2000 }, (_, index) => ({ id: String(index), values: { a: index }, weight: 1 }))
  let turns = 0
  const giveWay = async () => void turns++
  expect(await examplesSha256InTurns(examples, giveWay)).toBe(examplesSha256(examples))
  expect(turns).toBe(4)
  expect(await examplesSha256InTurns([], giveWay)).toBe(examplesSha256([]))
})
