/** AxGEPA of @ax-llm/ax, over its own OpenAI client, with a component for the instructions or for every output, too. */
import type { Signature } from '../../../server/src/signature/signature.ts'
import { wireBody } from '../server.ts'
import { messagesOf, metricsOf, scoreOf } from '../truth.ts'
import { type ArenaExample, valuesOf } from '../world.ts'
import { BudgetOver, type Contestant, type Session } from './contestant.ts'

export interface AxSettings {
  readonly components: 'instructions' | 'fields'
  readonly minibatchSize: number
  /** Examples of the 100 that candidates are compared on; the others are reflected on. */
  readonly validation: number
}

export function ax(settings: AxSettings): Contestant {
  return {
    anytime: true,
    async run(session) {
      const { AxGEPA, ai }: AxModule = await import(name)
      // A client whose budget is over waits for ever: this promise ends the run instead.
      let stop: (reason: unknown) => void = () => {}
      const stopped = new Promise<never>((_, reject) => {
        stop = reject
      })
      const service = ai({
        name: 'openai',
        apiKey: 'none',
        apiURL: 'http://127.0.0.1:9/v1',
        config: { model: 'simulated', stream: false },
        options: { fetch: createFetch(session, stop) },
      })
      const examples = session.random.shuffle(session.world.shown)
      const [validation, train] = [examples.slice(0, settings.validation), examples.slice(settings.validation)]
      const program = createProgram(session, settings, validation)
      const optimizer = new AxGEPA({
        studentAI: service,
        teacherAI: service,
        // The budget ends the run, nothing else.
        numTrials: 10_000,
        earlyStoppingTrials: 10_000,
        minibatchSize: settings.minibatchSize,
        paretoSetSize: settings.validation,
        seed: session.world.seed + 1,
        optimizerLogger: () => {},
        debugOptimizer: false,
      })
      const compiled = optimizer.compile(program, train.map(program.row), program.metric, {
        maxMetricCalls: 100_000,
        validationExamples: validation.map(program.row),
        feedbackFn: program.feedback,
      })
      await Promise.race([compiled, stopped])
    },
  }
}

type Row = Readonly<Record<string, unknown>>

interface Chat {
  readonly chatPrompt: readonly { readonly role: string; readonly content: string }[]
}

interface Service {
  chat(
    request: Chat,
    options: { readonly stream: false },
  ): Promise<{ readonly results: readonly { content?: string }[] }>
}

/** What this uses of the package, which is not installed where the project is checked. */
interface AxModule {
  ai(options: object): Service
  readonly AxGEPA: new (
    options: object,
  ) => {
    compile(program: object, examples: readonly Row[], metric: object, options: object): Promise<unknown>
  }
}

const name = '@ax-llm/ax' as string

function createFetch(session: Session, stop: (reason: unknown) => void) {
  return async (_url: unknown, init: { readonly body: string }): Promise<Response> => {
    if (session.arena.counts.all >= session.budget) {
      stop(new BudgetOver())
      return new Promise(() => {})
    }
    const reply = session.arena.reply(JSON.parse(init.body))
    const headers = { 'content-type': 'application/json' }
    return new Response(JSON.stringify(wireBody(reply)), { status: reply.status, headers })
  }
}

function createProgram(session: Session, settings: AxSettings, validation: readonly ArenaExample[]) {
  const { start, world } = session
  const metrics = metricsOf(start)
  const byKey = new Map(world.shown.map(example => [JSON.stringify(valuesOf(example)), example]))
  const validated = new Set(validation.map(({ key }) => key))
  const seen = new Map<string, Map<string, number>>()
  let best = Number.NEGATIVE_INFINITY
  let texts: Readonly<Record<string, string>> = {}

  const exampleOf = (row: Row): ArenaExample => byKey.get(JSON.stringify(row)) as ArenaExample
  const scored = (row: Row, prediction: Row) => scoreOf(metrics, valuesOf(exampleOf(row)), prediction)

  /** Its best is the candidate of the best mean over its validation set, the later one of two equal ones. */
  const note = (key: string, score: number, signature: Signature) => {
    if (!validated.has(key)) return
    const candidate = JSON.stringify(texts)
    const scores = seen.get(candidate) ?? new Map<string, number>()
    seen.set(candidate, scores.set(key, score))
    if (scores.size < validated.size) return
    const mean = [...scores.values()].reduce((sum, value) => sum + value, 0) / scores.size
    if (mean < best) return
    best = mean
    session.report(signature, mean)
  }

  return {
    row: valuesOf,
    metric: async ({ prediction, example }: { prediction: Row; example: Row }) =>
      (await scored(example, prediction)).score,
    /** Synchronous in ax, so the sentences of the metrics are kept with the prediction. */
    feedback: ({ prediction }: { prediction: Row }) => feedbackOf.get(prediction) ?? [],
    getOptimizableComponents: () => [
      {
        key: 'instructions',
        kind: 'instruction',
        current: start.instructions,
        description: 'Instructions of the task, for all outputs',
      },
      ...(settings.components === 'fields'
        ? start.outputs.map(({ name, desc }) => ({
            key: name,
            kind: 'field-description',
            current: desc,
            description: `Description of the output ${name}`,
          }))
        : []),
    ],
    applyOptimizedComponents(updates: Readonly<Record<string, string>>) {
      texts = { ...texts, ...updates }
    },
    setDemos() {},
    getTraces: () => [],
    async forward(service: Service, row: Row): Promise<Row> {
      const signature = withTexts(start, texts)
      const chatPrompt = messagesOf(signature, exampleOf(row).inputs)
      const reply = await service.chat({ chatPrompt }, { stream: false })
      const prediction: Row = JSON.parse(reply.results[0]?.content ?? '{}')
      const { score, feedback } = await scored(row, prediction)
      feedbackOf.set(prediction, feedback)
      note(exampleOf(row).key, score, signature)
      return prediction
    },
  }
}

const feedbackOf = new WeakMap<Row, readonly string[]>()

function withTexts(signature: Signature, texts: Readonly<Partial<Record<string, string>>>): Signature {
  return {
    ...signature,
    instructions: texts.instructions ?? signature.instructions,
    outputs: signature.outputs.map(field => ({ ...field, desc: texts[field.name] ?? field.desc })),
  }
}
