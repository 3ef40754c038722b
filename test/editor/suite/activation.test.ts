/** The packaged extension starts by itself when a signature is opened, and names the mistakes in it. */
import assert from 'node:assert/strict'
import { extensions, window, workspace } from 'vscode'
import { test } from '../harness/test.ts'
import { diagnosticsWith, writeSkill } from './skillFile.ts'

const extension = extensions.getExtension('signature-tuner.signature-tuner')

test('a mistake in an opened signature is named', async context => {
  const uri = await writeSkill(context, text => text.replace('threshold: 0.75', 'threshold: 7'))
  await window.showTextDocument(await workspace.openTextDocument(uri))
  const [mistake, ...others] = await diagnosticsWith(uri, 'threshold')
  assert.deepEqual(others, [])
  assert.ok(mistake)
  assert.equal(uri.fsPath, window.activeTextEditor?.document.uri.fsPath)
  assert.equal(window.activeTextEditor?.document.getText(mistake.range).includes('7'), true)
  assert.equal(extension?.isActive, true)
})

test('what runs is the installed package', () => {
  assert.match(extension?.extensionPath ?? '', /[\\/]extensions[\\/]signature-tuner\.signature-tuner-/)
})
