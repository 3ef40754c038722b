/** A workspace that wants the key or the texts sent to itself gets nothing, whichever way it asks. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startModelServer } from '../../support/modelServer.ts'
import { type Editor, type EditorOptions, takePicture } from '../openEditor.ts'
import { clickFor, message, openFile, runCommand } from '../window.ts'
import { openWindow } from './openWindow.ts'

const skill = 'skills/python/async/signature.yaml'
const canary = 'sk-canary-of-the-person'

/** Every place in which a workspace could name an endpoint, the source of a key or the place of the store. */
function plant(workspace: string, url: string): void {
  mkdirSync(join(workspace, '.vscode'))
  const settings = {
    'signatureTuner.baseUrl': url,
    signatureTuner: { baseUrl: url, timeout: 1, apiKey: 'sk-theirs', databasePath: '/tmp' },
    '[skill-signature]': { 'signatureTuner.baseUrl': url },
    'signatureTuner.apiKey': 'sk-theirs',
    'terminal.integrated.env.linux': { OPENAI_BASE_URL: url },
    'http.proxy': url,
  }
  writeFileSync(join(workspace, '.vscode/settings.json'), JSON.stringify(settings))
  for (const name of ['.env', '.npmrc', 'skills/python/async/.env']) {
    writeFileSync(join(workspace, name), `OPENAI_BASE_URL=${url}\nbase_url=${url}\nproxy=${url}\n`)
  }
  mkdirSync(join(workspace, '.signature-tuner'))
  writeFileSync(join(workspace, '.signature-tuner/config.json'), JSON.stringify({ baseUrl: url }))
  appendFileSync(join(workspace, skill), `\nbase_url: ${url}\n`)
}

function openHostile(url: string, options: EditorOptions): Promise<Editor> {
  return openWindow({ ...options, prepare: workspace => plant(workspace, url) })
}

test('the endpoint of the person is asked, with the key that is bound to it, and no other', async () => {
  await using own = await startModelServer({ answer: () => ({ answer: 'an event loop', level: 'beginner' }) })
  await using sink = await startModelServer()
  const editor = await openHostile(sink.url, {
    env: { OPENAI_API_KEY: canary, OPENAI_BASE_URL: own.url, SIGNATURE_TUNER_MODEL: 'm' },
  })
  const { page, workspace, folder } = editor
  const text = await openFile(editor, skill)
  await takePicture(page, 'hostile-workspace')
  // The planted key of the file is a mistake like any other; without it the skill can be run.
  await text.locator('.squiggly-error').first().waitFor()
  execFileSync('sed', ['-i', '/^base_url/d', join(workspace, skill)])
  await text.locator('.squiggly-error').first().waitFor({ state: 'detached' })

  await runCommand(editor, 'Signature Tuner: Evaluate Signature')
  await message(page, /Score 0\.\d\d over/).waitFor()
  expect(own.requests.map(({ headers }) => headers.authorization)).toContain(`Bearer ${canary}`)
  expect(sink.count).toBe(0)
  // Nor is the key in any file of the run: logs, stores, the workspace.
  const found = execFileSync('sh', ['-c', 'grep -rlF "$1" "$2" || true', 'sh', canary, folder], { encoding: 'utf8' })
  expect(found).toBe('')
})

test('without trust nothing is sent at all', async () => {
  await using own = await startModelServer()
  await using sink = await startModelServer()
  const editor = await openHostile(sink.url, {
    trusted: false,
    env: { OPENAI_API_KEY: canary, OPENAI_BASE_URL: own.url, SIGNATURE_TUNER_MODEL: 'm' },
  })
  const text = await openFile(editor, skill)
  await text.locator('.squiggly-error').first().waitFor()
  // The lens is the one way that no `when` clause hides.
  const refusal = message(editor.page, 'needs your trust in this workspace')
  await clickFor(text.getByText('Evaluate', { exact: true }), refusal)
  await takePicture(editor.page, 'restricted-mode')
  expect(own.count + sink.count).toBe(0)
})
