/** In Restricted Mode mistakes are still named. */
import assert from 'node:assert/strict'
import { window, workspace } from 'vscode'
import { test } from '../../harness/test.ts'
import { diagnosticsWith, writeSkill } from '../skillFile.ts'

test('a mistake is named without trust', async context => {
  assert.equal(workspace.isTrusted, false)
  const uri = await writeSkill(context, text => text.replace('threshold: 0.75', 'threshold: 7'))
  await window.showTextDocument(await workspace.openTextDocument(uri))
  assert.equal((await diagnosticsWith(uri, 'threshold')).length, 1)
})
