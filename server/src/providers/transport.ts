/** HTTP to one endpoint: through the proxy of the environment, with no header, redirect or length that was not asked for. */
import { Agent, type Dispatcher, EnvHttpProxyAgent, fetch } from 'undici'
import { type Failure, failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { readEndpointError } from './endpointError.ts'
import { replyTooLong } from './openaiFailure.ts'

/** The proxy variables, by name; `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` in capitals or small letters. */
export type Environment = { readonly [name: string]: string | undefined }

export interface TransportOptions {
  readonly url: URL
  readonly apiKey: string | undefined
  readonly userAgent: string
  readonly environment: Environment
}

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** A fetch for the SDK that resolves when the whole body is there, so that the SDK's time-out covers the body too. */
export function createFetch(options: TransportOptions): Result<Fetch> {
  const dispatcher = createDispatcher(options.url, options.environment)
  if (!dispatcher.ok) return dispatcher
  return ok(async (input, init) => {
    const response = await fetch(String(input), {
      method: init?.method ?? 'GET',
      headers: headers(options),
      body: typeof init?.body === 'string' ? init.body : null,
      signal: init?.signal ?? null,
      redirect: 'error',
      dispatcher: dispatcher.value,
    })
    const text = await readBody(response.body)
    // The SDK understands one shape of error body; servers write several.
    const body = response.ok ? text : JSON.stringify({ error: readEndpointError(text) })
    const kept = replyHeaders.flatMap(name => {
      const value = response.headers.get(name)
      return value === null ? [] : [[name, value] as [string, string]]
    })
    return new Response(emptyStatus.has(response.status) ? null : body, { status: response.status, headers: kept })
  })
}

/** A longer reply is cut off and refused: several times what the longest models write. */
const maxReplyBytes = 2 * 1024 * 1024

const replyHeaders = ['content-type', 'retry-after', 'retry-after-ms', 'x-should-retry']
const emptyStatus = new Set([204, 205, 304])

/** Built anew: the SDK adds headers of the environment (OPENAI_CUSTOM_HEADERS) and of the machine. */
function headers({ apiKey, userAgent }: TransportOptions): Record<string, string> {
  return {
    Accept: 'application/json',
    'Content-Type': 'application/json',
    'User-Agent': userAgent,
    ...(apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` }),
  }
}

async function readBody(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > maxReplyBytes) throw replyTooLong
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

// The SDK's time-out rules: undici's own (5 minutes) would cut slow local models short.
const limits = { headersTimeout: 0, bodyTimeout: 0 }

function createDispatcher(url: URL, environment: Environment): Result<Dispatcher> {
  if (isLoopback(url)) return ok(new Agent(limits))
  const read = (name: string) => environment[name.toLowerCase()] ?? environment[name] ?? ''
  const [httpsProxy, httpProxy] = [read('HTTPS_PROXY'), read('HTTP_PROXY')].map(withScheme) as [string, string]
  for (const [name, proxy] of Object.entries({ HTTPS_PROXY: httpsProxy, HTTP_PROXY: httpProxy })) {
    if (proxy !== '' && !URL.canParse(proxy)) return fail(badProxy(name))
  }
  // Empty strings, so that undici does not look into the process's environment itself.
  const proxies = { httpsProxy, httpProxy, noProxy: read('NO_PROXY') }
  return ok(new EnvHttpProxyAgent({ ...limits, ...proxies, proxyTunnel: false }))
}

function withScheme(proxy: string): string {
  return proxy === '' || proxy.includes('://') ? proxy : `http://${proxy}`
}

function badProxy(name: string): Failure {
  return failure('usage', `The environment variable ${name} is not a URL; set it to one such as http://proxy:3128.`)
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname) || /^(?:.+\.)?localhost\.?$/.test(hostname)
}
