/** Which models endpoints offer, by the list that most servers of Chat Completions have. */
import { z } from 'zod'
import { failure } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'
import { fail, ok, type Result } from '../base/result.ts'
import type { Endpoint } from '../model/model.ts'
import { checkEndpoint } from './checkEndpoint.ts'
import { readEndpointError } from './endpointError.ts'
import { disconnected, type Place, refused } from './openaiFailure.ts'
import type { Environment } from './transport.ts'

export interface LocalServer {
  readonly name: string
  readonly baseUrl: string
}

/** Where these servers listen unless they are told otherwise. */
export const localServers: readonly LocalServer[] = [
  { name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  { name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1' },
  { name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1' },
  { name: 'vLLM', baseUrl: 'http://127.0.0.1:8000/v1' },
]

/** Milliseconds. */
const timeLimit = 5_000
/** Of servers on this machine, which answer at once or are not there. */
const localTimeLimit = 2_000
const mostModels = 2_000

/** Sorted names. Aborting the signal rejects with its reason. */
export async function listModels(
  endpoint: Pick<Endpoint, 'baseUrl' | 'apiKey'>,
  signal: AbortSignal,
  {
    limit = timeLimit,
    environment = process.env,
  }: { readonly limit?: number; readonly environment?: Environment } = {},
): Promise<Result<readonly string[]>> {
  const apiKey = endpoint.apiKey?.trim() || undefined
  const checked = checkEndpoint(endpoint.baseUrl, apiKey)
  if (!checked.ok) return checked
  const url = checked.value
  const { createFetch } = await import('./transport.ts')
  const fetch = createFetch({ url, apiKey, userAgent: 'signature-tuner', environment })
  if (!fetch.ok) return fetch
  const place: Place = { origin: url.origin, model: '', apiKey }
  const late = AbortSignal.timeout(limit)
  try {
    const address = `${endpoint.baseUrl.replace(/\/+$/, '')}/models`
    const response = await fetch.value(address, { signal: AbortSignal.any([signal, late]) })
    return readList(place, response.status, await response.text())
  } catch (error) {
    signal.throwIfAborted()
    return fail(disconnected(place, error, late.aborted ? limit : undefined))
  }
}

/** Those of the servers that answer, and that offer any model. No key is sent. */
export async function findLocalModels(
  signal: AbortSignal,
  servers: readonly LocalServer[] = localServers,
): Promise<readonly (LocalServer & { readonly models: readonly string[] })[]> {
  const asked = servers.map(async server => {
    const models = await listModels({ baseUrl: server.baseUrl, apiKey: undefined }, signal, { limit: localTimeLimit })
    return { ...server, models: models.ok ? models.value : [] }
  })
  return (await Promise.all(asked)).filter(({ models }) => models.length > 0)
}

function readList(place: Place, status: number, body: string): Result<readonly string[]> {
  const { origin } = place
  if (status === 404 || status === 405 || status === 501) {
    return fail(failure('model_unknown', `${origin} does not tell which models it has; type the name of one.`))
  }
  if (status < 200 || status > 299) {
    const error = readEndpointError(body)
    return fail(refused(place, { status, error, retryAfter: undefined, shouldRetry: null }))
  }
  const read = listSchema.safeParse(parseJson(body))
  if (!read.success) {
    return fail(
      failure('reply_invalid', `${origin} sent no list of models; check the base URL, which often ends in /v1.`),
    )
  }
  const names = new Set(read.data.flatMap(name => (name === undefined ? [] : [name])))
  return ok([...names].sort((one, other) => one.localeCompare(other, 'en')).slice(0, mostModels))
}

const modelSchema = z
  .object({ id: z.string().regex(/^[^\p{Cc}\p{Cf}]{1,200}$/u) })
  .transform(({ id }): string | undefined => id)
  .catch(undefined)

const listSchema = z.union([
  z.object({ data: z.array(modelSchema) }).transform(({ data }) => data),
  z.array(modelSchema),
])
