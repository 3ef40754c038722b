/** Reads large files of examples and reports the time, the memory, and how long the event loop was held. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { examplesSha256 } from '../../server/src/examples/digest.ts'
import type { ExamplesFormat } from '../../server/src/examples/read.ts'
import { readExamples } from '../../server/src/examples/read.ts'
import { splitExamples } from '../../server/src/examples/split.ts'
import type { Field, Signature } from '../../server/src/signature/signature.ts'

/** The event loop may be held this many milliseconds. */
const bound = 50
const chunkLength = 256 * 1024

const text = (name: string): Field => ({ name, type: { kind: 'str' }, desc: '', constraints: [] })
const signature: Signature = {
  skillId: undefined,
  name: 'Answer',
  instructions: '',
  inputs: [text('context'), text('question')],
  outputs: [
    text('answer'),
    { name: 'level', type: { kind: 'literal', values: ['low', 'high'] }, desc: '', constraints: [] },
  ],
  metrics: [{ name: 'match', kind: 'exact_match', field: 'answer', weight: 1, options: {} }],
  threshold: 0.75,
  examples: undefined,
}

const filler = 'The quick brown fox, "so to speak", jumps over the lazy dog. '.repeat(7)

function example(index: number) {
  return {
    context: `${index}: ${filler}`,
    question: `What is ${index}?`,
    answer: `${index}`,
    level: index % 2 ? 'low' : 'high',
  }
}

function cell(value: string) {
  return value.includes('"') ? `"${value.replaceAll('"', '""')}"` : value
}

function fileOf(format: ExamplesFormat, count: number): string[] {
  const lines = Array.from({ length: count }, (_, index) => {
    if (format === 'csv') return Object.values(example(index)).map(cell).join(',')
    if (format === 'yaml') return `- ${JSON.stringify(example(index))}`
    return JSON.stringify(example(index))
  })
  if (format === 'csv') lines.unshift('context,question,answer,level')
  const whole = format === 'json' ? `[${lines.join(',\n')}]` : lines.join('\n')
  return Array.from({ length: Math.ceil(whole.length / chunkLength) }, (_, index) =>
    whole.slice(index * chunkLength, (index + 1) * chunkLength),
  )
}

async function measure(format: ExamplesFormat, count: number) {
  const chunks = fileOf(format, count)
  const megabytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0) / 1e6
  const delay = monitorEventLoopDelay({ resolution: 1 })
  await new Promise(resolve => setTimeout(resolve, 200))
  delay.enable()
  const start = performance.now()
  const { examples, problems } = await readExamples(chunks, format, signature)
  const seconds = (performance.now() - start) / 1000
  await new Promise(resolve => setTimeout(resolve, 20))
  delay.disable()
  if (examples.length !== count || problems.length > 0) throw new Error(`${format}: ${JSON.stringify(problems[0])}`)
  const held = delay.max / 1e6
  console.log(
    `${format}: ${count} examples, ${megabytes.toFixed(0)} MB in ${seconds.toFixed(2)} s; event loop held at most ${held.toFixed(0)} ms, ` +
      `p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms`,
  )
  if (held > bound) process.exitCode = 1
  return examples
}

const examples = await measure('jsonl', 100_000)
await measure('csv', 100_000)
await measure('json', 100_000)
await measure('yaml', 10_000)

let start = performance.now()
splitExamples(examples, { seed: 1, signature })
console.log(`split: ${(performance.now() - start).toFixed(0)} ms`)
start = performance.now()
examplesSha256(examples)
console.log(`digest: ${(performance.now() - start).toFixed(0)} ms`)
