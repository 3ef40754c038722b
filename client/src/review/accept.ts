/** Writes a reviewed result, or the parts of it that were chosen. */
import * as vscode from 'vscode'
import type { WireApplied } from '../../../server/src/protocol/client.ts'
import type { CommandContext } from '../commands.ts'
import { ask, showInfo } from '../notify.ts'
import { unprovenQuestion } from './explain.ts'
import type { Review } from './reviews.ts'

export async function accept({ server, reviews }: CommandContext, review: Review, only?: readonly string[]) {
  const { uri, jobId, result } = review
  const isUnproven = result.evidence === 'unproven'
  if (isUnproven && !(await isWantedUnproven(review))) return
  const argument = { uri: uri.toString(), jobId, unproven: isUnproven, ...(only !== undefined && { only }) }
  const applied = await server.execute<WireApplied>('apply', argument)
  await reviews.close(review)
  const document = await vscode.workspace.openTextDocument(uri)
  await vscode.window.showTextDocument(document)
  void tell(uri, applied, document.isDirty)
}

async function tell(uri: vscode.Uri, { signature_version: version, written }: WireApplied, isDirty: boolean) {
  const done = written ? `Applied as version ${version}.` : `The text reads as version ${version} already.`
  const saved = isDirty ? ' Save the file to keep it.' : ''
  const show = 'Show History'
  const answer = await showInfo(`${done}${saved}`, show)
  if (answer === show) await vscode.commands.executeCommand('signatureTuner.showHistory', uri)
}

async function isWantedUnproven({ result }: Review): Promise<boolean> {
  const apply = 'Apply Anyway'
  const answer = await ask('The gain of this result is unproven. Apply it anyway?', unprovenQuestion(result), apply)
  return answer === apply
}
