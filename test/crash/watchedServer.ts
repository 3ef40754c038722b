/** A model server that answers as the offline demo does, knows what is in flight, and can hold its answers back. */
import { setTimeout as delay } from 'node:timers/promises'
import { embeddedAnswer } from '../support/embeddedAnswer.ts'
import { type ModelServer, type ModelServerOptions, startModelServer } from '../support/modelServer.ts'

export interface WatchedServer extends ModelServer {
  /** Requests that were neither answered nor given up by their client. */
  readonly inFlight: number
  readonly mostInFlight: number
  /** Resolves when `isSo` holds, looked at with every request that comes or goes. */
  until(isSo: () => boolean): Promise<void>
  /** From now on requests wait until they are let go. */
  hold(): void
  letGo(): void
}

export interface WatchedServerOptions {
  /** Milliseconds before each answer; default 2. */
  readonly latency?: number
  /** Answers in its own way; returns false to leave the request to the demo. */
  readonly respond?: ModelServerOptions['respond']
}

export async function startWatchedServer({ latency = 2, respond }: WatchedServerOptions = {}): Promise<WatchedServer> {
  let inFlight = 0
  let mostInFlight = 0
  let open = Promise.withResolvers<void>()
  open.resolve()
  const waiting = new Set<() => void>()
  const look = () => {
    for (const check of waiting) check()
  }
  const server = await startModelServer({
    async answer(request) {
      await open.promise
      await delay(latency)
      // As a model does that draws nothing: what was in flight at a death is asked again, and means the same.
      return embeddedAnswer({ ...request, repeat: 0 })
    },
    respond(recorded, response) {
      mostInFlight = Math.max(mostInFlight, ++inFlight)
      response.once('close', () => {
        inFlight--
        look()
      })
      const done = respond?.(recorded, response) ?? false
      look()
      return done
    },
  })
  const letGo = () => open.resolve()
  const close = async () => {
    letGo()
    await server.close()
  }
  return {
    url: server.url,
    requests: server.requests,
    get count() {
      return server.count
    },
    get inFlight() {
      return inFlight
    },
    get mostInFlight() {
      return mostInFlight
    },
    until: isSo =>
      new Promise(resolve => {
        const check = () => {
          if (!isSo()) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
    hold() {
      open = Promise.withResolvers()
    },
    letGo,
    close,
    [Symbol.asyncDispose]: close,
  }
}
