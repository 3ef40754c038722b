/** What a person does in the workbench, for tests that drive its window. */
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import type { Editor } from './openEditor.ts'

const quickInput = '.quick-input-widget'

/** Opens a file of the workspace by its path, and gives its text editor once the text is shown. */
export async function openFile({ page, workspace }: Editor, path: string): Promise<Locator> {
  await page.keyboard.press('ControlOrMeta+P')
  // A whole path is found without a search.
  await choose(page.locator(quickInput), join(workspace, path))
  const text = page.locator(`.monaco-editor[data-uri$="${path}"]`)
  await text.locator('.view-line', { hasText: /\S/ }).first().waitFor()
  return text
}

/** Runs a command by the title that the palette shows, such as "Signature Tuner: Show Log". */
export async function runCommand({ page }: Editor, title: string): Promise<void> {
  await page.keyboard.press('F1')
  await choose(page.locator(quickInput), `>${title}`)
}

/** Types into the box that is open at the top, and takes the suggestion. */
async function choose(box: Locator, text: string): Promise<void> {
  await box.locator('input[type=text]').fill(text)
  const label = text.slice(Math.max(text.lastIndexOf('/'), text.indexOf('>')) + 1)
  await box.locator('.monaco-list-row', { hasText: label }).first().click()
}
