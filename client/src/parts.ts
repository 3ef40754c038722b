/** All that the extension is made of, loaded once it is active. */
import * as vscode from 'vscode'
import { createCommands } from './commands.ts'
import { answerForEditorModels } from './editorModels.ts'
import { createJobs } from './jobs.ts'
import type { Part } from './registerCommands.ts'
import { createReviews } from './review/reviews.ts'
import { createServer } from './server.ts'
import { createTestExplorer } from './testing/explorer.ts'
import { createHistoryPages } from './views/historyPages.ts'
import { warnOfWorkspaceSettings } from './workspaceSettings.ts'

export function startParts(context: vscode.ExtensionContext): Part {
  const server = createServer(context)
  answerForEditorModels(context, server)
  const commands = createCommands({
    extension: context,
    server,
    jobs: createJobs(context, server),
    reviews: createReviews(context, server),
    historyPages: createHistoryPages(context, server),
  })
  createTestExplorer(context, server)
  warnOfWorkspaceSettings(context, server.log)
  // What the Testing view offers until there are tests is no longer of use.
  void vscode.commands.executeCommand('setContext', 'signatureTuner.active', true)
  return { runCommand: commands.run, stop: server.stop }
}
