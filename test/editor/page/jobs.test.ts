/** A person tunes and evaluates, watches it, is told of the end, and finds all jobs in their view. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { embeddedAnswer } from '../../support/embeddedAnswer.ts'
import { startModelServer } from '../../support/modelServer.ts'
import { type Editor, type EditorOptions, takePicture } from '../openEditor.ts'
import { button, chooseInMenu, message, openFile, runCommand } from '../window.ts'
import { openWindow } from './openWindow.ts'

const skill = 'skills/python/async/signature.yaml'

function open(options: EditorOptions = {}): Promise<Editor> {
  return openWindow({ userSettings: { 'signatureTuner.model': 'embedded' }, ...options })
}

/** With a model of this endpoint. */
function openAt(url: string, settings: EditorOptions['machineSettings'] = {}): Promise<Editor> {
  return open({
    userSettings: { 'signatureTuner.model': 'test-model' },
    machineSettings: { 'signatureTuner.baseUrl': url, ...settings },
  })
}

/** By its lens: a window that has just opened may not know yet that the palette may offer it. */
async function start(editor: Editor, lens: 'Evaluate' | 'Tune'): Promise<void> {
  const text = await openFile(editor, skill)
  await text.getByRole('button', { name: lens, exact: true }).click()
}

async function showJobs({ page }: Editor): Promise<Locator> {
  await page.getByRole('tab', { name: 'Signature Tuner' }).click()
  const view = page.locator('.pane', { hasText: 'Tuning Jobs' })
  await view.waitFor()
  return view
}

function row(view: Locator, text: string | RegExp): Locator {
  return view.locator('.monaco-list-row', { hasText: text })
}

test('tuning and evaluating end in one message each, and in rows of the view', async () => {
  const editor = await open()
  const { page } = editor
  const view = await showJobs(editor)
  await view.getByText('No jobs yet').waitFor()
  await page.getByRole('tab', { name: /Explorer/ }).click()
  await start(editor, 'Tune')
  const tuned = message(
    page,
    /Tuned python\/async: 0\.\d\d → 0\.\d\d(?: on held-out examples)? \((?:proven|weak|unproven), \d+ wins?, \d+ loss/,
  )
  await tuned.waitFor()
  expect(await page.locator('.notification-toast').count()).toBe(1)
  await takePicture(page, 'jobs-tuned')
  await button(tuned, 'Later').click()

  await runCommand(editor, 'Signature Tuner: Evaluate Signature')
  const evaluated = message(page, /Score 0\.\d\d over \d+ examples of python\/async/)
  await button(evaluated, 'Show Failing').click()
  const failing = row(view, /^Example /).first()
  await failing.waitFor()
  await failing.click()
  await page.locator('.monaco-editor[data-uri$="examples.jsonl"]').waitFor()
  await row(view, /score 0\.\d\d · /)
    .locator('.monaco-tl-twistie')
    .click()
  await row(view, /not applied yet/)
    .locator('.monaco-tl-twistie')
    .click()
  await row(view, /^(Field|Instructions)/)
    .first()
    .waitFor()
  await row(view, /score 0\.\d\d/).hover()
  await page.locator('.monaco-hover', { hasText: 'evaluation' }).waitFor()
  await takePicture(page, 'jobs-view')

  const job = row(view, /score 0\.\d\d/)
  await chooseInMenu(job, 'Show Job')
  const preview = page.frameLocator('iframe.webview').frameLocator('iframe#active-frame')
  await preview.getByRole('heading', { name: 'Evaluation of python/async' }).waitFor()
  await takePicture(page, 'jobs-page')

  await chooseInMenu(job, 'Delete Job')
  await button(page.locator('.monaco-dialog-box'), 'Delete').click()
  await job.waitFor({ state: 'detached' })
  expect(await row(view, /not applied yet/).count()).toBe(1)
})

test('a job of a window that was closed is offered in the next, and its end is told there', async () => {
  const gate = Promise.withResolvers<void>()
  let asked = 0
  await using model = await startModelServer({
    async answer() {
      // The first few are answered, so that something is kept.
      if (++asked > 3) await gate.promise
      return { answer: 'an event loop', level: 'beginner' }
    },
  })
  const editor = await openAt(model.url, { 'signatureTuner.concurrency': 1 })
  const { page } = editor
  await start(editor, 'Evaluate')
  await page.locator('.statusbar-item', { hasText: /Evaluating python\/async \d+%/ }).waitFor()
  const view = await showJobs(editor)
  await row(view, /evaluating \d+ %/).waitFor()
  await takePicture(page, 'jobs-running')

  await page.reload()
  const offer = message(page, /was interrupted/)
  await offer.waitFor()
  // A window that is left at once may not have kept which view was open.
  if (!(await view.isVisible())) await showJobs(editor)
  await row(view, /interrupted/).waitFor()
  await takePicture(page, 'jobs-interrupted')
  await button(offer, 'Resume').click()
  gate.resolve()
  await message(page, /Score 0\.\d\d over \d+ examples of python\/async/).waitFor()
})

test('below a job that tunes stands what it tried, until its result takes the place', async () => {
  const gate = Promise.withResolvers<void>()
  let reflections = 0
  await using model = await startModelServer({
    async answer(request) {
      // Some proposals are made and judged, the next one waits.
      if (JSON.stringify(request.body.response_format).includes('tune_signature') && ++reflections > 6)
        await gate.promise
      return embeddedAnswer(request)
    },
  })
  const editor = await openAt(model.url)
  const { page } = editor
  await start(editor, 'Tune')
  const view = await showJobs(editor)
  await row(view, /tuning/)
    .locator('.monaco-tl-twistie.collapsible')
    .click()
  const best = view.getByRole('treeitem', { name: /^Candidate \d+, best so far, score 0\.\d\d, / })
  await best.waitFor()
  await takePicture(page, 'jobs-candidates')
  gate.resolve()
  await message(page, /Tuned python\/async: /).waitFor()
  await row(view, /not applied yet/).waitFor()
  await best.waitFor({ state: 'detached' })
})

test('cancelling a job is told nowhere but in its row, and a failure has a way on', async () => {
  await using model = await startModelServer({ answer: () => new Promise(() => {}) })
  const editor = await openAt(model.url)
  const { page } = editor
  await start(editor, 'Tune')
  const view = await showJobs(editor)
  const running = row(view, /tuning/)
  await running.hover()
  await running.getByRole('button', { name: 'Cancel Job' }).click()
  await row(view, /cancelled/).waitFor()
  expect(await page.locator('.notification-toast').count()).toBe(0)
  await page.locator('.statusbar-item', { hasText: 'Tuning python/async' }).waitFor({ state: 'hidden' })
  await model.close()
  await row(view, /cancelled/).hover()
  await row(view, /cancelled/)
    .getByRole('button', { name: 'Resume Job' })
    .click()
  const failed = message(page, /Tuning python\/async failed: /)
  await failed.waitFor()
  expect(await page.locator('.notification-toast').count()).toBe(1)
  await button(failed, 'Resume').waitFor()
  await takePicture(page, 'jobs-failed')
})

test('without a model one sentence has the ways on, and the offline demo is one of them', async () => {
  const editor = await open({ userSettings: {} })
  const { page } = editor
  await start(editor, 'Evaluate')
  const missing = message(page, 'No model is configured.')
  await button(missing, 'Choose Model').waitFor()
  await takePicture(page, 'jobs-no-model')
  await button(missing, 'Try the Offline Demo').click()
  await message(page, /Score 0\.\d\d over \d+ examples of python\/async\. The offline demo answered\./).waitFor()
})

test('where the jobs cannot be read the view says so in one line', async () => {
  const editor = await open({
    prepare: workspace => {
      // A file that is no database would be set aside by the first who reads it.
      mkdirSync(join(workspace, '.signature-tuner/jobs.db'), { recursive: true })
    },
  })
  const view = await showJobs(editor)
  await row(view, /The jobs cannot be read\..*Restart/).waitFor()
  expect(await view.locator('.monaco-list-row').count()).toBe(1)
  await takePicture(editor.page, 'jobs-unreadable')
})
