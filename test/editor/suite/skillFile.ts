/** Signatures that a test writes into the opened workspace, and what the extension says of them. */
import assert from 'node:assert/strict'
import { type Diagnostic, languages, Uri, workspace } from 'vscode'
import { type TestContext, waitFor } from '../harness/test.ts'

/** A copy of a sample skill with its text changed, in a folder of its own that goes when the test is over. */
export async function writeSkill({ onFinished }: TestContext, change: (text: string) => string): Promise<Uri> {
  const [root] = workspace.workspaceFolders ?? []
  assert.ok(root)
  const sample = Uri.joinPath(root.uri, 'skills/python/async')
  const folder = Uri.joinPath(root.uri, `skills/changed-${Math.random().toString(36).slice(2)}`)
  const uri = Uri.joinPath(folder, 'signature.yaml')
  onFinished(() => workspace.fs.delete(folder, { recursive: true }))
  await workspace.fs.copy(sample, folder)
  const text = new TextDecoder().decode(await workspace.fs.readFile(uri))
  const changed = change(text)
  assert.notEqual(changed, text)
  await workspace.fs.writeFile(uri, new TextEncoder().encode(changed))
  return uri
}

/** The diagnostics of a file, once one of them says this. */
export function diagnosticsWith(uri: Uri, part: string): Promise<readonly Diagnostic[]> {
  return waitFor(languages.onDidChangeDiagnostics, () => {
    const found = languages.getDiagnostics(uri)
    return found.some(({ message }) => message.includes(part)) ? found : undefined
  })
}
