/** Answers a judge call: how many words the answer shares with what was expected. */
import { isRecord } from '../../base/json.ts'
import type { ModelRequest } from '../../model/model.ts'
import { contentOf } from './readPrompt.ts'
import { contentStems } from './words.ts'

const maxChars = 60_000

/** Fills the reply's schema: numbers get the overlap, booleans whether it is at least half, texts a sentence. */
export function answerJudge(request: ModelRequest): Record<string, unknown> {
  const overlap = overlapOf(contentOf(request, 'user').slice(0, maxChars))
  const properties = isRecord(request.reply.schema.properties) ? request.reply.schema.properties : {}
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, verdict(schema, overlap)]))
}

function verdict(schema: unknown, overlap: number): unknown {
  const { type, enum: values, minimum, maximum } = isRecord(schema) ? schema : {}
  if (Array.isArray(values)) return values[Math.min(values.length - 1, Math.floor(overlap * values.length))]
  if (type === 'number' || type === 'integer') {
    const low = typeof minimum === 'number' ? minimum : 0
    const high = typeof maximum === 'number' ? maximum : 1
    const value = low + (high - low) * overlap
    return type === 'integer' ? Math.round(value) : Math.round(value * 100) / 100
  }
  if (type === 'boolean') return overlap >= 0.5
  return `The answer shares ${Math.round(overlap * 100)} % of the expected words.`
}

/** Token F1 between the block that holds the answer and the one that holds what was expected. */
function overlapOf(text: string): number {
  const blocks = blocksOf(text)
  // Without an expected answer, a good one speaks of what the inputs speak of.
  const expected =
    blocks.findLast(block => /expected|gold|reference|example|truth/i.test(block.name)) ??
    blocks.findLast(block => /^input/i.test(block.name)) ??
    blocks[0]
  const answer =
    blocks.findLast(block => block !== expected && /answer|prediction|predicted|output|got|reply/i.test(block.name)) ??
    blocks.findLast(block => block !== expected)
  const [wanted, given] = [new Set(contentStems(expected?.text ?? '')), new Set(contentStems(answer?.text ?? ''))]
  if (wanted.size === 0 || given.size === 0) return wanted.size === given.size ? 1 : 0
  const shared = [...wanted].filter(one => given.has(one)).length
  return (2 * shared) / (wanted.size + given.size)
}

/** `<name>` blocks; without any, lines of the form `Name: text`. */
function blocksOf(text: string): { name: string; text: string }[] {
  const blocks: { name: string; text: string }[] = []
  for (const match of text.matchAll(/<([A-Za-z_][\w-]{0,60})>\n/g)) {
    const from = match.index + match[0].length
    const end = text.indexOf(`</${match[1]}>`, from)
    if (end >= 0 && blocks.length < 50) blocks.push({ name: match[1] ?? '', text: text.slice(from, end) })
  }
  if (blocks.length > 0) return blocks
  return [...text.matchAll(/^([A-Za-z][\w ]{0,60}):[ \n](.*)$/gm)].map(match => ({
    name: match[1] ?? '',
    text: match[2] ?? '',
  }))
}
