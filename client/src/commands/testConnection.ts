/** Test Connection: asks the model one tiny question, and tells what came back in the provider's own words. */
import * as vscode from 'vscode'
import type { CommandHandler } from '../commands.ts'
import { type ConnectionAction, describeConnection } from '../connection.ts'
import { showError, showInfo } from '../notify.ts'
import type { Server } from '../server.ts'
import { hasTrust } from '../trust.ts'

export const testConnection: CommandHandler = async ({ server }) => {
  if (!(await hasTrust('Testing the connection'))) return
  const options = { location: vscode.ProgressLocation.Notification, title: 'Asking the model', cancellable: true }
  const answer = await vscode.window.withProgress(options, (_, token) =>
    server.run('doctor', {}, token).catch(error => {
      if (token.isCancellationRequested) return undefined
      throw error
    }),
  )
  if (answer === undefined) return
  const connection = describeConnection(answer.checks)
  for (const line of connection.lines) server.log.info(line)
  tell(server, connection)
}

/** Nobody waits for the answer. */
function tell(server: Server, { healthy, message, actions }: ReturnType<typeof describeConnection>): void {
  const show = healthy ? showInfo : showError
  void show<ConnectionAction>(message, ...actions).then(action => {
    if (action === 'Show Checks') server.log.show()
    else if (action !== undefined) void vscode.commands.executeCommand(commandOf[action])
  })
}

const commandOf: Readonly<Record<Exclude<ConnectionAction, 'Show Checks'>, string>> = {
  'Set API Key': 'signatureTuner.setApiKey',
  'Choose Model': 'signatureTuner.chooseModel',
  'Try Again': 'signatureTuner.testConnection',
}
