/** Starts a job in the background by a command of the server; only what keeps it from starting is told here. */
import * as vscode from 'vscode'
import type { JobNotice } from '../../../server/src/protocol/client.ts'
import type { CommandContext } from '../commands.ts'
import { section } from '../configuration.ts'
import { inEditorWords } from '../editorWords.ts'
import { hasKey } from '../keyReminder.ts'
import { describeError } from '../messages.ts'
import { showError, showWarning } from '../notify.ts'
import { type CommandFailure, commandFailure, type FailureAction } from './commandFailure.ts'

export interface JobStart {
  readonly command: 'tune' | 'evaluate' | 'resume'
  readonly skill: vscode.Uri
  readonly kind: JobNotice['kind']
  readonly argument?: Readonly<Record<string, unknown>>
}

/** Settles when the job ended, however it did. */
export async function startJob(context: CommandContext, start: JobStart): Promise<void> {
  const { server, jobs } = context
  const { command, skill, kind, argument } = start
  if (!(await hasKey(context, skill, argument?.model))) return
  const starting = jobs.running.starting(skill, kind)
  try {
    const answer = await server.execute<Answer | null>(command, { ...argument, uri: skill.toString() })
    // The scores are there, but no version could be recorded.
    const unrecorded = answer?.skills?.find(({ error }) => error !== undefined)?.error
    if (unrecorded !== undefined) void showWarning(inEditorWords(unrecorded.message))
  } catch (error) {
    server.log.error(`${command} ${skill.fsPath}: ${describeError(error)}`)
    const failure = commandFailure(error)
    if (failure === undefined) return
    offer(context, start, failure).catch(problem => server.log.error(String(problem)))
  } finally {
    starting.dispose()
  }
}

/** What of the server's answer is not told by a notice. */
interface Answer {
  readonly skills?: readonly { readonly error?: { readonly message: string } }[]
}

async function offer(context: CommandContext, start: JobStart, { message, actions }: CommandFailure): Promise<void> {
  const action = await showError(message, ...actions)
  if (action !== undefined) await help(context, start, action)
}

async function help(context: CommandContext, start: JobStart, action: FailureAction): Promise<void> {
  const again = () => startJob(context, start)
  switch (action) {
    case 'Choose Model':
      return (await changesAnything(context, 'chooseModel')) ? again() : undefined
    case 'Set API Key…':
      return (await changesAnything(context, 'setApiKey')) ? again() : undefined
    case 'Try the Offline Demo':
      return startJob(context, { ...start, argument: { ...start.argument, model: 'embedded' } })
    case 'Manage Workspace Trust':
      await vscode.commands.executeCommand('workbench.trust.manage')
      return undefined
    case 'Restart Server':
      return context.server.restart()
    case 'Retry':
      return again()
    case 'Show Log':
      return context.server.log.show()
  }
}

/** Whoever gave up in the middle is not asked again. */
async function changesAnything({ extension }: CommandContext, command: 'chooseModel' | 'setApiKey'): Promise<boolean> {
  let changed = false
  const note = () => {
    changed = true
  }
  const watching = [
    extension.secrets.onDidChange(note),
    vscode.workspace.onDidChangeConfiguration(event => event.affectsConfiguration(section) && note()),
  ]
  try {
    await vscode.commands.executeCommand(`signatureTuner.${command}`)
  } finally {
    for (const watch of watching) watch.dispose()
  }
  return changed
}
