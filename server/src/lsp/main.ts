/** The language server's process: JSON-RPC on standard input and output, nothing else on it. */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node'
import { createIntake } from './intake.ts'
import { startServer } from './server.ts'
import { readEnvironment } from './settings.ts'

const environment = { ...process.env }
// Diagnostic reports and child processes would have it.
delete process.env.OPENAI_API_KEY

const intake = createIntake()
const options = { messageStrategy: intake.strategy }
const connection = createConnection(ProposedFeatures.all, process.stdin, process.stdout, options)
// A library that prints must not break the protocol.
console.log = console.info = console.debug = (...said: readonly unknown[]) => connection.console.log(said.join(' '))
console.warn = console.error = (...said: readonly unknown[]) => connection.console.warn(said.join(' '))

startServer(connection, {
  programFolder: __dirname,
  environment: readEnvironment(environment),
  intake,
})
