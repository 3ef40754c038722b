/** A YAML file: a list of examples, parsed item by item as the text comes. */
import { lineColumnAt, lineStarts } from '../base/text.ts'
import type { YamlNode } from '../signature/yamlNode.ts'
import { readYaml } from '../signature/yamlTree.ts'
import { toValue } from '../signature/yamlValue.ts'
import { maxExampleLength, reportTooLong } from './jsonExample.ts'
import type { Reading } from './reading.ts'
import type { TextReader } from './textReader.ts'

/**
 * Items whose dashes stand at the start of their lines are parsed one by one, because nothing inside an item can
 * reach there. Any other list (in brackets, indented) is parsed whole and may hold 1 MiB. Anchors are known within
 * what is parsed together.
 */
export function readYamlList(reading: Reading): TextReader {
  let going = true
  let line = 1
  /** `before` the first item; `items` at the start of lines; `whole` otherwise. */
  let mode: 'before' | 'items' | 'whole' = 'before'
  let piece: string[] = []
  let pieceLine = 1
  let length = 0
  let rest = ''

  function takeLine(text: string) {
    const dash = /^-(?:\s|$)/.test(text)
    if (mode === 'before') {
      if (dash) mode = 'items'
      else if (!/^\s*(?:#|$)|^---\s*(?:#|$)/.test(text)) mode = 'whole'
      if (mode !== 'whole' && !dash) {
        line++
        return
      }
      // A list that is parsed whole may begin after comments: what stood before it holds nothing.
      pieceLine = line
    } else if (mode === 'items' && dash) endPiece()
    if (length <= maxExampleLength) piece.push(text)
    length += text.length
    line++
  }

  function endPiece() {
    if (length > maxExampleLength) {
      if (mode === 'items') reportTooLong(reading, { line: pieceLine, column: 1 })
      else {
        const message = 'a long YAML list must start each item with a dash at the start of a line'
        reading.error('example-limit', message, { line: pieceLine, column: 1 })
      }
    } else if (length > 0) going = readPiece(reading, piece.join(''), pieceLine)
    piece = []
    length = 0
    pieceLine = line
  }

  return {
    feed(chunk) {
      const text = rest + chunk
      let start = 0
      for (let end = text.indexOf('\n'); end !== -1 && going; end = text.indexOf('\n', start)) {
        takeLine(text.slice(start, end + 1))
        start = end + 1
      }
      rest = text.slice(start)
      if (rest.length > maxExampleLength) {
        reportTooLong(reading, { line, column: 1 })
        going = false
      }
      return going
    },
    end() {
      if (rest !== '') takeLine(rest)
      if (going) endPiece()
    },
  }
}

function readPiece(reading: Reading, text: string, firstLine: number): boolean {
  const tree = readYaml(text)
  const starts = lineStarts(text)
  const at = (offset: number) => {
    const { line, column } = lineColumnAt(starts, offset)
    return { line: firstLine + line - 1, column }
  }
  const [issue] = tree.issues
  if (issue !== undefined) {
    reading.broken(issue.code, issue.message, at(issue.span.start))
    return true
  }
  const { root } = tree
  if (root === undefined) return true
  if (root.kind !== 'seq') {
    reading.error('example-kind', 'a YAML file of examples is a list of objects', at(root.span.start))
    return false
  }
  return root.items.every(item => {
    const pairs = pairsOf(item.kind === 'alias' ? tree.resolve(item) : item)
    return reading.add(toValue(item, tree.resolve), {
      start: at(item.span.start),
      keyAt: key => at(pairs.find(pair => pair.key === key)?.keySpan.start ?? item.span.start),
      valueAt: key => at(pairs.find(pair => pair.key === key)?.value.span.start ?? item.span.start),
    })
  })
}

function pairsOf(node: YamlNode | undefined) {
  return node?.kind === 'map' ? node.pairs : []
}
