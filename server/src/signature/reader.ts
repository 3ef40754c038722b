/** What reading the parts of a file shares: following aliases, checking keys and kinds, and noting problems. */
import { nearest, type Span } from '../base/text.ts'
import { type Severity, type SignatureProblem, type SignatureProblemCode, signatureProblems } from './problem.ts'
import type { YamlAlias, YamlMap, YamlNode, YamlPair, YamlScalar } from './yamlNode.ts'
import { isEmptyNode } from './yamlNode.ts'
import type { YamlTree } from './yamlTree.ts'

export type Followed = Exclude<YamlNode, YamlAlias>

export interface Reader {
  readonly text: string
  readonly problems: SignatureProblem[]
  /** Where the YAML itself is broken: what is read there is no second mistake. */
  readonly broken: ReadonlySet<number>
  /** The node, or what it is an alias of. */
  follow(node: YamlNode | undefined): Followed | undefined
}

/** Text with its place; `span` is that of the value as written, an alias where one stands for it. */
export interface TextPart {
  readonly value: string
  readonly span: Span
  readonly keySpan: Span
  readonly node: YamlNode
}

export function createReader(text: string, tree: YamlTree): Reader {
  const reader: Reader = {
    text,
    problems: [],
    broken: new Set(),
    follow: node => {
      if (node?.kind !== 'alias') return node
      const target = tree.resolve(node)
      return target?.kind === 'alias' ? undefined : target
    },
  }
  const broken = new Set<number>()
  for (const { code, message, span, suggestion, related } of tree.issues) {
    if (code === 'yaml-syntax' || code === 'yaml-alias') broken.add(span.start)
    addProblem(reader, code, message, span, {
      ...(suggestion !== undefined && { suggestion }),
      ...(related && { related: [{ span: related, message: 'the first is here' }] }),
    })
  }
  return { ...reader, broken }
}

/** Notes a problem; spans are cut at the end of their first line. */
export function addProblem(
  reader: Reader,
  code: SignatureProblemCode,
  message: string,
  span: Span,
  more: Pick<SignatureProblem, 'suggestion' | 'related'> = {},
): void {
  if (reader.broken.has(span.start)) return
  const severity: Severity = signatureProblems[code].severity
  reader.problems.push({ code, severity, message, span: firstLine(reader.text, span), ...more })
}

/** What a value is like, for `expected …, found …`. */
export function kindOf(node: YamlNode | undefined): string {
  switch (node?.kind) {
    case 'map':
      return 'a mapping'
    case 'seq':
      return 'a list'
    case 'scalar':
      if (isEmptyNode(node) || node.value === null) return 'nothing'
      return typeof node.value === 'string' ? 'text' : `the ${typeof node.value} ${node.source}`
    default:
      return 'nothing'
  }
}

/** The mapping below a key; anything else is a problem. */
export function readMap(reader: Reader, pair: YamlPair | undefined, what: string): YamlMap | undefined {
  const node = reader.follow(pair?.value)
  if (pair === undefined || node === undefined) return undefined
  if (node.kind === 'map') return node
  if (isEmptyNode(node)) addProblem(reader, 'empty-value', `'${pair.key}' has no value, expected ${what}`, pair.keySpan)
  else addProblem(reader, 'wrong-kind', `'${pair.key}' must be ${what}, found ${kindOf(node)}`, pair.value.span)
  return undefined
}

/** Nobody writes so many fields, metrics or constraints by hand; every edit reads all of them. */
const mostParts = 1000

/** The parts that are read; more of them are a problem. */
export function readableParts<T>(reader: Reader, pair: YamlPair, parts: readonly T[]): readonly T[] {
  if (parts.length <= mostParts) return parts
  const message = `'${pair.key}' may hold at most ${mostParts} entries, found ${parts.length}`
  addProblem(reader, 'yaml-limit', message, pair.keySpan)
  return parts.slice(0, mostParts)
}

/** The text below a key that must have one. */
export function readText(reader: Reader, pair: YamlPair | undefined): TextPart | undefined {
  const part = readOptionalText(reader, pair)
  if (pair === undefined || part === undefined || part.value.trim() !== '') return part
  addProblem(reader, 'empty-value', `'${pair.key}' has no text`, pair.keySpan)
  return undefined
}

/** The text below a key; nothing is the empty text. */
export function readOptionalText(reader: Reader, pair: YamlPair | undefined): TextPart | undefined {
  if (pair === undefined) return undefined
  const node = reader.follow(pair.value)
  if (node === undefined) return undefined
  const value = textOf(reader, node, pair.value.span, `'${pair.key}'`)
  return value === undefined ? undefined : { value, span: pair.value.span, keySpan: pair.keySpan, node: pair.value }
}

/** The text of a scalar; other kinds are a problem. */
export function textOf(reader: Reader, node: Followed, span: Span, what: string): string | undefined {
  if (node.kind !== 'scalar') {
    addProblem(reader, 'wrong-kind', `${what} must be text, found ${kindOf(node)}`, span)
    return undefined
  }
  if (typeof node.value === 'string') return node.value
  if (isEmptyNode(node) || node.value === null) return ''
  const suggestion = JSON.stringify(node.source)
  addProblem(reader, 'wrong-kind', `${what} must be text: put quotes around ${node.source}`, span, { suggestion })
  return undefined
}

/** Keys that people write for others; slips of the hand are found by distance. */
const synonyms: ReadonlyMap<string, string> = new Map([
  ['description', 'desc'],
  ['prompt', 'instructions'],
  ['task', 'instructions'],
  ['rules', 'constraints'],
  ['evaluation', 'metrics'],
  ['dataset', 'examples'],
  ['id', 'skill_id'],
])

export function checkKeys(reader: Reader, pairs: readonly YamlPair[], known: readonly string[]): void {
  for (const { key, keySpan } of pairs.slice(0, mostParts)) {
    if (known.includes(key)) continue
    if (key === '<<') {
      addProblem(reader, 'unknown-key', `merge keys ('<<') are not read, repeat the keys instead`, keySpan)
      continue
    }
    const synonym = synonyms.get(key.toLowerCase())
    const nearby = reader.problems.length < mostSuggestions ? suggestWord(key, known) : undefined
    const suggestion = synonym !== undefined && known.includes(synonym) ? synonym : nearby
    const tip = suggestion === undefined ? `the keys here are ${known.join(', ')}` : `did you mean '${suggestion}'?`
    const message = `unknown key '${key.slice(0, 60)}', ${tip}`
    addProblem(reader, 'unknown-key', message, keySpan, suggestion === undefined ? {} : { suggestion })
  }
}

const longestWord = 40
const mostWords = 200

/** The word that was meant: one that starts the same, or the nearest. Looks at no more than a file by hand holds. */
export function suggestWord(word: string, words: readonly string[]): string | undefined {
  if (word.length > longestWord) return undefined
  const known = words.slice(0, mostWords).filter(candidate => candidate.length <= longestWord)
  const start = word.toLowerCase().replaceAll('-', '_')
  const longer = start.length < 3 ? [] : known.filter(candidate => candidate.toLowerCase().startsWith(start))
  return longer.length === 1 ? longer[0] : nearest(start, known)
}

/** Past so many problems the next are named without a suggestion: finding those takes long. */
export const mostSuggestions = 100

/** Where a part of a scalar's text stands in the file; the whole scalar when quotes or folding hide it. */
export function spanWithin(reader: Reader, node: YamlScalar, part: Span): Span {
  const start = node.span.start + (node.style === 'single' || node.style === 'double' ? 1 : 0)
  if (!reader.text.startsWith(node.source, start)) return node.span
  const end = Math.max(part.end, part.start + 1)
  return { start: start + part.start, end: Math.min(start + end, node.span.end) }
}

function firstLine(text: string, span: Span): Span {
  const slice = text.slice(span.start, Math.min(span.end, span.start + 2000))
  const newline = slice.search(/[\r\n]/)
  return newline === -1 ? span : { start: span.start, end: span.start + newline }
}
