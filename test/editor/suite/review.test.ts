/** Reviewing a tuned result, comparing and restoring versions, and the page of versions. */
import assert from 'node:assert/strict'
import {
  ConfigurationTarget,
  commands,
  TabInputTextDiff,
  TabInputWebview,
  type TextDocument,
  type Uri,
  window,
  workspace,
} from 'vscode'
import { type TestContext, test, waitFor } from '../harness/test.ts'
import { writeSkill } from './skillFile.ts'

interface Preview {
  readonly new_text: string
  readonly parts: readonly { readonly path: string }[]
}

/** A signature with a result that waits. */
async function tuneSkill(context: TestContext) {
  const uri = await writeSkill(context, text => text.replace('skill_id: python-async\n', ''))
  const settings = () => workspace.getConfiguration('signatureTuner')
  await settings().update('model', 'embedded', ConfigurationTarget.Workspace)
  context.onFinished(() => settings().update('model', undefined, ConfigurationTarget.Workspace))
  const document = await workspace.openTextDocument(uri)
  await window.showTextDocument(document)
  context.onFinished(() => commands.executeCommand('workbench.action.closeAllEditors'))
  // Nothing asks whether to save when it is closed.
  context.onFinished(() => document.isDirty && document.save())
  await commands.executeCommand('signatureTuner.tune', uri)
  return { uri, document, before: document.getText(), preview: await previewOf(uri) }
}

function previewOf(uri: Uri): Thenable<Preview> {
  return commands.executeCommand('signature-tuner.apply', { uri: uri.toString(), preview: true, reviewed: true })
}

function diffInFront(): TabInputTextDiff | undefined {
  const input = window.tabGroups.activeTabGroup.activeTab?.input
  return input instanceof TabInputTextDiff ? input : undefined
}

function untilDiff(): Promise<TabInputTextDiff> {
  return waitFor(window.tabGroups.onDidChangeTabs, diffInFront)
}

async function textOf(uri: Uri): Promise<string> {
  return (await workspace.openTextDocument(uri)).getText()
}

async function versionsOf(uri: Uri) {
  const file = uri.with({ path: uri.path.replace(/\.yaml$/, '.history.json') })
  return JSON.parse(new TextDecoder().decode(await workspace.fs.readFile(file))).signature_history
}

function isText(document: TextDocument, text: string): Promise<true> {
  return waitFor(workspace.onDidChangeTextDocument, () => (document.getText() === text ? true : undefined))
}

test('a result is reviewed as a diff, accepted as one step that can be undone, and its version compared and restored', async context => {
  const { uri, document, before, preview } = await tuneSkill(context)
  await commands.executeCommand('signatureTuner.reviewResult', uri)
  const diff = await untilDiff()
  assert.equal(diff.original.toString(), uri.toString())
  assert.equal(await textOf(diff.modified), preview.new_text)

  // Edits made meanwhile are in what is shown.
  const shown = await workspace.openTextDocument(diff.modified)
  const editor = window.visibleTextEditors.find(one => one.document === document)
  assert.ok(editor)
  await editor.edit(edit => edit.insert(document.positionAt(0), '# mine\n'))
  await isText(shown, `# mine\n${preview.new_text}`)
  await commands.executeCommand('undo')
  await isText(shown, preview.new_text)

  await commands.executeCommand('signatureTuner.acceptResult')
  assert.equal(diffInFront(), undefined)
  assert.equal(document.getText(), preview.new_text)
  assert.equal(document.isDirty, true)
  assert.deepEqual(
    (await versionsOf(uri)).map(({ version }: { version: number }) => version),
    [1, 2],
  )
  await commands.executeCommand('undo')
  assert.equal(document.getText(), before)
  await commands.executeCommand('redo')

  await commands.executeCommand('signature-tuner.compare', { uri: uri.toString(), version: 1 })
  const compared = await untilDiff()
  assert.equal(await textOf(compared.original), before)
  assert.equal(compared.modified.toString(), uri.toString())

  await commands.executeCommand('signature-tuner.restore', { uri: uri.toString(), version: 1 })
  assert.equal(document.getText(), before)
  assert.equal((await versionsOf(uri)).at(-1).restored_from, 1)

  await commands.executeCommand('signature-tuner.history', { uri: uri.toString() })
  const isPage = () => {
    const input = window.tabGroups.activeTabGroup.activeTab?.input
    return input instanceof TabInputWebview && input.viewType.includes('signatureTuner.history') ? true : undefined
  }
  await waitFor(window.tabGroups.onDidChangeTabs, isPage)
}, 150_000)

test('a part of a result is accepted alone and has no score; a discarded result is offered no more', async context => {
  const { uri, document, before, preview } = await tuneSkill(context)
  const [first] = preview.parts
  assert.ok(first && preview.parts.length > 1)
  await commands.executeCommand('signature-tuner.apply', { uri: uri.toString(), only: [first.path], reviewed: true })
  assert.notEqual(document.getText(), before)
  assert.notEqual(document.getText(), preview.new_text)
  const last = (await versionsOf(uri)).at(-1)
  assert.equal(last.metric_score, null)
  assert.equal(last.tuned, true)

  await commands.executeCommand('undo')
  await commands.executeCommand('signatureTuner.tune', uri)
  await commands.executeCommand('signatureTuner.reviewResult', uri)
  await untilDiff()
  await commands.executeCommand('signatureTuner.discardResult')
  assert.equal(diffInFront(), undefined)
  assert.equal(document.getText(), before)
}, 150_000)
