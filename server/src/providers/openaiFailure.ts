/** From a refusal, a broken connection or a useless reply to a failure that says the way out. */
import { type ErrorCode, failure } from '../base/errors.ts'
import { createRedactor } from '../base/redact.ts'
import type { ModelFailure, Usage } from '../model/model.ts'
import { type EndpointError, said } from './endpointError.ts'

/** What every message needs to know. */
export interface Place {
  /** The endpoint's origin, all of the base URL that is ever shown. */
  readonly origin: string
  readonly model: string
  readonly apiKey: string | undefined
}

export interface Refusal {
  readonly status: number
  readonly error: EndpointError
  /** `Retry-After` in milliseconds. */
  readonly retryAfter: number | undefined
  /** The header `x-should-retry`. */
  readonly shouldRetry: string | null
}

/** The endpoint answered with a status above 299. */
export function refused(place: Place, { status, error, retryAfter, shouldRetry }: Refusal): ModelFailure {
  const { origin, model, apiKey } = place
  const words = `(status ${status}${said(error, apiKey)})`
  const build = (code: ErrorCode, message: string, retryable: boolean) =>
    modelFailure(place, code, message, {
      retryable: shouldRetry === 'true' || (retryable && shouldRetry !== 'false'),
      answered: true,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    })
  if (/content_?(filter|policy)|responsible_?ai/i.test(error.code)) {
    return build('reply_refused', `${origin} refused the request ${words}; change what the examples ask.`, false)
  }
  switch (status) {
    case 401:
    case 403:
      return apiKey === undefined
        ? build(
            'key_rejected',
            `${origin} wants an API key ${words}; set OPENAI_API_KEY to the one that belongs to it.`,
            false,
          )
        : build(
            'key_rejected',
            `${origin} rejected the API key ${words}; set OPENAI_API_KEY to the one that belongs to it.`,
            false,
          )
    case 404: {
      const reason = `has no model "${model}" or no Chat Completions below this base URL`
      return build('model_unknown', `${origin} ${reason} ${words}; check --model and --base-url.`, false)
    }
    case 407:
      return modelFailure(place, 'endpoint_unreachable', proxyMessage(place, words), unanswered(false))
    case 429:
      return spent.test(`${error.code} ${error.message}`)
        ? build('rate_limited', `The account at ${origin} has no credit left ${words}; top it up.`, false)
        : build('rate_limited', `${origin} limits the rate of requests ${words}; try later or lower concurrency.`, true)
    case 408:
    case 409:
      return build('endpoint_failed', `${origin} could not answer ${words}; try again later.`, true)
    default:
      return status >= 500
        ? build('endpoint_failed', `${origin} failed ${words}; try again later.`, true)
        : build('request_rejected', `${origin} rejected the request ${words}; check model and parameters.`, false)
  }
}

const spent = /insufficient_quota|billing_hard_limit|exceeded your current quota/i

/** Thrown by the transport for a reply past its cap. */
export const replyTooLong = new Error('reply too long')

/** No whole answer came: `error` is what the transport threw, `late` that the time-out of so many milliseconds is over. */
export function disconnected(place: Place, error: unknown, late: number | undefined): ModelFailure {
  const { origin } = place
  const causes = causesOf(error)
  const code = causes.map(cause => cause.code).find(code => code !== '') ?? ''
  const texts = causes.map(cause => cause.message).join(' ')
  // A code is the system's own time-out while connecting, which is no slow answer.
  if (late !== undefined && code === '') {
    const message = `${origin} did not answer within ${late / 1000} s; try again later or raise the time-out.`
    return modelFailure(place, 'timed_out', message, unanswered(true))
  }
  if (causes.some(cause => cause.message === replyTooLong.message)) {
    return unusable(place, 'reply_invalid', 'sent a reply without end; limit its tokens.', { retryable: true })
  }
  if (/unexpected redirect/.test(texts)) {
    const message = `${origin} redirects to another address; set the base URL to where the API really is.`
    return modelFailure(place, 'request_rejected', message, { retryable: false, answered: true })
  }
  const proxy = /Proxy response \(\d+\)|Proxy Authentication Required/.exec(texts)?.[0]
  if (proxy !== undefined) {
    const words = `(${proxy.startsWith('Proxy response') ? `status ${/\d+/.exec(proxy)?.[0]}` : 'status 407'})`
    return modelFailure(place, 'endpoint_unreachable', proxyMessage(place, words), unanswered(true))
  }
  if (/WRONG_VERSION_NUMBER|^EPROTO$|^ERR_SSL/.test(code)) {
    const message = `${origin} does not speak TLS (${code}); check whether the base URL begins with http or https.`
    return modelFailure(place, 'endpoint_unreachable', message, unanswered(true))
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO|ISSUER|ERR_TLS/.test(code)) {
    const message = `The certificate of ${origin} is not trusted (${code}); set NODE_EXTRA_CA_CERTS to a file with that of its authority.`
    return modelFailure(place, 'endpoint_unreachable', message, unanswered(true))
  }
  if (/^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET|ECONNABORTED|UND_ERR_RES_|HPE_|UND_ERR_INFO|Z_)/.test(code)) {
    const message = `${origin} broke off the connection (${code}); try again later.`
    return modelFailure(place, 'endpoint_failed', message, unanswered(true))
  }
  // The fetch standard blocks some ports, such as 6000.
  const reason = code !== '' ? ` (${code})` : texts.includes('bad port') ? ' (bad port)' : ''
  const message = `Cannot reach ${origin}${reason}; check the base URL, the network, and HTTPS_PROXY if you need one.`
  return modelFailure(place, 'endpoint_unreachable', message, unanswered(true))
}

function proxyMessage({ origin }: Place, words: string): string {
  return `The proxy refused the way to ${origin} ${words}; check HTTPS_PROXY, with user and password if it wants them, or add the host to NO_PROXY.`
}

/** It answered, but what it sent is of no use. `problem` begins after the origin. */
export function unusable(
  place: Place,
  code: 'reply_invalid' | 'reply_refused' | 'endpoint_failed',
  problem: string,
  details: { readonly retryable: boolean; readonly usage?: Usage },
): ModelFailure {
  return modelFailure(place, code, `${place.origin} ${problem}`, { ...details, answered: true })
}

function unanswered(retryable: boolean) {
  return { retryable, answered: false }
}

function modelFailure(
  { apiKey }: Place,
  code: ErrorCode,
  message: string,
  details: Omit<ModelFailure, 'code' | 'message'>,
): ModelFailure {
  // A second time, whatever the message was made of: the key must not be shown.
  return { ...failure(code, createRedactor(apiKey).message(message)), ...details }
}

/** The error and what caused it, down to the system's; the first of several attempts stands for all. */
function causesOf(error: unknown): readonly { readonly code: string; readonly message: string }[] {
  const causes = []
  let current = error
  for (let depth = 0; depth < 8 && current instanceof Error; depth++) {
    const code = 'code' in current && typeof current.code === 'string' ? current.code : ''
    causes.push({ code, message: current.message })
    current = current instanceof AggregateError ? current.errors[0] : current.cause
  }
  return causes
}
