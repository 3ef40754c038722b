/** Commands that run jobs: in the background, with the offline demo; only an evaluation records what it measured. */
import assert from 'node:assert/strict'
import { ConfigurationTarget, commands, Uri, window, workspace } from 'vscode'
import { type TestContext, test } from '../harness/test.ts'
import { writeSkill } from './skillFile.ts'

async function openSkill(context: TestContext): Promise<Uri> {
  const uri = await writeSkill(context, text => text.replace('skill_id: python-async\n', ''))
  await workspace.getConfiguration('signatureTuner').update('model', 'embedded', ConfigurationTarget.Workspace)
  context.onFinished(() =>
    workspace.getConfiguration('signatureTuner').update('model', undefined, ConfigurationTarget.Workspace),
  )
  await window.showTextDocument(await workspace.openTextDocument(uri))
  return uri
}

async function readText(uri: Uri): Promise<string> {
  return new TextDecoder().decode(await workspace.fs.readFile(uri))
}

test('an evaluation of the open signature records its version', async context => {
  const uri = await openSkill(context)
  await commands.executeCommand('signatureTuner.evaluate')
  const history = JSON.parse(await readText(Uri.joinPath(uri, '../signature.history.json')))
  assert.equal(history.signature_history.length, 1)
  assert.ok(history.signature_history[0].metric_score > 0)
})

for (const command of ['signatureTuner.tune', 'signature-tuner.tune']) {
  test(`${command} writes nothing before a person has looked at it`, async context => {
    const uri = await openSkill(context)
    const before = await readText(uri)
    await commands.executeCommand(command, { uri: uri.toString() })
    assert.equal(window.activeTextEditor?.document.getText(), before)
    assert.equal(await readText(uri), before)
    // It was tuned all the same: its result can be applied.
    const preview: { readonly changes: readonly string[] } = await commands.executeCommand('signature-tuner.apply', {
      uri: uri.toString(),
      preview: true,
      reviewed: true,
    })
    assert.notDeepEqual(preview.changes, [])
  })
}
