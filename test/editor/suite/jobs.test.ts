/** Commands that run jobs: in the background, with the offline demo; only an evaluation records what it measured. */
import assert from 'node:assert/strict'
import { commands, window } from 'vscode'
import { test } from '../harness/test.ts'
import { openSkill, readText, versionsOf } from './skillFile.ts'

test('an evaluation of the open signature records its version', async context => {
  const { uri } = await openSkill(context)
  await commands.executeCommand('signatureTuner.evaluate')
  const [version, ...others] = await versionsOf(uri)
  assert.ok((version?.metric_score ?? 0) > 0)
  assert.deepEqual(others, [])
})

for (const command of ['signatureTuner.tune', 'signature-tuner.tune']) {
  test(`${command} writes nothing before a person has looked at it`, async context => {
    const { uri } = await openSkill(context)
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
