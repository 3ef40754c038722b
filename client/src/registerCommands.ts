/** Registers the commands of the manifest, so that activation loads none of them: a call waits for what carries it out. */
import * as vscode from 'vscode'

/** What is loaded late, as activation knows it. */
export interface Part {
  /** `name` as in the manifest, without the extension's prefix. */
  runCommand(name: string, given: readonly unknown[]): Promise<unknown>
  stop(): Promise<void>
}

const prefix = 'signatureTuner.'

export function registerCommands({ extension, subscriptions }: vscode.ExtensionContext, parts: Promise<Part>): void {
  const run = async (name: string, given: readonly unknown[]) => (await parts).runCommand(name, given)
  const declared: readonly { readonly command: string }[] = extension.packageJSON.contributes.commands
  for (const { command } of declared) {
    const name = command.slice(prefix.length)
    subscriptions.push(vscode.commands.registerCommand(command, (...given) => run(name, given)))
  }
  // Links of the server's hovers start it; comparing is known to no other client, so the server has no such command.
  const compare = (...given: readonly unknown[]) => run('compareVersions', given)
  subscriptions.push(vscode.commands.registerCommand('signature-tuner.compare', compare))
}
