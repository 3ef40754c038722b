/** A person reviews a tuned result with its reasons, accepts it, and looks at the page of versions. */
import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import type { FrameLocator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { takePicture } from '../openEditor.ts'
import { button, message, openFile, runCommand } from '../window.ts'
import { openWindow } from './openWindow.ts'

const program = resolve(import.meta.dirname, '../../../dist/bin.cjs')
const skill = 'skills/python/async/signature.yaml'
const themes = [
  ['dark', 'Default Dark Modern'],
  ['light', 'Default Light Modern'],
  ['contrast', 'Default High Contrast'],
] as const

function typed(workspace: string, ...words: readonly string[]): void {
  execFileSync(process.execPath, [program, ...words, '--json'], { cwd: workspace, stdio: 'ignore' })
}

async function openWith(prepare: (workspace: string) => void, theme = 'Default Dark Modern') {
  const editor = await openWindow({
    prepare,
    userSettings: { 'signatureTuner.model': 'embedded', 'workbench.colorTheme': theme },
  })
  await openFile(editor, skill)
  return editor
}

function history(page: Page): FrameLocator {
  return page.frameLocator('iframe.webview.ready').frameLocator('#active-frame')
}

test('a result is shown beside the file with its reasons, and accepted from the title', async () => {
  const editor = await openWith(workspace => typed(workspace, 'tune', skill, '--model', 'embedded', '--no-apply'))
  const { page } = editor
  await runCommand(editor, 'Signature Tuner: Review Result')
  await page
    .getByText(/on examples that tuning never saw/)
    .first()
    .waitFor()
  await page
    .getByText(/Learned from the failing examples/)
    .first()
    .waitFor()
  await takePicture(page, 'review')
  await page.getByRole('button', { name: 'Accept Some Fields…' }).first().click()
  await page
    .getByText(/A part alone was never measured/)
    .or(page.getByPlaceholder(/never measured/))
    .first()
    .waitFor()
  await takePicture(page, 'review-some')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Accept Result' }).first().click()
  const done = message(page, 'Applied as version 2. Save the file to keep it.')
  await done.waitFor()
  await button(done, 'Show History').click()
  const frame = history(page)
  await frame.getByRole('row', { name: /2 \(now\)/ }).waitFor()
  await takePicture(page, 'history-after-accept')
})

// A theme changes nothing but the pictures.
test.each(process.env.EDITOR_PICTURES === undefined ? themes.slice(0, 1) : themes)(
  'the page of versions is used by keyboard and follows the file: %s',
  async (name, theme) => {
    const editor = await openWith(workspace => {
      typed(workspace, 'tune', skill, '--model', 'embedded', '--apply', '--accept-unproven')
      typed(workspace, 'restore', skill, '1')
    }, theme)
    const { page, workspace } = editor
    await runCommand(editor, 'Signature Tuner: Show History')
    const frame = history(page)
    const point = frame.getByRole('button', { name: /^Version 3: / })
    await point.focus()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Enter')
    await frame
      .locator('details[open]')
      .getByText(/Learned from examples/)
      .first()
      .waitFor()
    await takePicture(page, `history-${name}`)
    typed(workspace, 'restore', skill, '2')
    await frame.getByRole('row', { name: /4 \(now\)/ }).waitFor()
    expect(await frame.locator('details[open]').count()).toBe(1)
    // Out of sight a page is thrown away, and built anew when it shows again.
    await openFile(editor, skill)
    await page.getByRole('tab', { name: /^History of/ }).click()
    await frame.getByRole('row', { name: /4 \(now\)/ }).waitFor()
    await page.setViewportSize({ width: 640, height: 900 })
    await takePicture(page, `history-narrow-${name}`)
  },
)
