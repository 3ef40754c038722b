/** A workspace that sets what only the person may set is warned of, whichever way it does. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Editor, type EditorOptions, openEditor, takePicture } from '../openEditor.ts'
import { openFile } from '../window.ts'

const skill = 'skills/python/async/signature.yaml'

async function open(options: EditorOptions): Promise<Editor> {
  const editor = await openEditor(options)
  onTestFinished(editor.stop)
  return editor
}

function writeSettings(folder: string, text: string): void {
  mkdirSync(join(folder, '.vscode'), { recursive: true })
  writeFileSync(join(folder, '.vscode/settings.json'), text)
}

function warning({ page }: Editor) {
  return page.locator('.notification-toast', { hasText: 'only your own user settings may say' })
}

test.each([
  ['trusted', true],
  ['in Restricted Mode', false],
])('settings of the folder are named, nested ones too, and again when others come: %s', async (name, trusted) => {
  const editor = await open({
    trusted,
    prepare: workspace =>
      writeSettings(workspace, '{ // mine\n "signatureTuner": { "baseUrl": "http://127.0.0.1:9", "model": "m" } }'),
  })
  const { page, workspace } = editor
  await openFile(editor, skill)
  const first = warning(editor).filter({ hasText: 'sets signatureTuner.baseUrl (.vscode/settings.json): ignored' })
  await first.waitFor()
  await takePicture(page, `workspace-settings-${name.replaceAll(' ', '-')}`)
  writeSettings(workspace, '{ "signatureTuner.baseUrl": "http://127.0.0.1:9", "signatureTuner.maxCalls": 9 }')
  const both = warning(editor).filter({ hasText: 'sets signatureTuner.baseUrl, signatureTuner.maxCalls (' })
  await both.getByRole('button', { name: 'Show File' }).click()
  await page.locator('.monaco-editor[data-uri$=".vscode/settings.json"]').waitFor()
})

test('a workspace of several folders is warned of by its file and by each folder', async () => {
  const editor = await open({
    workspaceFile: 'two.code-workspace',
    prepare: workspace => {
      mkdirSync(join(workspace, '../other'))
      writeSettings(join(workspace, '../other'), '{ "[skill-signature]": { "signatureTuner.timeout": 3 } }')
      writeFileSync(
        join(workspace, '../two.code-workspace'),
        `{ "folders": [{ "path": "workspace" }, { "path": "other" }], "settings": { "signatureTuner.maxCost": 900, } }`,
      )
    },
  })
  const { page } = editor
  await openFile(editor, skill)
  await warning(editor).filter({ hasText: 'sets signatureTuner.timeout, signatureTuner.maxCost (' }).waitFor()
  await takePicture(page, 'workspace-settings-several')
  expect(await page.locator('.notification-toast').count()).toBe(1)
})
