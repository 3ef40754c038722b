/** Two windows on one workspace: each sees what the other's jobs found. */
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { type Editor, openEditor, takePicture } from '../openEditor.ts'
import { openFile, runCommand } from '../window.ts'

const skill = 'skills/python/async/signature.yaml'

/** Another window of the same person. */
async function openSecond(editor: Editor): Promise<Editor> {
  const page = await editor.page.context().newPage()
  await page.goto(editor.page.url())
  await page.locator('.monaco-workbench .explorer-folders-view').waitFor()
  return { ...editor, page }
}

function toast(page: Page, text: string | RegExp) {
  return page.locator('.notification-toast', { hasText: text })
}

test('a job of one window shows in the other, and so does its score', async () => {
  const first = await openEditor({ userSettings: { 'signatureTuner.model': 'embedded' } })
  onTestFinished(first.stop)
  const second = await openSecond(first)
  const text = await openFile(first, skill)
  const other = await openFile(second, skill)
  await second.page.getByRole('tab', { name: 'Signature Tuner' }).click()
  const jobs = second.page.locator('.pane', { hasText: 'Tuning Jobs' })
  await jobs.getByText('No jobs yet').waitFor()

  await text.getByRole('button', { name: 'Evaluate', exact: true }).click()
  await toast(first.page, /Score 0\.\d\d over/).waitFor()
  await other.locator('.view-line', { hasText: /name:.*0\.\d\d/ }).waitFor()
  await jobs.locator('.monaco-list-row', { hasText: /score 0\.\d\d/ }).waitFor()

  await runCommand(first, 'Signature Tuner: Tune Signature')
  await toast(first.page, 'Tuned python/async').waitFor()
  await jobs.locator('.monaco-list-row', { hasText: 'not applied yet' }).waitFor()
  await takePicture(second.page, 'two-windows')
  // It is told where it was started, and nobody is told of an error.
  expect(await second.page.locator('.notification-toast').count()).toBe(0)
})
