/** Reviewing a tuned result: what is shown, what is accepted as one step, in part or not at all. */
import assert from 'node:assert/strict'
import { commands, type TabInputTextDiff, window, workspace } from 'vscode'
import { type TestContext, test, waitFor } from '../harness/test.ts'
import { diffInFront, untilDiff } from './diff.ts'
import { type OpenSkill, openSkill, versionsOf } from './skillFile.ts'

interface Preview {
  readonly new_text: string
  readonly parts: readonly { readonly path: string }[]
}

interface TunedSkill extends OpenSkill {
  readonly before: string
  readonly preview: Preview
}

/** A signature with a result that waits. */
async function tuneSkill(context: TestContext): Promise<TunedSkill> {
  const skill = await openSkill(context)
  const { uri, document } = skill
  await commands.executeCommand('signatureTuner.tune', uri)
  const asked = { uri: uri.toString(), preview: true, reviewed: true }
  const preview: Preview = await commands.executeCommand('signature-tuner.apply', asked)
  return { ...skill, before: document.getText(), preview }
}

async function review({ uri }: OpenSkill): Promise<TabInputTextDiff> {
  await commands.executeCommand('signatureTuner.reviewResult', uri)
  return untilDiff()
}

test('a result is shown beside the file, with the edits that are made meanwhile', async context => {
  const skill = await tuneSkill(context)
  const { uri, document, preview } = skill
  const { original, modified } = await review(skill)
  assert.equal(original.toString(), uri.toString())
  const shown = await workspace.openTextDocument(modified)
  assert.equal(shown.getText(), preview.new_text)

  const editor = window.visibleTextEditors.find(one => one.document === document)
  await editor?.edit(edit => edit.insert(document.positionAt(0), '# mine\n'))
  const expected = `# mine\n${preview.new_text}`
  await waitFor(workspace.onDidChangeTextDocument, () => shown.getText() === expected || undefined)
})

test('an accepted result is one step that can be undone, and a version', async context => {
  const skill = await tuneSkill(context)
  const { uri, document, before, preview } = skill
  await review(skill)
  await commands.executeCommand('signatureTuner.acceptResult')
  assert.equal(diffInFront(), undefined)
  assert.equal(document.getText(), preview.new_text)
  assert.equal(document.isDirty, true)
  assert.deepEqual(
    (await versionsOf(uri)).map(({ version, tuned }) => ({ version, tuned })),
    [
      { version: 1, tuned: false },
      { version: 2, tuned: true },
    ],
  )
  await commands.executeCommand('undo')
  assert.equal(document.getText(), before)
  await commands.executeCommand('redo')
  assert.equal(document.getText(), preview.new_text)
})

test('a part of a result is accepted alone and has no score', async context => {
  const { uri, document, before, preview } = await tuneSkill(context)
  const [first] = preview.parts
  assert.ok(first && preview.parts.length > 1)
  await commands.executeCommand('signature-tuner.apply', { uri: uri.toString(), only: [first.path], reviewed: true })
  assert.notEqual(document.getText(), before)
  assert.notEqual(document.getText(), preview.new_text)
  const last = (await versionsOf(uri)).at(-1)
  assert.equal(last?.metric_score, null)
  assert.equal(last?.tuned, true)
})

test('a discarded result leaves the file as it was', async context => {
  const skill = await tuneSkill(context)
  await review(skill)
  await commands.executeCommand('signatureTuner.discardResult')
  assert.equal(diffInFront(), undefined)
  assert.equal(skill.document.getText(), skill.before)
})
