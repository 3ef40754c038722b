/** The commands of the palette, one file each. */
import * as vscode from 'vscode'
import { cancelJob } from './commands/cancelJob.ts'
import { deleteJob } from './commands/deleteJob.ts'
import { evaluate } from './commands/evaluate.ts'
import { refreshJobs } from './commands/refreshJobs.ts'
import { restartServer } from './commands/restartServer.ts'
import { resumeJob } from './commands/resumeJob.ts'
import { showJob } from './commands/showJob.ts'
import { showLog } from './commands/showLog.ts'
import { tune } from './commands/tune.ts'
import type { Jobs } from './jobs.ts'
import { describeError } from './messages.ts'
import type { Server } from './server.ts'

export interface CommandContext {
  readonly extension: vscode.ExtensionContext
  readonly server: Server
  readonly jobs: Jobs
}

/** Arguments are what the editor gives: a URI from a menu, an item of a tree, or nothing from the palette. */
export type CommandHandler = (context: CommandContext, ...given: readonly unknown[]) => unknown

const handlers: Readonly<Record<string, CommandHandler>> = {
  cancelJob,
  deleteJob,
  evaluate,
  refreshJobs,
  restartServer,
  resumeJob,
  showJob,
  showLog,
  tune,
}

export function registerCommands(extension: vscode.ExtensionContext, server: Server, jobs: Jobs): void {
  const context: CommandContext = { extension, server, jobs }
  for (const [name, handle] of Object.entries(handlers)) {
    const run = async (...given: readonly unknown[]) => {
      try {
        return await handle(context, ...given)
      } catch (error) {
        if (error instanceof vscode.CancellationError) return undefined
        server.log.error(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
        void vscode.window.showErrorMessage(describeError(error))
        return undefined
      }
    }
    extension.subscriptions.push(vscode.commands.registerCommand(`signatureTuner.${name}`, run))
  }
}
