/** The YAML of a whole file, parsed piece by piece so that an edit costs one piece and not the file. */
import { atOnce, forEachInSteps, type Steps } from '../base/steps.ts'
import type { Span } from '../base/text.ts'
import {
  isEmptyNode,
  shiftNode,
  shiftSpan,
  type YamlAlias,
  type YamlIssue,
  type YamlNode,
  type YamlPair,
  type YamlScalar,
} from './yamlNode.ts'
import { type ParsedPiece, parsePiece, parsePieceInSteps } from './yamlParse.ts'
import { maxEntries, type Piece, splitPieces } from './yamlPieces.ts'

export interface YamlTree {
  readonly root: YamlNode | undefined
  readonly issues: readonly YamlIssue[]
  /** What an alias stands for. */
  resolve(alias: YamlAlias): YamlNode | undefined
  /** Parsed pieces by their text, for the next version of the file. */
  readonly pieces: ReadonlyMap<string, ParsedPiece>
}

/** UTF-16 code units. */
const maxLength = 8 * 1024 * 1024
const maxAliases = 100
const maxTokens = 1_000_000
const maxIssues = 50

export function readYaml(text: string, previous?: YamlTree): YamlTree {
  return atOnce(readYamlInSteps(text, previous))
}

export function* readYamlInSteps(text: string, previous?: YamlTree): Steps<YamlTree> {
  if (text.length > maxLength) {
    const issue: YamlIssue = {
      code: 'yaml-limit',
      message: 'a signature file may hold at most 8 MiB',
      span: { start: 0, end: 1 },
    }
    return { root: undefined, issues: [issue], resolve: () => undefined, pieces: new Map() }
  }
  const pieces = new Map<string, ParsedPiece>()
  const issues: YamlIssue[] = []
  let tokens = 0
  let references = false
  const read = function* (start: number, end: number): Steps<YamlNode | undefined> {
    if (tokens > maxTokens) return undefined
    const source = text.slice(start, end)
    const piece =
      previous?.pieces.get(source) ??
      pieces.get(source) ??
      (yield* parsePieceInSteps(previous === undefined ? source : copy(source)))
    pieces.set(source, piece)
    for (const issue of piece.issues) issues.push(shiftIssue(issue, start))
    if (piece.references) references = true
    tokens += piece.tokens
    if (tokens > maxTokens) {
      issues.push({
        code: 'yaml-limit',
        message: 'the file holds too much YAML to read',
        span: { start, end: start + 1 },
      })
    }
    return piece.root === undefined || start === 0 ? piece.root : shiftNode(piece.root, start)
  }
  const split = splitPieces(text)
  if (isLong(split)) yield
  const root = split === undefined ? yield* read(0, text.length) : yield* assemble(text, split, read, issues)
  if (isLong(split)) yield
  const resolve = references && root !== undefined ? resolver(root, issues) : () => undefined
  issues.sort((a, b) => a.span.start - b.span.start)
  return { root, issues: firstPerLine(text, issues), resolve, pieces }
}

/**
 * The pieces of a text that are not parsed yet, each once: who parses them elsewhere and adds them to `pieces` has
 * `readYaml` do the rest only.
 */
export function unparsedPieces(text: string, previous?: YamlTree): readonly string[] {
  return atOnce(unparsedInSteps(text, previous))
}

export function* unparsedInSteps(text: string, previous?: YamlTree): Steps<readonly string[]> {
  if (text.length > maxLength) return []
  const spans = splitPieces(text)?.slice(0, maxEntries) ?? [{ start: 0, end: text.length }]
  const sources = spans.flatMap(span => [span, ...('items' in span ? (span.items ?? []) : [])])
  const unparsed = new Set<string>()
  yield* forEachInSteps(sources, ({ start, end }) => {
    const source = text.slice(start, end)
    if (previous?.pieces.has(source) !== true) unparsed.add(source)
  })
  return [...unparsed]
}

/** Parses pieces, each with its text, in batches of about so many characters. */
export function* parsePieces(
  sources: readonly string[],
  batchLength: number,
): Generator<readonly (readonly [string, ParsedPiece])[]> {
  let batch: (readonly [string, ParsedPiece])[] = []
  let length = 0
  for (const source of sources) {
    batch.push([source, parsePiece(source)])
    length += source.length
    if (length < batchLength) continue
    yield batch
    batch = []
    length = 0
  }
  if (batch.length > 0) yield batch
}

/**
 * A text of its own: a slice would keep the whole file it was cut from in memory for as long as its piece is
 * reused, one file per edit.
 */
function copy(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}

type Read = (start: number, end: number) => Steps<YamlNode | undefined>

/** UTF-16 code units of an entry that takes a step of its own. */
const longEntry = 100_000

/** Whether what is done at once for all its pieces together takes milliseconds. */
function isLong(pieces: readonly Piece[] | undefined): boolean {
  return pieces?.some(({ items }) => items !== undefined && items.length > 1000) === true
}

function* assemble(
  text: string,
  pieces: readonly Piece[],
  read: Read,
  issues: YamlIssue[],
): Steps<YamlNode | undefined> {
  const pairs: YamlPair[] = []
  const first = new Map<string, Span>()
  const [beyond] = pieces.slice(maxEntries)
  if (beyond !== undefined) {
    const span = { start: beyond.start, end: beyond.start + 1 }
    issues.push({ code: 'yaml-limit', message: `a file may hold at most ${maxEntries} keys at its top`, span })
  }
  for (const piece of pieces.slice(0, maxEntries)) {
    if (piece.end - piece.start > longEntry) yield
    const pair = yield* readEntry(text, piece, read, issues)
    if (pair === undefined) continue
    const earlier = first.get(pair.key)
    if (earlier === undefined) first.set(pair.key, pair.keySpan)
    else {
      const message = `the key '${pair.key}' is there twice`
      issues.push({ code: 'duplicate-key', message, span: pair.keySpan, related: earlier })
    }
    pairs.push(pair)
  }
  const [start, end] = [pairs[0]?.keySpan.start, pairs.at(-1)]
  if (start === undefined || end === undefined) return undefined
  return { kind: 'map', span: { start, end: Math.max(end.keySpan.end, end.value.span.end) }, flow: false, pairs }
}

function* readEntry(text: string, piece: Piece, read: Read, issues: YamlIssue[]): Steps<YamlPair | undefined> {
  const count = issues.length
  const root = yield* read(piece.start, piece.end)
  const pair = root?.kind === 'map' && !root.flow && root.pairs.length === 1 ? root.pairs[0] : undefined
  if (pair === undefined) {
    const explained = issues.slice(count).some(issue => issue.code !== 'yaml-tag')
    if (root !== undefined && !explained) issues.push(noPair(text, piece))
    return root?.kind === 'scalar' ? keyAlone(root, text, piece) : undefined
  }
  if (piece.items === undefined) return pair
  const items: YamlNode[] = []
  yield* forEachInSteps(piece.items, item => {
    const node = atOnce(read(item.start, item.end))
    if (node?.kind === 'seq') items.push(...node.items)
  })
  const [from, to] = [piece.items[0]?.start ?? piece.end, items.at(-1)?.span.end ?? piece.end]
  const dash = from + Math.max(0, text.slice(from, from + 1000).search(/-/))
  return { ...pair, value: { kind: 'seq', span: { start: dash, end: to }, flow: false, items } }
}

function noPair(text: string, piece: Piece): YamlIssue {
  const line = /^[^\r\n]*/.exec(text.slice(piece.start, Math.min(piece.end, piece.start + 1000)))?.[0].trimEnd() ?? ''
  const span = { start: piece.start, end: piece.start + Math.max(1, line.length) }
  return { code: 'yaml-syntax', message: `expected ': ' and a value after '${line.slice(0, 60)}'`, span }
}

/** A key that is still being typed. */
function keyAlone(root: YamlScalar, text: string, piece: Piece): YamlPair | undefined {
  const word = /^\w+/.exec(text.slice(piece.start, Math.min(piece.end, piece.start + 200)))?.[0]
  if (word === undefined || isEmptyNode(root)) return undefined
  const keySpan = { start: piece.start, end: piece.start + word.length }
  return {
    key: word,
    keySpan,
    value: { kind: 'scalar', span: { start: keySpan.end, end: keySpan.end }, value: null, source: '', style: 'plain' },
  }
}

function shiftIssue(issue: YamlIssue, delta: number): YamlIssue {
  if (delta === 0) return issue
  const span = shiftSpan(issue.span, delta)
  return issue.related === undefined ? { ...issue, span } : { ...issue, span, related: shiftSpan(issue.related, delta) }
}

/** One mistake makes a parser complain several times on its line; the first complaint is the one that helps. */
function firstPerLine(text: string, issues: readonly YamlIssue[]): readonly YamlIssue[] {
  const kept: YamlIssue[] = []
  let lineEnd = -1
  for (const issue of issues) {
    if (issue.code === 'yaml-syntax' && issue.span.start < lineEnd) continue
    kept.push(issue)
    if (kept.length >= maxIssues) break
    if (issue.code !== 'yaml-syntax' && issue.code !== 'yaml-brackets') continue
    const newline = text.indexOf('\n', issue.span.start)
    lineEnd = newline === -1 ? text.length + 1 : newline
  }
  return kept
}

/** Finds the anchor an alias means: the last one of its name before it. Complains about aliases without one. */
function resolver(root: YamlNode, issues: YamlIssue[]): (alias: YamlAlias) => YamlNode | undefined {
  const anchors = new Map<string, YamlNode[]>()
  const targets = new Map<YamlAlias, YamlNode>()
  let count = 0
  const visit = (node: YamlNode): void => {
    // Past the cap none is looked up.
    if (count > maxAliases) return
    if (node.kind === 'alias') {
      count++
      const target = anchors.get(node.name)?.at(-1)
      if (count > maxAliases) {
        if (count === maxAliases + 1) {
          issues.push({ code: 'yaml-limit', message: `a file may hold at most ${maxAliases} aliases`, span: node.span })
        }
      } else if (target === undefined) {
        const message = `no anchor '&${node.name}' stands before this alias; quote text that starts with '*'`
        issues.push({ code: 'yaml-alias', message, span: node.span })
      } else if (target.kind !== 'scalar' && target.span.start <= node.span.start && node.span.end <= target.span.end) {
        issues.push({ code: 'yaml-alias', message: `'*${node.name}' would hold itself`, span: node.span })
      } else targets.set(node, target)
      return
    }
    if (node.anchor !== undefined) {
      const list = anchors.get(node.anchor)
      if (list === undefined) anchors.set(node.anchor, [node])
      else list.push(node)
    }
    if (node.kind === 'seq') node.items.forEach(visit)
    if (node.kind === 'map') for (const pair of node.pairs) visit(pair.value)
  }
  visit(root)
  return alias => targets.get(alias)
}
