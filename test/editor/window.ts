/** What a person does in the workbench, for tests that drive its window. */
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import type { Editor } from './openEditor.ts'

/** Opens a file of the workspace by its path, and gives its text editor once the text is shown. */
export async function openFile({ page, workspace }: Editor, path: string): Promise<Locator> {
  await page.keyboard.press('ControlOrMeta+P')
  // A whole path is found without a search.
  await quickInput(page).locator('input[type=text]').fill(join(workspace, path))
  await choice(page, path.slice(path.lastIndexOf('/') + 1)).click()
  const text = page.locator(`.monaco-editor[data-uri$="${path}"]`)
  await text.locator('.view-line', { hasText: /\S/ }).first().waitFor()
  return text
}

/** Runs a command by the title that the palette shows, such as "Signature Tuner: Show Log". */
export async function runCommand({ page }: Editor, title: string): Promise<void> {
  const row = choice(page, title)
  await repeat(row, async () => {
    await page.keyboard.press('F1')
    await quickInput(page).locator('input[type=text]').fill(`>${title}`)
  })
  await row.click()
}

/** Clicks until the sign of it is seen. */
export function clickFor(target: Locator, sign: Locator): Promise<void> {
  return repeat(sign, () => target.click())
}

/** Does it anew until the sign is seen: a palette closes when the focus goes elsewhere, and a lens is redrawn under a click. */
async function repeat(sign: Locator, act: () => Promise<void>): Promise<void> {
  for (let left = 3; left > 0; left--) {
    await act()
    try {
      return await sign.waitFor({ timeout: 20_000 })
    } catch {}
  }
  await act()
  await sign.waitFor()
}

/** The box at the top in which things are typed and chosen. */
export function quickInput(page: Page): Locator {
  return page.locator('.quick-input-widget')
}

/** A row of that box. */
export function choice(page: Page, text: string | RegExp): Locator {
  return quickInput(page).locator('.monaco-list-row', { hasText: text }).first()
}

/** Types into that box once it asks for what its title says. */
export async function answer(page: Page, title: string, text: string): Promise<void> {
  const box = quickInput(page)
  await box.locator('.quick-input-title', { hasText: title }).waitFor()
  await box.locator('.quick-input-box input').fill(text)
}

/** A message of an extension that stands in the corner. */
export function message(page: Page, text: string | RegExp): Locator {
  return page.locator('.notification-toast', { hasText: text })
}

export function button(within: Locator, name: string): Locator {
  return within.getByRole('button', { name, exact: true })
}

/** Chooses from the context menu of a row. */
export async function chooseInMenu(row: Locator, title: string): Promise<void> {
  await row.click({ button: 'right' })
  const page = row.page()
  await page.getByRole('menuitem', { name: title, exact: true }).hover()
  // By key: a menu that has just opened takes a click for the end of the one that opened it.
  await page.keyboard.press('Enter')
}
