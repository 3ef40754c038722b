/** The true score of a signature: its expected score on examples no contestant sees, computed and not sampled. */
import type { Metric, MetricPorts } from '../../server/src/metrics/metric.ts'
import { createMetrics, scoreExample } from '../../server/src/metrics/metrics.ts'
import { taskMessages } from '../../server/src/model/prompt.ts'
import { parseSignature } from '../../server/src/signature/document.ts'
import type { Field, Signature } from '../../server/src/signature/signature.ts'
import { describeType } from '../../server/src/signature/types.ts'
import { createTaskModel, type TaskModel } from './taskModel.ts'
import { type ArenaExample, valuesOf, type World } from './world.ts'

export interface Truth {
  /** In 0..1. */
  score(signature: Signature): number
  /** Score with every rule stated once in its field, as shortly as a reflector puts it, and nothing else. */
  readonly attainable: number
  readonly baseline: number
}

export async function createTruth(world: World): Promise<Truth> {
  const bare = signatureOf(world.signature)
  const model = createTaskModel(world, 0, systemOf(bare))
  const table = await scoreTable(world.hidden, bare, metricsOf(bare))
  const score = (signature: Signature) => expected(signature, world.hidden, model, table)
  return { score, attainable: score(stateAll(world, bare)), baseline: score(bare) }
}

export function signatureOf(text: string): Signature {
  const { signature, problems } = parseSignature(text)
  if (signature === undefined) throw new Error(problems.map(problem => problem.message).join('; '))
  return signature
}

/** The system message of a task call. */
export function systemOf(signature: Signature): string {
  return messagesOf(signature, {})[0]?.content ?? ''
}

export function messagesOf(signature: Signature, values: Readonly<Record<string, unknown>>) {
  const shown = ({ name, type, desc, constraints }: Field) => ({ name, type: describeType(type), desc, constraints })
  return taskMessages({
    instructions: signature.instructions,
    inputs: signature.inputs.map(shown),
    outputs: signature.outputs.map(shown),
    values,
  })
}

export function metricsOf(signature: Signature): readonly Metric[] {
  const made = createMetrics(signature, noPorts)
  if (!made.ok) throw new Error(made.error.message)
  return made.value
}

/** Weighted score of a prediction, and the sentences of the metrics below 1. */
export async function scoreOf(
  metrics: readonly Metric[],
  values: Readonly<Record<string, unknown>>,
  prediction: Readonly<Record<string, unknown>>,
): Promise<{ readonly score: number; readonly feedback: readonly string[] }> {
  const scored = await scoreExample(metrics, values, prediction, never)
  if (!scored.ok) throw new Error(scored.error.message)
  const low = Object.entries(scored.value.scores).filter(([, { score }]) => score < 1)
  return { score: scored.value.score, feedback: low.map(([name, { feedback }]) => `${name}: ${feedback}`) }
}

/** Adds each rule's shortest wording to its field. */
export function stateAll(world: World, bare: Signature): Signature {
  const shortest = (texts: readonly string[]) => [...texts].sort((a, b) => a.length - b.length)[0] ?? ''
  return {
    ...bare,
    outputs: bare.outputs.map(field => ({
      ...field,
      constraints: world.rules.filter(rule => rule.field === field.name).map(rule => shortest(rule.say)),
    })),
  }
}

/** By key of the example and field: what each possible answer of that field adds to the score of the example. */
type Table = ReadonlyMap<string, Readonly<Record<string, readonly (readonly [value: string, score: number])[]>>>

async function scoreTable(
  examples: readonly ArenaExample[],
  bare: Signature,
  metrics: readonly Metric[],
): Promise<Table> {
  const weights = metrics.reduce((sum, { spec }) => sum + spec.weight, 0)
  const table = new Map<string, Record<string, readonly (readonly [string, number])[]>>()
  for (const example of examples) {
    const values = valuesOf(example)
    const row: Record<string, readonly (readonly [string, number])[]> = {}
    for (const { name } of bare.outputs) {
      const own = metrics.filter(metric => metric.spec.field === name)
      const share = own.reduce((sum, { spec }) => sum + spec.weight, 0) / weights
      const wanted = example.outputs[name]
      const answers = [wanted?.gold, wanted?.slip, ...(wanted?.needs.map(need => need.wrong) ?? [])]
      row[name] = await Promise.all(
        answers.map(async answer => {
          const { score } = await scoreOf(own, values, { [name]: answer })
          return [JSON.stringify(answer), share * score] as const
        }),
      )
    }
    table.set(example.key, row)
  }
  return table
}

function expected(signature: Signature, examples: readonly ArenaExample[], model: TaskModel, table: Table): number {
  const reading = model.read(systemOf(signature))
  let sum = 0
  for (const example of examples) {
    for (const [field, answers] of Object.entries(table.get(example.key) ?? {})) {
      for (const { value, probability } of model.chances(reading, example, field)) {
        const text = JSON.stringify(value)
        sum += probability * (answers.find(([answer]) => answer === text)?.[1] ?? 0)
      }
    }
  }
  return sum / examples.length
}

const never = new AbortController().signal
const refuse = () => {
  throw new Error('no world has a metric that runs code or asks a judge')
}
const noPorts: MetricPorts = {
  sandbox: { testRegex: refuse, runScript: refuse },
  judge: { model: { complete: refuse }, name: '' },
  resolvePath: refuse,
}
