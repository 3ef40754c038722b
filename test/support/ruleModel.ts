/**
 * A scripted model with hidden rules: a task call is answered right when the prompt states every rule its example
 * needs, and a TuneSignature call adds a rule that the failures it was shown point to.
 */
import { failure } from '../../server/src/base/errors.ts'
import { hashUnit } from '../../server/src/base/hash.ts'
import { canonicalJson, type Json } from '../../server/src/base/json.ts'
import { createRandom } from '../../server/src/base/random.ts'
import { fail, ok, type Result } from '../../server/src/base/result.ts'
import type { Call } from '../../server/src/evaluation/evaluate.ts'
import type { Example } from '../../server/src/examples/example.ts'
import type { ModelReply, ModelRequest } from '../../server/src/model/model.ts'
import { parseSignature } from '../../server/src/signature/document.ts'
import { renderSignature } from '../../server/src/signature/render.ts'
import type { Signature } from '../../server/src/signature/signature.ts'
import { exampleOf, plainSignature, textField } from './tuning.ts'

export interface RuleWorld {
  readonly signature: Signature
  readonly examples: readonly Example[]
}

/** Examples that need one or two of the rules `r0` … each; the gold answer is right once all are stated. */
export function ruleWorld(count: number, rules: number, seed = 'world'): RuleWorld {
  const random = createRandom(seed)
  const examples = Array.from({ length: count }, (_, i) => {
    const needed = [...new Set([random.int(rules), ...(random.next() < 0.4 ? [random.int(rules)] : [])])]
    const word = 'x'.repeat(1 + random.int(9))
    return exampleOf(`e${i}`, {
      context: `case ${i}: ${needed.map(rule => `r${rule}`).join(' ')}`,
      answer: `${word}${i}`,
    })
  })
  const signature = plainSignature({ outputs: [textField('answer', [], 'The answer')] })
  return { signature, examples }
}

export interface RuleModelOptions {
  /** Chance that an answer is right, whatever the prompt says; drawn anew for every wording and example. */
  readonly luck?: number
  /** Chance that a task call fails for good. */
  readonly failing?: number
  readonly seed?: number
  readonly reflect?: (request: ModelRequest, current: Signature) => Reflection
  /** US dollars for each call. */
  readonly cost?: number
}

export interface Reflection {
  readonly improved_signature: unknown
  readonly improvement_reasoning: string
}

export interface RuleModel {
  readonly call: Call
  /** Every request that was sent. */
  readonly requests: readonly ModelRequest[]
  readonly tasks: () => readonly ModelRequest[]
  readonly reflections: () => readonly ModelRequest[]
}

export function createRuleModel(world: RuleWorld, options: RuleModelOptions = {}): RuleModel {
  const requests: ModelRequest[] = []
  const golds = new Map(world.examples.map(({ values }) => [String(values.context), String(values.answer)]))
  const call: Call = async (request, signal) => {
    signal.throwIfAborted()
    requests.push(request)
    if (request.purpose === 'reflection') {
      return reply({ ...(options.reflect ?? addMissingRule)(request, currentSignature(request)) }, options.cost)
    }
    const [system = '', user = ''] = request.messages.map(message => message.content)
    const context = /<context>\n(.*)\n<\/context>/.exec(user)?.[1] ?? ''
    const draw = (name: string) => hashUnit(`${options.seed ?? 0} ${name} ${system} ${user}`)
    if (draw('failing') < (options.failing ?? 0)) return fail(failure('timed_out', 'No reply within 60 s.'))
    const gold = golds.get(context) ?? ''
    if (options.luck !== undefined)
      return reply({ answer: draw('luck') < options.luck ? gold : `${gold}!` }, options.cost)
    const missing = [...context.matchAll(/\br\d+\b/g)]
      .map(([rule]) => rule)
      .find(rule => !system.includes(`Apply ${rule}.`))
    return reply({ answer: missing === undefined ? gold : `${gold}!${missing}` }, options.cost)
  }
  const of = (purpose: ModelRequest['purpose']) => requests.filter(request => request.purpose === purpose)
  return { call, requests, tasks: () => of('task'), reflections: () => of('reflection') }
}

/** Adds the rule that most failures shown ask for. */
export function addMissingRule(request: ModelRequest, current: Signature): Reflection {
  const counts = new Map<string, number>()
  for (const [, rule = ''] of textOf(request).matchAll(/got answer: "[^"!]*!(r\d+)"/g)) {
    counts.set(rule, (counts.get(rule) ?? 0) + 1)
  }
  const [rule] = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0] ?? []
  return rule === undefined ? reworded(current, 'Answer.') : constrained(current, `Apply ${rule}.`)
}

/** A new wording that means the same. */
export function paraphrase(request: ModelRequest, current: Signature): Reflection {
  return reworded(current, `Answer the question, please (${request.repeat}).`)
}

export function reworded(current: Signature, instructions: string): Reflection {
  return reflection({ ...current, instructions })
}

export function constrained(current: Signature, ...texts: readonly string[]): Reflection {
  const outputs = current.outputs.map(field => ({ ...field, constraints: [...field.constraints, ...texts] }))
  return reflection({ ...current, outputs })
}

export function reflection(improved: Signature): Reflection {
  return {
    improved_signature: renderSignature(improved, { examples: false }),
    improvement_reasoning: 'The failures shown lack this.',
  }
}

export function textOf(request: ModelRequest): string {
  return request.messages.map(message => message.content).join('\n')
}

function currentSignature(request: ModelRequest): Signature {
  const yaml = /<current_signature>\n([\s\S]*?)\n<\/current_signature>/.exec(textOf(request))?.[1] ?? ''
  const { signature } = parseSignature(yaml)
  if (signature === undefined) throw new Error(`the request holds no signature: ${yaml}`)
  return signature
}

function reply(value: ModelReply['value'], cost: number | undefined): Result<ModelReply> {
  return ok({ value, usage: { inputTokens: 100, outputTokens: 10, cost }, latency: 1 })
}

/** The same answers, each held back until a turn of its own, in an order drawn from `seed`. */
export function inRandomOrder(call: Call, seed: string): Call {
  const random = createRandom(seed)
  const waiting: (() => void)[] = []
  let scheduled = false
  const release = () => {
    scheduled = false
    const [next] = waiting.splice(random.int(waiting.length), 1)
    next?.()
    schedule()
  }
  const schedule = () => {
    if (scheduled || waiting.length === 0) return
    scheduled = true
    setImmediate(release)
  }
  return async (request, signal) => {
    await new Promise<void>(resolve => {
      waiting.push(resolve)
      schedule()
    })
    return call(request, signal)
  }
}

/** A ledger: what was answered once is answered again without asking; decisions are kept. */
export function createMemoryLedger() {
  const answers = new Map<string, Result<ModelReply>>()
  const decisions = new Map<string, Json>()
  return {
    answers,
    wrap(call: Call): Call {
      return async (request, signal) => {
        const key = canonicalJson(request)
        const known = answers.get(key)
        if (known !== undefined) return known
        const answer = await call(request, signal)
        answers.set(key, answer)
        return answer
      }
    },
    record(key: string, decide: () => Json): Json {
      const known = decisions.get(key)
      if (known !== undefined) return known
      const decision = decide()
      decisions.set(key, decision)
      return decision
    },
  }
}
