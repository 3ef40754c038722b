/** What a person does in the workbench, for tests that drive its window. */
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import type { Editor } from './openEditor.ts'

/** Opens a file of the workspace by its path, and gives its text editor once the text is shown. */
export async function openFile({ page, workspace }: Editor, path: string): Promise<Locator> {
  await page.keyboard.press('ControlOrMeta+P')
  // A whole path is found without a search.
  await choose(quickInput(page), join(workspace, path))
  const text = page.locator(`.monaco-editor[data-uri$="${path}"]`)
  await text.locator('.view-line', { hasText: /\S/ }).first().waitFor()
  return text
}

/** Runs a command by the title that the palette shows, such as "Signature Tuner: Show Log". */
export async function runCommand({ page }: Editor, title: string): Promise<void> {
  const row = choice(page, title)
  for (let attempt = 1; ; attempt++) {
    await page.keyboard.press('F1')
    await quickInput(page).locator('input[type=text]').fill(`>${title}`)
    try {
      // The palette closes where the focus goes elsewhere meanwhile, as to a message that comes.
      await row.click({ timeout: attempt < 4 ? 20_000 : 120_000 })
      return
    } catch (error) {
      if (attempt === 4) throw error
      await page.keyboard.press('Escape')
    }
  }
}

/** Clicks until the sign of it is seen: a click goes nowhere on a lens that is drawn anew under it. */
export async function clickFor(target: Locator, sign: Locator): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await target.click()
    try {
      await sign.waitFor({ timeout: attempt < 4 ? 20_000 : 120_000 })
      return
    } catch (error) {
      if (attempt === 4) throw error
    }
  }
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

/** Types into the box that is open at the top, and takes the suggestion. */
async function choose(box: Locator, text: string): Promise<void> {
  await box.locator('input[type=text]').fill(text)
  const label = text.slice(Math.max(text.lastIndexOf('/'), text.indexOf('>')) + 1)
  await box.locator('.monaco-list-row', { hasText: label }).first().click()
}
