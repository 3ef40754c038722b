/** The whole story as a person lives it: open, see the score, tune by the light bulb, review, accept, look back. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { takePicture } from '../openEditor.ts'
import { button, message, openFile, runCommand } from '../window.ts'
import { openWindow } from './openWindow.ts'

const program = resolve(import.meta.dirname, '../../../dist/bin.cjs')
const folder = 'skills/python/async'
const skill = `${folder}/signature.yaml`

test('a signature is scored, tuned, reviewed, accepted and looked back at', async () => {
  const editor = await openWindow({
    userSettings: { 'signatureTuner.model': 'embedded' },
    prepare: cwd => {
      execFileSync(process.execPath, [program, 'evaluate', folder, '--model', 'embedded'], { cwd, stdio: 'ignore' })
    },
  })
  const { page, workspace } = editor
  const text = await openFile(editor, skill)
  const hint = text.locator('.view-line', { hasText: /name:.*0\.\d\d/ })
  await hint.waitFor()
  await text.getByText('Tune', { exact: true }).waitFor()
  await takePicture(page, 'scores')

  await text.locator('.view-line', { hasText: 'name:' }).first().click()
  await page.locator('[class*="codicon-gutter-lightbulb"], .codicon-light-bulb').first().click()
  const offer = page.locator('.action-widget').getByText('Tune signature', { exact: true })
  await offer.waitFor()
  await takePicture(page, 'light-bulb')
  await offer.click()

  const news = message(page, /Tuned python\/async/)
  await news.waitFor()
  await button(news, 'Review').click()
  await page
    .getByText(/on examples that tuning never saw/)
    .first()
    .waitFor()
  await takePicture(page, 'review')
  await page.getByRole('button', { name: 'Accept Result' }).first().click()
  const done = message(page, 'Applied as version 2')
  await done.waitFor()
  await button(done, 'Show History').click()
  const page2 = page.frameLocator('iframe.webview.ready').frameLocator('#active-frame')
  await page2.getByRole('row', { name: /2 \(now\)/ }).waitFor()
  await takePicture(page, 'history')

  const history = JSON.parse(readFileSync(join(workspace, folder, 'signature.history.json'), 'utf8'))
  expect(history.signature_history).toMatchObject([{ version: 1 }, { version: 2, tuned: true, parent: 1 }])
  await openFile(editor, skill)
  await runCommand(editor, 'File: Save')
  await text.locator('.view-line', { hasText: 'name:' }).getByText('name', { exact: true }).first().hover()
  await page.locator('.monaco-hover', { hasText: 'Version' }).waitFor()
  await takePicture(page, 'hover')
  // With the review its reasons went, too.
  await page.getByText('There are no comments in this workspace yet.').waitFor()
})
