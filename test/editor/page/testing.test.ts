/** A person sees the signatures of the workspace in the Test Explorer, evaluates one and reads why an example failed. */
import { test } from 'vitest'
import { takePicture } from '../openEditor.ts'
import { openFile, runCommand } from '../window.ts'
import { openWindow } from './openWindow.ts'

const skill = 'skills/python/async'

test('an example that failed is found in the Test Explorer, with what was expected and what came', async () => {
  const editor = await openWindow({ userSettings: { 'signatureTuner.model': 'embedded' } })
  const { page } = editor
  await openFile(editor, `${skill}/signature.yaml`)
  await runCommand(editor, 'Testing: Focus on Test Explorer View')
  const rows = page.locator('.test-explorer .monaco-list-row')
  const suite = rows.filter({ hasText: skill })
  await suite.waitFor()
  await runCommand(editor, 'Test: Run Tests in Current File')
  await suite.locator('[class*="testing-failed"]').waitFor()
  await suite.click()
  await page.keyboard.press('ArrowRight')
  const failed = rows.filter({ hasText: 'async-' }).filter({ has: page.locator('[class*="testing-failed"]') })
  await failed.first().waitFor()
  await takePicture(page, 'testing-explorer')
  await failed.first().dblclick()
  await page.locator('.monaco-diff-editor').first().waitFor()
  await takePicture(page, 'testing-failure')
})
