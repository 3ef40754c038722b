/** A loopback OpenAI-compatible server that is task model and reflector at once, told apart by the request alone. */
import { createServer } from 'node:http'
import { hashUnit, sha256 } from '../../server/src/base/hash.ts'
import { constants, type ReflectorName } from './constants.ts'
import { exampleKeys, keyPattern } from './evidence.ts'
import { createReflector } from './reflector.ts'
import { reflectionReply } from './replies.ts'
import { createTaskModel } from './taskModel.ts'
import { signatureOf, systemOf } from './truth.ts'
import type { World } from './world.ts'

export interface ChatMessage {
  readonly role: string
  readonly content: string
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[]
}

export interface ChatReply {
  /** 200, or the status of an error. */
  readonly status: number
  readonly text: string
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number }
}

export interface Counts {
  /** Requests that were answered or refused, in all. */
  all: number
  task: number
  reflection: number
  /** Task calls whose messages had been answered before. */
  repeated: number
  /** Requests that no model would understand, and those made to fail. */
  faulty: number
}

export interface ArenaOptions {
  readonly noise: number
  readonly reflector: ReflectorName | 'paraphrase-only'
  /** Share of requests that fail with 429 or 500. */
  readonly failing?: number
}

export interface Arena {
  readonly counts: Readonly<Counts>
  reply(request: ChatRequest): ChatReply
  /** Serves on a free port of this machine; every answer takes `latency` milliseconds. */
  listen(latency: number): Promise<Listening>
}

export interface Listening {
  readonly url: string
  /** Milliseconds from the first request to the last reply. */
  busy(): number
  close(): Promise<void>
}

export function createArena(world: World, { noise, reflector, failing = 0 }: ArenaOptions): Arena {
  const model = createTaskModel(world, noise, systemOf(signatureOf(world.signature)))
  const think = createReflector(world, reflector === 'paraphrase-only' ? reflector : constants.reflectors[reflector])
  const byKey = exampleKeys(world)
  const answered = new Map<string, number>()
  const sent = new Map<string, number>()
  const counts: Counts = { all: 0, task: 0, reflection: 0, repeated: 0, faulty: 0 }

  const next = (counter: Map<string, number>, digest: string) => {
    const nth = counter.get(digest) ?? 0
    counter.set(digest, nth + 1)
    return nth
  }

  const reply = (request: ChatRequest): ChatReply => {
    counts.all++
    const digest = sha256(JSON.stringify(request.messages.map(({ content }) => content)))
    if (failing > 0 && hashUnit(`fail ${world.seed} ${digest} ${next(sent, digest)}`) < failing) {
      counts.faulty++
      return chatReply(request, '', hashUnit(digest) < 0.5 ? 429 : 500)
    }
    const system = request.messages.find(({ role }) => role === 'system')?.content ?? ''
    const user = request.messages.findLast(({ role }) => role === 'user')?.content ?? ''
    if (system.includes('\nReply with one JSON object whose keys are exactly: ')) {
      const [key] = user.match(keyPattern) ?? []
      const example = key === undefined ? undefined : byKey.get(key)
      if (example !== undefined) {
        const nth = next(answered, digest)
        counts.task++
        if (nth > 0) counts.repeated++
        return chatReply(request, JSON.stringify(model.answer(system, example, nth)), 200)
      }
    }
    const seed = `${world.name} ${world.seed} ${digest}`
    const text = reflectionReply(request.messages, world, asked =>
      think({ ...asked, seed: `${seed} ${next(answered, digest)}` }),
    )
    if (text === undefined) counts.faulty++
    else counts.reflection++
    return text === undefined ? chatReply(request, '', 400) : chatReply(request, text, 200)
  }

  return {
    counts,
    reply,
    async listen(latency) {
      let [first, last] = [Number.POSITIVE_INFINITY, 0]
      const server = createServer((incoming, response) => {
        const parts: Buffer[] = []
        const arrived = performance.now()
        first = Math.min(first, arrived)
        incoming.on('data', (part: Buffer) => parts.push(part))
        incoming.on('end', () => {
          const answer = incoming.url?.endsWith('/chat/completions')
            ? reply(JSON.parse(Buffer.concat(parts).toString('utf8')))
            : chatReply({ messages: [] }, '', 404)
          setTimeout(
            () => {
              response.writeHead(answer.status, { 'content-type': 'application/json' })
              response.end(JSON.stringify(wireBody(answer)))
              last = performance.now()
            },
            Math.ceil(latency - (performance.now() - arrived)),
          )
        })
      })
      await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready))
      const address = server.address()
      const port = typeof address === 'object' ? address?.port : undefined
      return {
        url: `http://127.0.0.1:${port}/v1`,
        busy: () => last - first,
        close: () =>
          new Promise(done => {
            server.close(() => done())
            server.closeAllConnections()
          }),
      }
    },
  }
}

/** The body of a chat completion, or of an error. */
export function wireBody({ status, text, usage }: ChatReply): object {
  if (status !== 200) return { error: { message: `The simulated endpoint answers ${status}.`, type: 'simulated' } }
  return {
    id: 'simulated',
    object: 'chat.completion',
    created: 0,
    model: 'simulated',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage,
  }
}

function chatReply({ messages }: ChatRequest, text: string, status: number): ChatReply {
  const [prompt, completion] = [messages.reduce((sum, { content }) => sum + content.length, 0), text.length]
  const [prompt_tokens, completion_tokens] = [Math.ceil(prompt / 4), Math.ceil(completion / 4)]
  return { status, text, usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens } }
}
