/** A person sets up a model and its key, makes a first signature, and evaluates the demo skill by the walkthrough. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { type ModelServer, startModelServer } from '../../support/modelServer.ts'
import { type Editor, openEditor, takePicture } from '../openEditor.ts'
import { runCommand } from '../window.ts'

/** Lists models, and wants its key where it has one. */
async function startEndpoint(models: readonly string[], requireKey?: string): Promise<ModelServer> {
  const server = await startModelServer({
    ...(requireKey !== undefined && { requireKey }),
    answer: () => ({ ok: true }),
    respond({ method, headers }, response) {
      if (method !== 'GET') return false
      const welcome = requireKey === undefined || headers.authorization === `Bearer ${requireKey}`
      response.writeHead(welcome ? 200 : 401, { 'content-type': 'application/json' })
      const error = { message: 'You did not provide an API key.' }
      response.end(JSON.stringify(welcome ? { data: models.map(id => ({ id })) } : { error }))
      return true
    },
  })
  onTestFinished(() => server.close())
  return server
}

async function open(options: Parameters<typeof openEditor>[0]): Promise<Editor> {
  const editor = await openEditor(options)
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') await takePicture(editor.page, `failed-${task.name.slice(0, 20)}`)
    await editor.stop()
  })
  // The palette shows only what is contributed when it opens.
  await editor.page.getByRole('tab', { name: 'Signature Tuner' }).waitFor()
  return editor
}

function box(page: Page): Locator {
  return page.locator('.quick-input-widget')
}

function row(page: Page, text: string | RegExp): Locator {
  return box(page).locator('.monaco-list-row', { hasText: text }).first()
}

async function type(page: Page, title: string, text: string): Promise<void> {
  await box(page).locator('.quick-input-title', { hasText: title }).waitFor()
  await box(page).locator('input:not([type=checkbox])').fill(text)
  await page.keyboard.press('Enter')
}

function step(page: Page, title: string): Locator {
  return page.locator('.getting-started-step', { hasText: title })
}

function message(page: Page, text: string | RegExp): Locator {
  return page.locator('.notification-toast', { hasText: text })
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

test('a model is chosen from what the endpoint lists, and a key goes to the endpoint it was entered for', async () => {
  const key = 'sk-canary-of-the-page'
  const own = await startEndpoint(['large-model', 'small-model'], key)
  const other = await startEndpoint(['other-model'])
  const editor = await open({ machineSettings: { 'signatureTuner.baseUrl': own.url } })
  const { page } = editor
  const { origin } = new URL(own.url)

  await runCommand(editor, 'Signature Tuner: Choose Model')
  await row(page, `Set API Key for ${origin}…`).waitFor()
  await row(page, 'You did not provide an API key.').waitFor()
  await row(page, `Set API Key for ${origin}…`).click()
  await box(page).getByText(`Sent to ${origin} alone`).waitFor()
  expect(await box(page).locator('input:not([type=checkbox])').getAttribute('type')).toBe('password')
  await takePicture(page, 'key')
  await type(page, `API Key for ${origin}`, key)
  await row(page, 'small-model').waitFor()
  await takePicture(page, 'model-list')
  await row(page, 'small-model').click()

  await runCommand(editor, 'Signature Tuner: Test Connection')
  await message(page, /small-model: http\S+ answered in \d+ ms\./).waitFor()
  await takePicture(page, 'connection')
  expect(own.requests.at(-1)).toMatchObject({
    body: { model: 'small-model' },
    headers: { authorization: `Bearer ${key}` },
  })

  await runCommand(editor, 'Signature Tuner: Choose Model')
  await row(page, 'Use Another Endpoint…').click()
  await type(page, 'Endpoint', other.url)
  await row(page, 'other-model').click()
  await runCommand(editor, 'Signature Tuner: Test Connection')
  await message(page, /other-model: http\S+ answered in \d+ ms\./).waitFor()
  expect(other.requests.map(({ method }) => method)).toEqual(['GET', 'POST'])
  expect(JSON.stringify(other.requests)).not.toContain(key)

  await runCommand(editor, 'Signature Tuner: Remove API Key')
  await row(page, origin).click()
  await message(page, `The key for ${origin} was removed.`).waitFor()
  await runCommand(editor, 'Signature Tuner: Remove API Key')
  await message(page, 'No API key is stored.').waitFor()
})

test('a new signature is made in a folder that is checked as it is typed', async () => {
  const editor = await open({})
  const { page, workspace } = editor
  await runCommand(editor, 'Signature Tuner: New Signature')
  const input = box(page).locator('input:not([type=checkbox])')
  await box(page).locator('.quick-input-title', { hasText: 'New Signature' }).waitFor()
  expect(await input.inputValue()).toBe('skills/my-skill')
  await input.fill('skills/python/async')
  await box(page).getByText('There is a signature in this folder already').waitFor()
  await input.fill('../outside')
  await box(page).getByText('leave out ".."').waitFor()
  await takePicture(page, 'new-signature')
  await input.fill('skills/support/first')
  await page.keyboard.press('Enter')
  const text = page.locator('.monaco-editor[data-uri$="skills/support/first/signature.yaml"]')
  await text.locator('.view-line', { hasText: 'name: First' }).waitFor()
  expect(existsSync(join(workspace, 'skills/support/first/examples.jsonl'))).toBe(true)
})

test('the walkthrough leads from the demo skill to a tuned result without any key', async () => {
  const editor = await open({
    userSettings: { 'workbench.colorTheme': 'Default Dark Modern' },
  })
  const { page, workspace } = editor
  await runCommand(editor, 'Signature Tuner: Get Started')
  await step(page, 'Choose a model, or none').waitFor()
  await takePicture(page, 'walkthrough')
  await step(page, 'Open a signature').click()
  await page.locator('.getting-started-step.expanded .monaco-button', { hasText: 'Open Demo Skill' }).click()
  await row(page, 'in this workspace').click()
  const text = page.locator('.monaco-editor[data-uri$="skills/python/async-2/signature.yaml"]')
  await text.locator('.view-line', { hasText: 'inputs' }).waitFor()
  const settings = JSON.parse(readFileSync(join(workspace, '.vscode/settings.json'), 'utf8'))
  expect(settings).toEqual({ 'signatureTuner.model': 'embedded' })
  await takeBothPictures(editor, 'sample')

  await runCommand(editor, 'Signature Tuner: Evaluate Signature')
  const evaluated = message(page, /Score 0\.\d\d over \d+ examples of python\/async-2/)
  await evaluated.waitFor()
  await takeBothPictures(editor, 'evaluate')
  await evaluated
    .getByRole('button', { name: 'Clear Notification' })
    .click({ force: true })
    .catch(() => {})
  await runCommand(editor, 'Signature Tuner: Tune Signature')
  await message(page, /Tuned python\/async-2: 0\.\d\d → 0\.\d\d/).waitFor()
  await takeBothPictures(editor, 'tune')

  await runCommand(editor, 'Signature Tuner: Choose Model')
  await row(page, 'the offline demo').waitFor()
  await takePicture(page, 'model')
})
