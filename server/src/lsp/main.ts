/** The language server's process: JSON-RPC on standard input and output, nothing else on it. */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node'
import { startServer } from './server.ts'

const environment = { ...process.env }
// Diagnostic reports and child processes would have it.
delete process.env.OPENAI_API_KEY

const connection = createConnection(ProposedFeatures.all, process.stdin, process.stdout)
// A library that prints must not break the protocol.
console.log = console.info = console.debug = (...said: readonly unknown[]) => connection.console.log(said.join(' '))
console.warn = console.error = (...said: readonly unknown[]) => connection.console.warn(said.join(' '))

startServer(connection, {
  programFolder: __dirname,
  environment: {
    baseUrl: environment.OPENAI_BASE_URL || 'https://api.openai.com/v1',
    apiKey: environment.OPENAI_API_KEY?.trim() || undefined,
    model: environment.SIGNATURE_TUNER_MODEL || undefined,
    reflectionModel: environment.SIGNATURE_TUNER_REFLECTION_MODEL || undefined,
  },
})
