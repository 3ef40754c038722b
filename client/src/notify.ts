/** Messages of the editor, in which words of files and models never become links. */
import * as vscode from 'vscode'

type Shown<Action extends string> = Thenable<Action | undefined>

export function showInfo<Action extends string>(message: string, ...actions: readonly Action[]): Shown<Action> {
  return vscode.window.showInformationMessage(withoutLinks(message), ...actions)
}

export function showWarning<Action extends string>(message: string, ...actions: readonly Action[]): Shown<Action> {
  return vscode.window.showWarningMessage(withoutLinks(message), ...actions)
}

export function showError<Action extends string>(message: string, ...actions: readonly Action[]): Shown<Action> {
  return vscode.window.showErrorMessage(withoutLinks(message), ...actions)
}

/** Asks before anything else can be done. */
export function ask<Action extends string>(question: string, detail: string, action: Action): Shown<Action> {
  return vscode.window.showWarningMessage(withoutLinks(question), { modal: true, detail }, action)
}

/** The editor makes links of `[words](target)` in any message, and one with `command:` runs that command. */
function withoutLinks(message: string): string {
  return message.replaceAll('](', '] (')
}
