/** Show Tests: in the editor's Test Explorer, which is not there before an extension brought tests. */
import * as vscode from 'vscode'
import type { CommandHandler } from '../commands.ts'

// Opening the view has it ask for the suites; nothing tells an extension that it was opened before that.
export const showTests: CommandHandler = () => vscode.commands.executeCommand('workbench.view.testing.focus')
