/** The extension's life in the editor: activate and deactivate, nothing else. */
import type * as vscode from 'vscode'
import { registerCommands } from './commands.ts'
import { answerForEditorModels } from './editorModels.ts'
import { createJobs } from './jobs.ts'
import { createServer, type Server } from './server.ts'
import { createTestExplorer } from './testing/explorer.ts'

let server: Server | undefined

export function activate(context: vscode.ExtensionContext): void {
  server = createServer(context)
  answerForEditorModels(context, server)
  registerCommands(context, server, createJobs(context, server))
  createTestExplorer(context, server)
}

export async function deactivate(): Promise<void> {
  await server?.stop()
}
