/** Restoring: what is overwritten is a version first, to the letter, and a deleted file comes back. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createWorkspace, shoutSignature as signature } from '../support/cli.ts'

test('a text that differs only in its comments and examples is kept before it is overwritten', async () => {
  const workspace = createWorkspace()
  const path = join(workspace.root, 'skills/shout/signature.yaml')
  const run = async (...args: string[]) => {
    const ran = await workspace.run([...args, '--json'])
    expect(ran.status, ran.stdout + ran.stderr).toBe(0)
    return JSON.parse(ran.stdout)
  }
  workspace.write('skills/shout/examples.jsonl', '{"word":"a","loud":"A"}')
  workspace.write('skills/shout/signature.yaml', signature)
  await run('evaluate', 'skills/shout', '--model', 'embedded')
  workspace.write('skills/shout/signature.yaml', signature.replace('A word', 'One word'))
  await run('evaluate', 'skills/shout', '--model', 'embedded')
  const commented = `# kept by nobody yet\n${signature.replace('examples.jsonl', '[{ word: b, loud: B }]')}`
  workspace.write('skills/shout/signature.yaml', commented)
  expect(await run('restore', 'skills/shout', '2')).toMatchObject({ restored: 2, version: 4, changed: true })
  const { versions } = await run('history', 'skills/shout')
  expect(versions[2]).toMatchObject({ version: 3, signature: commented, metric_score: null })
  expect(readFileSync(path, 'utf8')).toBe(signature.replace('A word', 'One word'))

  rmSync(path)
  expect(await run('restore', 'skills/shout', '3')).toMatchObject({ version: 5, changed: true })
  expect(readFileSync(path, 'utf8')).toBe(commented)
})
