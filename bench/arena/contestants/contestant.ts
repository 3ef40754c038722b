/** What a contestant is, and the session it runs in: examples, counted calls, and a place to report its best. */
import { createRandom, type Random } from '../../../server/src/base/random.ts'
import { tuneMessages } from '../../../server/src/model/prompt.ts'
import { compareSignatures } from '../../../server/src/signature/compare.ts'
import { parseSignature } from '../../../server/src/signature/document.ts'
import { renderSignature } from '../../../server/src/signature/render.ts'
import type { Signature } from '../../../server/src/signature/signature.ts'
import type { Arena, ChatMessage } from '../server.ts'
import { messagesOf, metricsOf, scoreOf, signatureOf } from '../truth.ts'
import { type ArenaExample, valuesOf, type World } from '../world.ts'

export interface Contestant {
  /** Whether its best so far is known at every call, so that one run serves all budgets. */
  readonly anytime: boolean
  /** Ends by itself, or by `BudgetOver`. */
  run(session: Session): Promise<void>
}

export interface Outcome {
  readonly example: ArenaExample
  readonly prediction: Readonly<Record<string, unknown>>
  readonly score: number
  readonly feedback: readonly string[]
}

/** One line of a contestant's way: what it would ship after so many calls, and what it says that is worth. */
export interface Report {
  readonly calls: number
  readonly signature: Signature
  readonly claimed: number
  /** What a person could accept besides, though the contestant does not vouch for it. */
  readonly unproven: Signature | undefined
}

export interface Session {
  readonly world: World
  readonly start: Signature
  readonly budget: number
  readonly random: Random
  readonly arena: Arena
  readonly reports: readonly Report[]
  /** One counted call; throws `BudgetOver` when there is none left. */
  ask(messages: readonly ChatMessage[]): string
  evaluate(signature: Signature, examples: readonly ArenaExample[]): Promise<readonly Outcome[]>
  /** A proposal that differs in wording alone; `undefined` when the reply holds none. */
  reflect(signature: Signature, failures: readonly Outcome[]): Signature | undefined
  report(signature: Signature, claimed: number, unproven?: Signature): void
}

export class BudgetOver extends Error {}

export function createSession(world: World, arena: Arena, budget: number): Session {
  const start = signatureOf(world.signature)
  const metrics = metricsOf(start)
  const reports: Report[] = []
  const ask = (messages: readonly ChatMessage[]): string => {
    if (arena.counts.all >= budget) throw new BudgetOver(`${budget} calls`)
    return arena.reply({ messages }).text
  }
  return {
    world,
    start,
    budget,
    random: createRandom(`contestant ${world.name} ${world.seed}`),
    arena,
    reports,
    ask,
    async evaluate(signature, examples) {
      const outcomes: Outcome[] = []
      for (const example of examples) {
        const prediction = record(ask(messagesOf(signature, example.inputs)))
        outcomes.push({ example, prediction, ...(await scoreOf(metrics, valuesOf(example), prediction)) })
      }
      return outcomes
    },
    reflect(signature, failures) {
      const analysis = failures.map(({ example, prediction, feedback }) => {
        const expected = Object.fromEntries(Object.entries(example.outputs).map(([name, { gold }]) => [name, gold]))
        return JSON.stringify({ inputs: example.inputs, expected, got: prediction, feedback })
      })
      const reply = record(ask(tuneMessages(renderSignature(signature, { examples: false }), analysis.join('\n'))))
      const { improved_signature: yaml } = reply
      const proposed = typeof yaml === 'string' ? parseSignature(yaml).signature : undefined
      if (proposed === undefined) return undefined
      const { frozen, changes } = compareSignatures(signature, proposed)
      return frozen.length > 0 || changes.length === 0 ? undefined : proposed
    },
    report(signature, claimed, unproven) {
      reports.push({ calls: arena.counts.all, signature, claimed, unproven })
    },
  }
}

/** What a contestant would ship at a budget; the untouched signature before its first report. */
export function bestAt(session: Session, budget: number): Report {
  const last = session.reports.findLast(report => report.calls <= budget)
  return last ?? { calls: 0, signature: session.start, claimed: Number.NaN, unproven: undefined }
}

export function meanScore(outcomes: readonly Outcome[]): number {
  return outcomes.reduce((sum, { score }) => sum + score, 0) / outcomes.length
}

function record(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}
