/** How the command line is configured: flags first, then the environment. */

import type { ModelSettings } from '../app/ports.ts'
import { failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'

const defaultBaseUrl = 'https://api.openai.com/v1'

export interface HostFlags {
  /** Of `serve`: elsewhere the model is an input of the operation. */
  readonly model?: string
  readonly reflectionModel?: string
  readonly baseUrl?: string
  readonly concurrency?: string
  readonly timeout?: string
  readonly temperature?: string
}

/** The environment of this process, from which the key is taken away: diagnostic reports and children would have it. */
export function takeEnvironment(): Readonly<Record<string, string | undefined>> {
  const taken = { ...process.env }
  delete process.env.OPENAI_API_KEY
  return taken
}

/** The key is bound to the origin it is used with: both come from the same environment or typed flag. */
export function readModelSettings(
  flags: HostFlags,
  env: Readonly<Record<string, string | undefined>>,
): Result<ModelSettings> {
  const baseUrl = (flags.baseUrl ?? (env.OPENAI_BASE_URL || undefined) ?? defaultBaseUrl).replace(/\/+$/, '')
  const source = flags.baseUrl === undefined ? 'OPENAI_BASE_URL' : '--base-url'
  if (!/^https?:\/\/[^\s]+$/i.test(baseUrl) || !URL.canParse(baseUrl)) {
    return fail(failure('usage', `${source} is no URL: '${baseUrl}'. Give one such as http://localhost:11434/v1`))
  }
  const { username, password } = new URL(baseUrl)
  if (username !== '' || password !== '') {
    return fail(failure('usage', `${source} holds a user name or password: leave it out and set OPENAI_API_KEY.`))
  }
  const concurrency = readNumber('--concurrency', flags.concurrency, 8, 1, 256)
  if (!concurrency.ok) return concurrency
  const timeout = readNumber('--timeout', flags.timeout, 60, 1, 3600)
  if (!timeout.ok) return timeout
  const temperature = readNumber('--temperature', flags.temperature, undefined, 0, 2)
  if (!temperature.ok) return temperature
  return ok({
    model: flags.model || env.SIGNATURE_TUNER_MODEL || undefined,
    reflectionModel: flags.reflectionModel || env.SIGNATURE_TUNER_REFLECTION_MODEL || undefined,
    baseUrl,
    typedBaseUrl: flags.baseUrl,
    // Files from Windows leave a carriage return behind.
    apiKey: env.OPENAI_API_KEY?.trim() || undefined,
    concurrency: Math.round(concurrency.value),
    timeout: timeout.value * 1000,
    parameters: { ...(temperature.value !== undefined && { temperature: temperature.value }) },
  })
}

export function readNumber<Default extends number | undefined>(
  flag: string,
  given: string | undefined,
  fallback: Default,
  least: number,
  most: number,
): Result<number | Default> {
  if (given === undefined) return ok(fallback)
  const value = Number(given)
  if (given.trim() !== '' && value >= least && value <= most) return ok(value)
  return fail(failure('usage', `${flag} cannot be '${given}': give a number from ${least} to ${most}.`))
}
