/** Get Started: the walkthrough of the first hour. */
import * as vscode from 'vscode'
import type { CommandHandler } from '../commands.ts'

export const openWalkthrough: CommandHandler = ({ extension }) =>
  vscode.commands.executeCommand('workbench.action.openWalkthrough', `${extension.extension.id}#firstHour`, false)
