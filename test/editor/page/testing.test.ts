/** A person evaluates a signature in the Test Explorer and reads why an example failed. */
import { test } from 'vitest'
import { takePicture } from '../openEditor.ts'
import { openFile } from '../window.ts'
import { openWindow } from './openWindow.ts'

const skill = 'skills/python/async'

test('an example that failed is found in the Test Explorer, with what was expected and what came', async () => {
  const editor = await openWindow({ userSettings: { 'signatureTuner.model': 'embedded' } })
  const { page } = editor
  await openFile(editor, `${skill}/signature.yaml`)
  // There once an extension has tests.
  await page.getByRole('tab', { name: 'Testing' }).click()
  const rows = page.locator('.test-explorer .monaco-list-row')
  const failure = page.locator('[class*="testing-failed"]')
  // Those that were not opened are found, too; until they are, rows move.
  await rows.filter({ hasText: 'skills/' }).nth(2).waitFor()
  const suite = rows.filter({ hasText: skill })
  await suite.hover()
  await suite.getByRole('button', { name: 'Run Test' }).click()
  await suite.filter({ has: failure }).waitFor()
  await suite.click()
  await page.keyboard.press('ArrowRight')
  const example = rows.filter({ hasText: 'async-' }).filter({ has: failure }).first()
  await takePicture(page, 'testing-explorer')
  await example.dblclick()
  await page.locator('.monaco-diff-editor').first().waitFor()
  await takePicture(page, 'testing-failure')
})
