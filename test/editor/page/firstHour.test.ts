/** A person begins: a first signature of their own, or the demo skill by the walkthrough, without any key. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type Editor, takePicture } from '../openEditor.ts'
import { answer, button, choice, message, quickInput, runCommand } from '../window.ts'
import { openWindow } from './openWindow.ts'

function open(): Promise<Editor> {
  return openWindow({ userSettings: { 'workbench.colorTheme': 'Default Dark Modern' } })
}

function step(page: Page, title: string): Locator {
  return page.locator('.getting-started-step', { hasText: title })
}

/** In a dark and a light theme, as the walkthrough shows them. */
async function takeBothPictures(editor: Editor, name: string): Promise<void> {
  if (process.env.EDITOR_PICTURES === undefined) return
  await takePicture(editor.page, `${name}-dark`)
  await runCommand(editor, 'Preferences: Toggle between Light/Dark Themes')
  await editor.page.locator('.monaco-workbench.vs').waitFor()
  await takePicture(editor.page, `${name}-light`)
  await runCommand(editor, 'Preferences: Toggle between Light/Dark Themes')
  await editor.page.locator('.monaco-workbench.vs-dark').waitFor()
}

test('a new signature is made in a folder that is checked as it is typed', async () => {
  const editor = await open()
  const { page, workspace } = editor
  const problem = (text: string) => quickInput(page).getByText(text).waitFor()
  await runCommand(editor, 'Signature Tuner: New Signature')
  await answer(page, 'New Signature', 'skills/python/async')
  await problem('There is a signature in this folder already')
  await answer(page, 'New Signature', '../outside')
  await problem('leave out ".."')
  await takePicture(page, 'new-signature')
  await answer(page, 'New Signature', 'skills/support/first')
  await page.keyboard.press('Enter')
  const text = page.locator('.monaco-editor[data-uri$="skills/support/first/signature.yaml"]')
  await text.locator('.view-line', { hasText: 'name: First' }).waitFor()
  expect(existsSync(join(workspace, 'skills/support/first/examples.jsonl'))).toBe(true)
})

test('the walkthrough leads to the demo skill and its scores without any key', async () => {
  const editor = await open()
  const { page, workspace } = editor
  await runCommand(editor, 'Signature Tuner: Get Started')
  await step(page, 'Choose a model, or none').waitFor()
  await takePicture(page, 'walkthrough')
  await step(page, 'Open a signature').click()
  await button(page.locator('.getting-started-step.expanded'), 'Open Demo Skill').click()
  await choice(page, 'in this workspace').click()
  const text = page.locator('.monaco-editor[data-uri$="skills/python/async-2/signature.yaml"]')
  await text.locator('.view-line', { hasText: 'inputs' }).waitFor()
  const settings = JSON.parse(readFileSync(join(workspace, '.vscode/settings.json'), 'utf8'))
  expect(settings).toEqual({ 'signatureTuner.model': 'embedded' })
  await takeBothPictures(editor, 'sample')
  await text.getByRole('button', { name: 'Evaluate', exact: true }).click()
  await message(page, /Score 0\.\d\d over \d+ examples of python\/async-2/).waitFor()
  await takeBothPictures(editor, 'evaluate')
})
