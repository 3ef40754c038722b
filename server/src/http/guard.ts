/** The guard: decides by a request's head alone whether it may be looked at. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { type Failure, failure } from '../base/errors.ts'

export interface RequestHead {
  readonly method: string
  /** The request target as sent. */
  readonly target: string
  /** Names and values in turn, as sent: joined headers hide that one was sent twice. */
  readonly rawHeaders: readonly string[]
}

export interface Gatekeeper {
  readonly port: number
  readonly token: string
}

/**
 * Why a request is refused, on every method: a page in a browser can reach this port under a name of its own (DNS
 * rebinding) or send it forms, so the host must be ours, there must be no origin, and the token must be right.
 */
export function refuseRequest({ port, token }: Gatekeeper, head: RequestHead): Failure | undefined {
  const values = (name: string) => headerValues(head.rawHeaders, name)
  const [host, ...otherHosts] = values('host')
  if (host === undefined || otherHosts.length > 0 || !allowedHosts(port).includes(host.toLowerCase())) {
    return failure('host_refused', `The Host header must be 127.0.0.1:${port} or localhost:${port}, once.`)
  }
  // The absolute form names a host of its own, and so does a path of two slashes for many readers.
  if (!/^\/(?!\/)[\x21-\x7e]*$/.test(head.target)) {
    return failure('usage', 'The request target must be a path, such as /api/v1/health.')
  }
  if (values('origin').length > 0) {
    return failure('origin_refused', 'Requests of web pages are refused: this server has no web page of its own.')
  }
  const [authorization, ...others] = values('authorization')
  if (others.length > 0 || !isAuthorized(authorization, token)) {
    const way = "send 'Authorization: Bearer …' with the token of the file that the server named at its start"
    return failure('unauthorized', `The token is missing or wrong; ${way}.`)
  }
  return refuseBody(head.method, values)
}

/** A body is JSON or absent; a form is what a web page can send without asking. */
function refuseBody(method: string, values: (name: string) => readonly string[]): Failure | undefined {
  const [type, ...otherTypes] = values('content-type')
  const [length] = values('content-length')
  const hasBody = values('transfer-encoding').length > 0 || (length !== undefined && length !== '0')
  if (type === undefined && !hasBody) return undefined
  if (type === undefined || otherTypes.length > 0 || !jsonType.test(type)) {
    return failure('media_type', `The body of a ${method} must be 'Content-Type: application/json'.`)
  }
  return undefined
}

const jsonType = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i

function allowedHosts(port: number): readonly string[] {
  const names = ['127.0.0.1', 'localhost']
  return [...names.map(name => `${name}:${port}`), ...(port === 80 ? names : [])]
}

/** Hashed first, so that neither content nor length shows in the time it takes. */
function isAuthorized(authorization: string | undefined, token: string): boolean {
  const given = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? ''
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(token))
}

function headerValues(rawHeaders: readonly string[], name: string): readonly string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name)
}
