/** Runs `signature-tuner serve` in a workspace and talks to it as a client does. */
import { readFileSync } from 'node:fs'
import type { Ran, Workspace } from './cli.ts'

export interface Reply {
  readonly status: number
  readonly headers: Headers
  /** Parsed JSON; every reply of the server is JSON. */
  readonly body: Json
}

/** Replies are looked at member by member, as a client in JavaScript does. */
type Json = ReturnType<typeof JSON.parse>

export interface RunningServer {
  readonly url: string
  readonly port: number
  readonly tokenFile: string
  readonly token: string
  request(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Reply>
  /** The job once it has ended. */
  ended(path: string): Promise<Json>
  /** The events of a job up to its end. */
  events(path: string): Promise<readonly { readonly event: string; readonly data: Json }[]>
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Ran>
  /** Of the server's process. */
  readonly pid: number
}

export async function startServer(
  workspace: Workspace,
  args: readonly string[] = ['--model', 'embedded'],
  env?: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const { child, ended } = workspace.start(['serve', '--port', '0', '--json', ...args], env)
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', chunk => {
      if (String(chunk).includes('\n')) resolve(String(chunk))
    })
    void ended.then(({ stdout, stderr }) => reject(new Error(`serve ended: ${stdout}${stderr}`)))
  })
  const { url, token_file: tokenFile } = JSON.parse(line)
  const token = readFileSync(tokenFile, 'utf8').trim()
  const send = (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) =>
    fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  const request: RunningServer['request'] = async (...args) => {
    const response = await send(...args)
    return { status: response.status, headers: response.headers, body: await response.json() }
  }
  const events: RunningServer['events'] = async path => {
    const text = await (await send('GET', `${path}/events`)).text()
    return text
      .split('\n\n')
      .filter(block => block.startsWith('event: '))
      .map(block => {
        const [, event = '', data = ''] = /^event: (\w+)\ndata: (.*)$/s.exec(block) ?? []
        return { event, data: JSON.parse(data) }
      })
  }
  return {
    url,
    port: Number(new URL(url).port),
    tokenFile,
    token,
    request,
    events,
    async ended(path) {
      const all = await events(path)
      return all.at(-1)?.data
    },
    stop(signal = 'SIGTERM') {
      child.kill(signal)
      return ended
    },
    pid: child.pid ?? 0,
  }
}
