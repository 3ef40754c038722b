/** Signatures that a test writes into the opened workspace, and what the extension says of them. */
import assert from 'node:assert/strict'
import {
  ConfigurationTarget,
  commands,
  type Diagnostic,
  languages,
  type TextDocument,
  type TextEditor,
  Uri,
  window,
  workspace,
} from 'vscode'
import { type TestContext, waitFor } from '../harness/test.ts'

export interface OpenSkill {
  readonly uri: Uri
  readonly document: TextDocument
  readonly editor: TextEditor
}

/** As far as tests look at a version of the history file. */
interface RecordedVersion {
  readonly version: number
  readonly metric_score: number | null
  readonly tuned: boolean
  readonly model?: string
  readonly restored_from?: number
}

/** A copy of a sample skill with its text changed, in a folder of its own that goes when the test is over. */
export async function writeSkill({ onFinished }: TestContext, change: (text: string) => string): Promise<Uri> {
  const [root] = workspace.workspaceFolders ?? []
  assert.ok(root)
  const sample = Uri.joinPath(root.uri, 'skills/python/async')
  const folder = Uri.joinPath(root.uri, `skills/changed-${Math.random().toString(36).slice(2)}`)
  const uri = Uri.joinPath(folder, 'signature.yaml')
  onFinished(() => workspace.fs.delete(folder, { recursive: true }))
  await workspace.fs.copy(sample, folder)
  const text = await readText(uri)
  const changed = change(text)
  assert.notEqual(changed, text)
  await workspace.fs.writeFile(uri, new TextEncoder().encode(changed))
  return uri
}

/** A sample skill of its own in the editor, and the offline demo to ask. */
export async function openSkill(
  context: TestContext,
  change = (text: string) => text.replace('skill_id: python-async\n', ''),
): Promise<OpenSkill> {
  const uri = await writeSkill(context, change)
  const settings = () => workspace.getConfiguration('signatureTuner')
  await settings().update('model', 'embedded', ConfigurationTarget.Workspace)
  context.onFinished(() => settings().update('model', undefined, ConfigurationTarget.Workspace))
  const document = await workspace.openTextDocument(uri)
  const editor = await window.showTextDocument(document)
  context.onFinished(() => commands.executeCommand('workbench.action.closeAllEditors'))
  // Nothing asks whether to save when it is closed.
  context.onFinished(() => document.isDirty && document.save())
  return { uri, document, editor }
}

export async function readText(uri: Uri): Promise<string> {
  return new TextDecoder().decode(await workspace.fs.readFile(uri))
}

/** What the history file beside a signature holds, oldest first. */
export async function versionsOf(uri: Uri): Promise<readonly RecordedVersion[]> {
  return JSON.parse(await readText(Uri.joinPath(uri, '../signature.history.json'))).signature_history
}

/** The problem that a rule finds in an opened file, once it is shown. */
export function problemOf(rule: string, uri: Uri): Promise<Diagnostic> {
  return waitFor(languages.onDidChangeDiagnostics, () =>
    languages.getDiagnostics(uri).find(({ code }) => idOf(code) === rule),
  )
}

function idOf(code: Diagnostic['code']): string | number | undefined {
  return typeof code === 'object' ? code.value : code
}
