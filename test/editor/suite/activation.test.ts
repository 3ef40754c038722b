/** The packaged extension starts by itself when a signature is opened, and names the mistakes in it. */
import assert from 'node:assert/strict'
import { extensions, languages, Uri, window, workspace } from 'vscode'
import { test, waitFor } from '../harness/test.ts'

test('a mistake in an opened signature is named', async ({ onFinished }) => {
  const [folder] = workspace.workspaceFolders ?? []
  assert.ok(folder)
  const original = Uri.joinPath(folder.uri, 'skills/python/async/signature.yaml')
  const text = new TextDecoder().decode(await workspace.fs.readFile(original))
  const uri = Uri.joinPath(folder.uri, 'skills/mistaken/signature.yaml')
  await workspace.fs.writeFile(uri, new TextEncoder().encode(text.replace('threshold: 0.75', 'threshold: 7')))
  onFinished(() => workspace.fs.delete(Uri.joinPath(folder.uri, 'skills/mistaken'), { recursive: true }))

  await window.showTextDocument(await workspace.openTextDocument(uri))
  const messages = await waitFor(languages.onDidChangeDiagnostics, () => {
    const found = languages.getDiagnostics(uri).map(({ message }) => message)
    return found.some(message => message.includes('threshold')) ? found : undefined
  })
  assert.ok(messages.length > 0)
  assert.equal(extensions.getExtension('signature-tuner.signature-tuner')?.isActive, true)
})
