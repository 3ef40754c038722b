/** The commands of the palette, one file each. */
import * as vscode from 'vscode'
import { acceptResult } from './commands/acceptResult.ts'
import { acceptSome } from './commands/acceptSome.ts'
import { cancelJob } from './commands/cancelJob.ts'
import { chooseModel } from './commands/chooseModel.ts'
import { compareVersions } from './commands/compareVersions.ts'
import { deleteJob } from './commands/deleteJob.ts'
import { discardResult } from './commands/discardResult.ts'
import { evaluate } from './commands/evaluate.ts'
import { newSignature } from './commands/newSignature.ts'
import { openDemoSkill } from './commands/openDemoSkill.ts'
import { openWalkthrough } from './commands/openWalkthrough.ts'
import { refreshJobs } from './commands/refreshJobs.ts'
import { removeApiKey } from './commands/removeApiKey.ts'
import { restartServer } from './commands/restartServer.ts'
import { restoreVersion } from './commands/restoreVersion.ts'
import { resumeJob } from './commands/resumeJob.ts'
import { reviewResult } from './commands/reviewResult.ts'
import { setApiKey } from './commands/setApiKey.ts'
import { showHistory } from './commands/showHistory.ts'
import { showJob } from './commands/showJob.ts'
import { showLog } from './commands/showLog.ts'
import { showTests } from './commands/showTests.ts'
import { testConnection } from './commands/testConnection.ts'
import { tune } from './commands/tune.ts'
import type { Jobs } from './jobs.ts'
import { describeError } from './messages.ts'
import { showError } from './notify.ts'
import type { Reviews } from './review/reviews.ts'
import { commandOverrides, type Server } from './server.ts'
import type { HistoryPages } from './views/historyPages.ts'

export interface CommandContext {
  readonly extension: vscode.ExtensionContext
  readonly server: Server
  readonly jobs: Jobs
  readonly reviews: Reviews
  readonly historyPages: HistoryPages
}

/** Arguments are what the editor gives: a URI from a menu, an item of a tree, or nothing from the palette. */
export type CommandHandler = (context: CommandContext, ...given: readonly unknown[]) => unknown

const handlers: Readonly<Record<string, CommandHandler>> = {
  acceptResult,
  acceptSome,
  cancelJob,
  chooseModel,
  compareVersions,
  deleteJob,
  discardResult,
  evaluate,
  newSignature,
  openDemoSkill,
  openWalkthrough,
  refreshJobs,
  removeApiKey,
  restartServer,
  restoreVersion,
  resumeJob,
  setApiKey,
  reviewResult,
  showHistory,
  showJob,
  showLog,
  showTests,
  testConnection,
  tune,
}

export interface Commands {
  /** `name` as in the manifest, without the extension's prefix; what goes wrong is told to the person. */
  run(name: string, given: readonly unknown[]): Promise<unknown>
}

export function createCommands(context: CommandContext): Commands {
  const { server } = context
  // Lenses, code actions and links of the server start what the palette starts.
  const call = (name: string) => (given: unknown) => vscode.commands.executeCommand(`signatureTuner.${name}`, given)
  // Nothing is applied unseen: a call that names no review opens one.
  commandOverrides.set('signature-tuner.apply', given =>
    given.reviewed === true ? server.execute('apply', given) : call('reviewResult')(given),
  )
  for (const [theirs, ours] of Object.entries(overridden)) commandOverrides.set(`signature-tuner.${theirs}`, call(ours))
  return {
    async run(name, given) {
      try {
        return await handlers[name]?.(context, ...given)
      } catch (error) {
        if (error instanceof vscode.CancellationError) return undefined
        server.log.error(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
        void showError(describeError(error))
        return undefined
      }
    },
  }
}

const overridden = {
  tune: 'tune',
  evaluate: 'evaluate',
  resume: 'resumeJob',
  cancel: 'cancelJob',
  restore: 'restoreVersion',
  history: 'showHistory',
}
