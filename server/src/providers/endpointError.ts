/** What an endpoint says when it refuses: read from the several shapes that servers use, and made safe to show. */
import { isRecord, parseJson } from '../base/json.ts'
import { createRedactor } from '../base/redact.ts'

export interface EndpointError {
  /** As the server wrote it; show it only through `said`. */
  readonly message: string
  readonly code: string
  readonly param: string
}

/** From `{error: {message}}`, `{error: "…"}`, `{message}`, `{detail}` or plain text. */
export function readEndpointError(body: string): EndpointError {
  const json = parseJson(body)
  const whole = isRecord(json) ? json : {}
  const error = isRecord(whole.error) ? whole.error : whole
  const message = [error.message, whole.error, whole.detail, json].find(text => typeof text === 'string')
  const detail = whole.detail === undefined ? '' : JSON.stringify(whole.detail)
  return {
    message: typeof message === 'string' ? message : json === undefined && !/^\s*</.test(body) ? body : detail,
    code: [error.code, error.type].filter(text => typeof text === 'string').join(' '),
    param: typeof error.param === 'string' ? error.param : '',
  }
}

/** Its words after a colon, at most 200 characters of one line and without the key; empty if it said nothing. */
export function said({ message }: EndpointError, apiKey: string | undefined): string {
  const line = createRedactor(apiKey)
    .message(message)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
  if (line === '') return ''
  return `: "${line.length > 200 ? `${line.slice(0, 199)}…` : line}"`
}
