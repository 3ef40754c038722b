/** The extension's life in the editor: activate and deactivate, nothing else. */
import type * as vscode from 'vscode'
import { registerCommands } from './commands.ts'
import { answerForEditorModels } from './editorModels.ts'
import { createJobs } from './jobs.ts'
import { createReviews } from './review/reviews.ts'
import { createServer, type Server } from './server.ts'
import { createTestExplorer } from './testing/explorer.ts'
import { createHistoryPages } from './views/historyPages.ts'

let server: Server | undefined

export function activate(context: vscode.ExtensionContext): void {
  server = createServer(context)
  answerForEditorModels(context, server)
  registerCommands({
    extension: context,
    server,
    jobs: createJobs(context, server),
    reviews: createReviews(context, server),
    historyPages: createHistoryPages(context, server),
  })
  createTestExplorer(context, server)
}

export async function deactivate(): Promise<void> {
  await server?.stop()
}
