/** A signature file as parsed: its parts with their places in the text, what is wrong, and the signature it means. */
import { atOnce, type Steps } from '../base/steps.ts'
import type { SignatureProblem } from './problem.ts'
import { addProblem, checkKeys, createReader, type Reader, readText, type TextPart } from './reader.ts'
import { type FieldPart, readFields } from './readFields.ts'
import { type MetricPart, readMetrics } from './readMetrics.ts'
import { type ExamplesPart, readExamples, readName, readThreshold, type ThresholdPart } from './readParts.ts'
import { signatureSchema } from './schema.ts'
import { defaultThreshold, type Signature } from './signature.ts'
import type { YamlPair } from './yamlNode.ts'
import { readYamlInSteps, type YamlTree } from './yamlTree.ts'

export interface SignatureDocument {
  readonly text: string
  /** What the file means; `undefined` when it has errors. */
  readonly signature: Signature | undefined
  /** What is wrong with the file itself, in order of place; `validateDocument` adds what is wrong with its sense. */
  readonly problems: readonly SignatureProblem[]
  /** The top-level keys and values in order. */
  readonly entries: readonly YamlPair[]
  readonly skillId: TextPart | undefined
  readonly name: TextPart | undefined
  readonly instructions: TextPart | undefined
  /** Inputs, then outputs. */
  readonly fields: readonly FieldPart[]
  readonly metrics: readonly MetricPart[]
  readonly examples: ExamplesPart | undefined
  readonly threshold: ThresholdPart | undefined
  readonly tree: YamlTree
}

/**
 * Parses a file; never throws. With the document of an earlier text only what changed is parsed again: the result
 * is the same.
 */
export function parseSignature(text: string, previous?: SignatureDocument): SignatureDocument {
  return atOnce(parseInSteps(text, previous))
}

/** The same in steps, as inline examples can be many. */
export function* parseInSteps(text: string, previous?: SignatureDocument): Steps<SignatureDocument> {
  if (previous?.text === text) return previous
  const tree = yield* readYamlInSteps(text, previous?.tree)
  const reader = createReader(text, tree)
  const root = reader.follow(tree.root)
  if (root !== undefined && root.kind !== 'map') {
    addProblem(
      reader,
      'wrong-kind',
      'a signature file holds keys and values, such as `name: AnswerQuestion`',
      root.span,
    )
  }
  const entries = root?.kind === 'map' ? root.pairs : []
  checkKeys(reader, entries, signatureKeys)
  const parts = yield* readParts(reader, entries, tree)
  if (root === undefined || root.kind === 'map') requireKeys(reader, entries)
  const problems = reader.problems.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)
  const sound = !problems.some(problem => problem.severity === 'error')
  const signature = sound ? signatureOf(parts) : undefined
  return { text, signature, problems, entries, ...parts, tree }
}

/** The document with pieces that were parsed elsewhere, which the next text is not asked to parse again. */
export function withPieces(document: SignatureDocument, pieces: YamlTree['pieces']): SignatureDocument {
  const all = new Map(document.tree.pieces)
  for (const [source, piece] of pieces) all.set(source, piece)
  return { ...document, tree: { ...document.tree, pieces: all } }
}

const signatureKeys = Object.keys(signatureSchema.shape)

type Parts = ReturnType<typeof readParts> extends Steps<infer Read> ? Read : never

function* readParts(reader: Reader, entries: readonly YamlPair[], { resolve }: YamlTree) {
  const find = (key: string): YamlPair | undefined => entries.find(pair => pair.key === key)
  const inputs = readFields(reader, 'inputs', find('inputs'))
  const outputs = readFields(reader, 'outputs', find('outputs'), inputs)
  const fields = [...inputs, ...outputs]
  yield
  const metrics = readMetrics(reader, find('metrics'), fields, resolve)
  yield
  const examples = yield* readExamples(reader, find('examples'), resolve)
  return {
    skillId: readText(reader, find('skill_id')),
    name: readName(reader, find('name')),
    instructions: readText(reader, find('instructions')),
    fields,
    metrics,
    examples,
    threshold: readThreshold(reader, find('threshold')),
  }
}

function signatureOf(parts: Parts): Signature | undefined {
  const { name, instructions, examples } = parts
  if (name === undefined || instructions === undefined) return undefined
  const fieldsOf = (direction: FieldPart['direction']) =>
    parts.fields.flatMap(part => (part.direction === direction && part.field !== undefined ? [part.field] : []))
  return {
    skillId: parts.skillId?.value,
    name: name.value,
    instructions: instructions.value,
    inputs: fieldsOf('inputs'),
    outputs: fieldsOf('outputs'),
    metrics: parts.metrics.flatMap(part => (part.spec === undefined ? [] : [part.spec])),
    threshold: parts.threshold?.value ?? defaultThreshold,
    examples: examples?.source,
  }
}

const requiredKeys = ['name', 'instructions', 'inputs', 'outputs'] as const

function requireKeys(reader: Reader, entries: readonly YamlPair[]): void {
  const missing = requiredKeys.filter(key => !entries.some(pair => pair.key === key))
  if (missing.length === 0) return
  const first = entries[0]
  const at = first?.keySpan ?? { start: 0, end: Math.min(1, reader.text.length) }
  // Typing the first key of a file should not complain four times.
  const keys = missing
    .map(key => `'${key}'`)
    .join(', ')
    .replace(/, ([^,]*)$/, ' and $1')
  addProblem(reader, 'missing-key', `the signature has no ${keys}`, at)
}
