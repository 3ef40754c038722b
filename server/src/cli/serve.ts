/** `serve` on the command line: its flags, and the hand-over to the HTTP host, which is a bundle of its own. */
import { failure } from '../base/errors.ts'
import type { serve as serveHttp } from '../http/main.ts'
import type { ServeInvocation } from './program.ts'
import { report } from './report.ts'
import { readModelSettings, readNumber } from './settings.ts'
import type { Terminal } from './terminal.ts'

/** Where the API is unless a port is given; unassigned by IANA. */
const defaultPort = 7717

/** The exit status. */
export async function runServe(
  terminal: Terminal,
  invocation: ServeInvocation,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const { hostFlags, root, json, quiet } = invocation
  const settings = readModelSettings(hostFlags, environment)
  if (!settings.ok) return report(terminal, json, settings.error)
  const port = readNumber('--port', invocation.port, defaultPort, 0, 65_535)
  if (!port.ok) return report(terminal, json, port.error)
  if (!Number.isInteger(port.value)) {
    return report(terminal, json, failure('usage', `--port cannot be '${invocation.port}': give a whole number.`))
  }
  // The specifier is computed so that the host is not bundled in: other commands need none.
  const host: string = './http.cjs'
  const { serve }: { readonly serve: typeof serveHttp } = require(host)
  const served = await serve({
    cwd: process.cwd(),
    root,
    port: port.value,
    models: settings.value,
    programFolder: __dirname,
    onListening({ url, tokenFile, root }) {
      if (json) terminal.print(JSON.stringify({ url, token_file: tokenFile }))
      else terminal.print(listening(url, tokenFile, root))
      if (settings.value.model === undefined) {
        terminal.tell('No model is configured: requests must name one, or stop this and add --model.')
      }
    },
    log: line => void (quiet || terminal.tell(line)),
  })
  return served.ok ? 0 : report(terminal, json, served.error)
}

function listening(url: string, tokenFile: string, root: string): string {
  return [
    `Serving ${root}`,
    `  API    ${url}/api/v1   (its description: /api/v1/openapi.json)`,
    `  token  ${tokenFile}`,
    '',
    'Try it:',
    `  curl -H "Authorization: Bearer $(cat ${tokenFile})" ${url}/api/v1/health`,
    '',
    'Ctrl-C stops it; its jobs can be resumed.',
  ].join('\n')
}
