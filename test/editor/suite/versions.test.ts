/** Versions of a signature: compared side by side, restored as one step, and looked back at on their page. */
import assert from 'node:assert/strict'
import { commands, TabInputWebview, type Uri, window, workspace } from 'vscode'
import { type TestContext, test, waitFor } from '../harness/test.ts'
import { untilDiff } from './diff.ts'
import { openSkill, versionsOf } from './skillFile.ts'

/** A signature of two versions, the second one in the editor and saved. */
async function writeVersions(context: TestContext) {
  const skill = await openSkill(context)
  const { document, editor } = skill
  await commands.executeCommand('signatureTuner.evaluate')
  const first = document.getText()
  const end = first.indexOf('The answer\n') + 'The answer'.length
  await editor.edit(edit => edit.insert(document.positionAt(end), ' in few words'))
  await document.save()
  await commands.executeCommand('signatureTuner.evaluate')
  return { ...skill, first, second: document.getText() }
}

async function textOf(uri: Uri): Promise<string> {
  return (await workspace.openTextDocument(uri)).getText()
}

test('two versions are compared side by side, and neither can be edited', async context => {
  const { uri, first, second } = await writeVersions(context)
  await commands.executeCommand('signatureTuner.compareVersions', { uri: uri.toString(), version: 1, other: 2 })
  const { original, modified } = await untilDiff()
  assert.equal(await textOf(original), first)
  assert.equal(await textOf(modified), second)
  await commands.executeCommand('workbench.action.compareEditor.focusPrimarySide')
  await commands.executeCommand('type', { text: 'x' })
  await commands.executeCommand('workbench.action.compareEditor.focusSecondarySide')
  await commands.executeCommand('type', { text: 'x' })
  assert.equal(await textOf(original), first)
  assert.equal(await textOf(modified), second)
})

test('a version is compared with the file as it is, unsaved, by a link of the server', async context => {
  const { uri, document, editor, first } = await writeVersions(context)
  await editor.edit(edit => edit.insert(document.positionAt(0), '# mine\n'))
  await commands.executeCommand('signature-tuner.compare', { uri: uri.toString(), version: 1 })
  const { original, modified } = await untilDiff()
  assert.equal(await textOf(original), first)
  assert.equal(modified.toString(), uri.toString())
  assert.equal(document.isDirty, true)
})

test('a restored version is one step that can be undone, and a version of its own', async context => {
  const { uri, document, first, second } = await writeVersions(context)
  await commands.executeCommand('signatureTuner.restoreVersion', { uri: uri.toString(), version: 1 })
  assert.equal(document.getText(), first)
  const last = (await versionsOf(uri)).at(-1)
  assert.equal(last?.version, 3)
  assert.equal(last?.restored_from, 1)
  await commands.executeCommand('undo')
  assert.equal(document.getText(), second)
})

test('the page of versions opens in a tab', async context => {
  const { uri } = await openSkill(context)
  await commands.executeCommand('signature-tuner.history', { uri: uri.toString() })
  await waitFor(window.tabGroups.onDidChangeTabs, () => {
    const input = window.tabGroups.activeTabGroup.activeTab?.input
    return (input instanceof TabInputWebview && input.viewType.includes('signatureTuner.history')) || undefined
  })
})
