/** Reviewing a tuned result, comparing and restoring versions, and the page of versions. */
import assert from 'node:assert/strict'
import { ConfigurationTarget, commands, TabInputTextDiff, type Uri, window, workspace } from 'vscode'
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

async function versionsOf(uri: Uri) {
  const file = uri.with({ path: uri.path.replace(/\.yaml$/, '.history.json') })
  return JSON.parse(new TextDecoder().decode(await workspace.fs.readFile(file))).signature_history
}

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
