/** A person chooses a model and enters a key, which goes to the endpoint that it was entered for, and no other. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type ModelServer, startModelServer } from '../../support/modelServer.ts'
import { type Editor, takePicture } from '../openEditor.ts'
import { answer, choice, message, quickInput, runCommand } from '../window.ts'
import { openWindow } from './openWindow.ts'

const key = 'sk-canary-of-the-page'
const patience = { timeout: 120_000 }

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

function openAt(endpoint: ModelServer): Promise<Editor> {
  return openWindow({ machineSettings: { 'signatureTuner.baseUrl': endpoint.url } })
}

async function enterKey(editor: Editor, origin: string): Promise<void> {
  const { page } = editor
  await runCommand(editor, 'Signature Tuner: Set API Key')
  await answer(page, `API Key for ${origin}`, key)
  await page.keyboard.press('Enter')
  await message(page, `The key for ${origin} is stored.`).waitFor()
}

/** Until the settings of the user name the model. */
async function choose({ page, folder }: Editor, model: string): Promise<void> {
  await choice(page, model).click()
  const file = join(folder, 'server/data/User/settings.json')
  await vi.waitFor(
    () => expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ 'signatureTuner.model': model }),
    patience,
  )
}

test('an endpoint that wants a key is given it once it is entered, and lists its models', async () => {
  const own = await startEndpoint(['large-model', 'small-model'], key)
  const { origin } = new URL(own.url)
  const editor = await openAt(own)
  const { page } = editor
  await runCommand(editor, 'Signature Tuner: Choose Model')
  const wanted = choice(page, `Set API Key for ${origin}…`)
  await wanted.getByText('You did not provide an API key.').waitFor()
  await wanted.click()
  await quickInput(page).getByText(`Sent to ${origin} alone`).waitFor()
  expect(await quickInput(page).locator('.quick-input-box input').getAttribute('type')).toBe('password')
  await takePicture(page, 'key')
  await answer(page, `API Key for ${origin}`, key)
  await page.keyboard.press('Enter')
  await choice(page, 'large-model').waitFor()
  await takePicture(page, 'model-list')
})

test('the model that was chosen is asked, with the key', async () => {
  const own = await startEndpoint(['large-model', 'small-model'], key)
  const editor = await openAt(own)
  const { page } = editor
  await enterKey(editor, new URL(own.url).origin)
  await runCommand(editor, 'Signature Tuner: Choose Model')
  await choose(editor, 'small-model')
  await runCommand(editor, 'Signature Tuner: Test Connection')
  await message(page, /small-model: http\S+ answered in \d+ ms\./).waitFor()
  await takePicture(page, 'connection')
  expect(own.requests.at(-1)).toMatchObject({
    body: { model: 'small-model' },
    headers: { authorization: `Bearer ${key}` },
  })
})

test('another endpoint is asked without the key', async () => {
  const own = await startEndpoint(['small-model'], key)
  const other = await startEndpoint(['other-model'])
  const editor = await openAt(own)
  const { page } = editor
  await enterKey(editor, new URL(own.url).origin)
  await runCommand(editor, 'Signature Tuner: Choose Model')
  await choice(page, 'small-model').waitFor()
  await choice(page, 'Use Another Endpoint…').click()
  await answer(page, 'Endpoint', other.url)
  await page.keyboard.press('Enter')
  await choose(editor, 'other-model')
  await runCommand(editor, 'Signature Tuner: Test Connection')
  await message(page, /other-model: http\S+ answered in \d+ ms\./).waitFor()
  expect(other.requests.map(({ method }) => method)).toContain('POST')
  expect(JSON.stringify(other.requests)).not.toContain(key)
})

test('a key is removed by the endpoint that it was entered for', async () => {
  const own = await startEndpoint(['small-model'], key)
  const { origin } = new URL(own.url)
  const editor = await openAt(own)
  const { page } = editor
  await enterKey(editor, origin)
  await runCommand(editor, 'Signature Tuner: Remove API Key')
  await choice(page, origin).click()
  await message(page, `The key for ${origin} was removed.`).waitFor()
  await runCommand(editor, 'Signature Tuner: Choose Model')
  await choice(page, `Set API Key for ${origin}…`).waitFor()
})
