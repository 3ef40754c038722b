/** A gain that chance could explain: not written, kept, and accepted by hand. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createWorkspace, shoutSignature as signature } from '../support/cli.ts'
import { startModelServer } from '../support/modelServer.ts'

const improved = signature.replace('The word in capitals', 'The word in capitals with umlauts as well')

/** 40 words, all wrong at first; the better wording mends three in each part: too few on the holdout's 20. */
const examples = Array.from({ length: 40 }, (_, at) => {
  const word = `word${String(at).padStart(2, '0')}`
  return { word, loud: word.toUpperCase(), _split: at < 20 ? 'holdout' : at < 30 ? 'train' : 'dev' }
})
const mended = new Set([1, 7, 13, 21, 25, 29, 31, 35, 39].map(at => examples[at]?.word))

test('an unproven gain is kept, not written, and accepted by hand', async () => {
  const workspace = createWorkspace()
  const path = join(workspace.root, 'skills/shout/signature.yaml')
  const doomed: string[] = []
  await using server = await startModelServer({
    answer({ messages }) {
      for (const file of doomed) rmSync(file, { force: true })
      const [system, user] = messages
      if (system?.content.includes('TuneSignature')) {
        return { improved_signature: improved, improvement_reasoning: 'Umlauts were left small.' }
      }
      const word = /<word>\n(.*)\n<\/word>/.exec(user?.content ?? '')?.[1] ?? ''
      const better = system?.content.includes('umlauts as well') === true
      return { loud: better && mended.has(word) ? word.toUpperCase() : word }
    },
  })
  workspace.write('skills/shout/signature.yaml', signature)
  workspace.write('skills/shout/examples.jsonl', examples.map(example => JSON.stringify(example)).join('\n'))
  const args = ['--base-url', server.url, '--model', 'm', '--json']
  const tuned = await workspace.run(['tune', 'skills/shout', ...args, '--apply'])
  expect(tuned.status, tuned.stdout + tuned.stderr).toBe(0)
  const { job_id, result } = JSON.parse(tuned.stdout)
  expect(result).toMatchObject({ tuned: false, evidence: 'unproven', old_score: 0 })
  expect(result.reason).toMatch(/gain \+0\.\d\d, p 0\.\d+; about \d+ examples would show it/)
  expect(result.changes).toHaveLength(1)
  expect(readFileSync(path, 'utf8')).toBe(signature)

  const refused = await workspace.run(['jobs', 'apply', job_id, '--json'])
  expect(refused.status).toBe(3)
  expect(JSON.parse(refused.stdout)).toMatchObject({ code: 'unproven', message: expect.stringContaining('--unproven') })
  expect(readFileSync(path, 'utf8')).toBe(signature)

  const applied = await workspace.run(['jobs', 'apply', job_id, '--unproven', '--json'])
  expect(applied.status, applied.stdout).toBe(0)
  expect(readFileSync(path, 'utf8')).toBe(improved)
  const history = await workspace.run(['history', 'skills/shout', '--json'])
  expect(JSON.parse(history.stdout)).toMatchObject({
    current: 2,
    versions: [{ version: 1 }, { version: 2, tuned: true }],
  })

  const restored = await workspace.run(['restore', 'skills/shout', '1', '--json'])
  expect(JSON.parse(restored.stdout)).toMatchObject({ restored: 1, version: 3, changed: true })
  expect(readFileSync(path, 'utf8')).toBe(signature)
  const accepted = await workspace.run(['tune', 'skills/shout', ...args, '--apply', '--accept-unproven', '--seed', '1'])
  expect(accepted.status, accepted.stdout).toBe(0)
  expect(JSON.parse(accepted.stdout).result).toMatchObject({ evidence: 'unproven', signature_version: 4 })

  workspace.write('skills/shout/signature.yaml', signature)
  doomed.push(path)
  const lost = await workspace.run(['tune', 'skills/shout', ...args, '--apply', '--accept-unproven', '--seed', '2'])
  expect(JSON.parse(lost.stdout).message).toMatch(
    /does not exist\. Put it back, then write the result with: signature-tuner jobs apply job_\w+ --unproven$/,
  )
}, 60_000)
