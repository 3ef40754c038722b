/** A person who has only just installed the extension: the walkthrough leads from no signature to a scored one. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished, test } from 'vitest'
import { openEditor, takePicture } from '../openEditor.ts'
import { runCommand } from '../window.ts'

test('the walkthrough leads a newcomer to scores, and Show Tests to tests, before any signature was open', async () => {
  const editor = await openEditor({
    prepare: workspace => rmSync(join(workspace, 'README.md'), { force: true }),
    userSettings: { 'workbench.colorTheme': 'Default Dark Modern' },
    size: { width: 1280, height: 900 },
  })
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') await takePicture(editor.page, 'failed-newcomer')
    await editor.stop()
  })
  const { page } = editor
  // Its commands are there as soon as its view is.
  await page.getByRole('tab', { name: 'Signature Tuner' }).waitFor()
  await runCommand(editor, 'Signature Tuner: Show Tests')
  await page.locator('.test-explorer .monaco-list-row', { hasText: 'python/async' }).waitFor()
  await takePicture(page, 'newcomer-tests')

  await runCommand(editor, 'Signature Tuner: Get Started')
  const steps = page.locator('.gettingStartedContainer')
  await steps.getByText('Choose a model, or none').first().waitFor()
  await takePicture(page, 'newcomer-model')
  for (const title of ['Evaluate it', 'Tune it', 'Review what it found', 'Look back']) {
    await steps.getByText(title, { exact: true }).first().click()
    await steps.locator('.getting-started-step.expanded', { hasText: title }).waitFor()
    await takePicture(page, `newcomer-${title.split(' ')[0]?.toLowerCase()}`)
  }
  await steps.getByText('Open a signature', { exact: true }).first().click()
  await steps.getByRole('button', { name: 'Open Demo Skill' }).click()
  const folder = page.locator('.quick-input-widget .monaco-list-row', { hasText: 'in this workspace' })
  await folder.waitFor()
  await takePicture(page, 'newcomer-folder')
  await folder.click()
  const text = page.locator('.monaco-editor[data-uri$="signature.yaml"]')
  await text.getByRole('button', { name: 'Evaluate', exact: true }).click()
  await page.locator('.notification-toast', { hasText: /Score 0\.\d\d over/ }).waitFor()
  await text.locator('.view-line', { hasText: /name:.*0\.\d\d/ }).waitFor()
  await page.locator('.notification-toast .codicon-notifications-clear').first().click()
  await takePicture(page, 'scores-dark')
  await text.locator('.view-line', { hasText: 'name:' }).first().click()
  await page.locator('[class*="codicon-gutter-lightbulb"], .codicon-light-bulb').first().click()
  await page.locator('.action-widget').getByText('Tune signature', { exact: true }).waitFor()
  await takePicture(page, 'light-bulb-dark')
})
