/** Names, texts and results that want to be links, pictures or pages of their own are shown as words. */
import { execFileSync } from 'node:child_process'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startModelServer } from '../../support/modelServer.ts'
import { openEditor, takePicture } from '../openEditor.ts'
import { runCommand } from '../window.ts'

const program = resolve(import.meta.dirname, '../../../dist/bin.cjs')
const folder = 'skills/[Update](command:workbench.action.closeActiveEditor) <b>$(zap)'
const skill = `${folder}/signature.yaml`

/** What a text would be in Markdown, in a page and in a message. */
function attack(url: string): string {
  return `[Click](command:workbench.action.closeActiveEditor) ![p](${url}/m.png) <img src=${url}/h.png> ${url}/l`
}

function plant(workspace: string, url: string): void {
  renameSync(join(workspace, 'skills/python/async'), join(workspace, folder))
  const file = join(workspace, skill)
  const text = readFileSync(file, 'utf8')
    .replace('skill_id: python-async\n', '')
    .replace('desc: The answer', `desc: ${JSON.stringify(attack(url))}`)
  writeFileSync(file, text)
  execFileSync(process.execPath, [program, 'evaluate', folder, '--model', 'embedded'], {
    cwd: workspace,
    stdio: 'ignore',
  })
  const history = join(workspace, folder, 'signature.history.json')
  const read = JSON.parse(readFileSync(history, 'utf8'))
  const [version] = read.signature_history
  const theirs = `</script></td><script>document.title='owned'</script>${attack(url)}`
  const next = {
    ...version,
    version: 2,
    tuned: true,
    tuning_reason: theirs,
    improvement: theirs,
    model: theirs,
    changes: [theirs],
    scores: { [theirs]: 0.5 },
    provenance: [{ path: theirs, text: theirs, examples: [theirs], reasoning: theirs }],
  }
  writeFileSync(history, JSON.stringify({ ...read, signature_history: [version, next] }))
}

test('nothing of a hostile workspace runs a command, is fetched, or leaves its place', async () => {
  await using sink = await startModelServer()
  const editor = await openEditor({
    prepare: workspace => plant(workspace, sink.url),
    userSettings: { 'signatureTuner.model': 'embedded' },
  })
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') await takePicture(editor.page, 'failed-hostile-texts')
    await editor.stop()
  })
  const { page, workspace } = editor
  const fetched: string[] = []
  page.on('request', request => fetched.push(request.url()))
  await page.keyboard.press('ControlOrMeta+P')
  await page.locator('.quick-input-widget input[type=text]').fill(join(workspace, skill))
  await page.locator('.quick-input-widget .monaco-list-row', { hasText: 'signature.yaml' }).first().click()
  // Its address is encoded.
  const text = page.locator('.monaco-editor[data-uri$="/signature.yaml"]')
  await text.locator('.view-line', { hasText: 'name:' }).waitFor()
  // The editor's own buttons are links without a target; the only other ones are our two commands.
  const links = async (within: string) => {
    const all = page.locator(`${within} a`)
    const targets = await all.evaluateAll(found => found.map(one => one.getAttribute('data-href') ?? one.title))
    return targets.filter(target => target !== '' && !/^command:signature-tuner\.(?:compare|restore)\?/.test(target))
  }

  // A hover. Lenses and hints move the lines once.
  await text.locator('.view-line', { hasText: /name:.*0\.\d\d/ }).waitFor()
  await text.getByRole('button', { name: 'Evaluate', exact: true }).waitFor()
  await text.locator('.view-line', { hasText: 'name:' }).getByText('name', { exact: true }).first().hover()
  const hover = page.locator('.monaco-hover', { hasText: 'Version' })
  await hover.waitFor()
  await takePicture(page, 'hostile-hover')
  expect(await links('.monaco-hover')).toEqual([])
  expect(await hover.locator('img').count()).toBe(0)
  await page.keyboard.press('Escape')

  // A message, a row of the view, and its tooltip.
  await runCommand(editor, 'Signature Tuner: Evaluate Signature')
  const news = page.locator('.notification-toast', { hasText: /Score 0\.\d\d over/ })
  await news.waitFor()
  await takePicture(page, 'hostile-message')
  expect(await links('.notification-list-item-message')).toEqual([])
  await page.getByRole('tab', { name: 'Signature Tuner' }).click()
  const row = page
    .locator('.pane', { hasText: 'Tuning Jobs' })
    .locator('.monaco-list-row', { hasText: /score 0\.\d\d/ })
  await row.first().hover()
  await page.locator('.monaco-hover', { hasText: 'evaluation' }).waitFor()
  await takePicture(page, 'hostile-row')
  expect(await links('.monaco-hover')).toEqual([])
  expect(await page.locator('.monaco-hover img').count()).toBe(0)

  // The page of versions: one script, ours.
  await runCommand(editor, 'Signature Tuner: Show History')
  const frame = page.frameLocator('iframe.webview.ready').frameLocator('#active-frame')
  await frame.getByText('owned').first().waitFor()
  await takePicture(page, 'hostile-history')
  expect(await frame.locator('script[nonce]').count()).toBe(1)
  expect(await frame.locator('main script, main img, main a, main b').count()).toBe(0)
  expect(sink.count).toBe(0)
  expect(fetched.filter(url => url.startsWith(sink.url))).toEqual([])
})
