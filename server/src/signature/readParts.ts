/** Reads the name, the threshold and the examples of a signature, with their places. */
import type { Steps } from '../base/steps.ts'
import type { Span } from '../base/text.ts'
import { isPascalCase, nameProblem, suggestName, toPascalCase } from './names.ts'
import { addProblem, kindOf, type Reader, readText, type TextPart } from './reader.ts'
import type { ExamplesSource } from './signature.ts'
import { isEmptyNode, type YamlAlias, type YamlNode, type YamlPair } from './yamlNode.ts'
import { toValuesInSteps } from './yamlValue.ts'

export interface ExamplesPart {
  readonly keySpan: Span
  readonly span: Span
  readonly source: ExamplesSource | undefined
  /** Inline examples as written, in the order of `source.items`. */
  readonly items: readonly YamlNode[]
}

export interface ThresholdPart {
  readonly value: number | undefined
  readonly span: Span
}

export function readName(reader: Reader, pair: YamlPair | undefined): TextPart | undefined {
  const part = readText(reader, pair)
  if (part === undefined) return undefined
  const wrong = nameProblem(part.value)
  if (wrong !== undefined) {
    const suggestion = suggestName(toPascalCase(part.value))
    const tip = suggestion === undefined ? '' : `, such as ${suggestion}`
    const message = `the name '${part.value.slice(0, 60)}' ${wrong}${tip}`
    addProblem(reader, 'invalid-name', message, part.span, suggestion === undefined ? {} : { suggestion })
  } else if (!isPascalCase(part.value)) {
    const suggestion = toPascalCase(part.value)
    addProblem(reader, 'name-style', `a signature's name is written in PascalCase: ${suggestion}`, part.span, {
      suggestion,
    })
  }
  return part
}

export function readThreshold(reader: Reader, pair: YamlPair | undefined): ThresholdPart | undefined {
  const node = reader.follow(pair?.value)
  if (pair === undefined || node === undefined) return undefined
  const { span } = pair.value
  const value = node.kind === 'scalar' && typeof node.value === 'number' ? node.value : undefined
  if (value !== undefined && value >= 0 && value <= 1) return { value, span }
  const percentage = node.kind === 'scalar' ? /^(\d{1,3}(?:\.\d+)?)\s*(%?)$/.exec(node.source) : null
  const percent = Number(percentage?.[1] ?? Number.NaN)
  if (percent > 1 && percent <= 100) {
    const suggestion = String(percent / 100)
    addProblem(
      reader,
      'threshold-range',
      `${node.kind === 'scalar' ? node.source : ''} looks like a percentage, write ${suggestion}`,
      span,
      { suggestion },
    )
  } else if (value === undefined && percent >= 0 && percentage?.[2] === '') {
    const suggestion = String(percent)
    addProblem(reader, 'wrong-kind', `'threshold' must be a number without quotes: ${suggestion}`, span, { suggestion })
  } else {
    const place = isEmptyNode(node) ? pair.keySpan : span
    addProblem(reader, 'threshold-range', `'threshold' must be a number from 0 to 1, found ${kindOf(node)}`, place)
  }
  return { value: undefined, span }
}

export function* readExamples(
  reader: Reader,
  pair: YamlPair | undefined,
  resolve: (alias: YamlAlias) => YamlNode | undefined,
): Steps<ExamplesPart | undefined> {
  const node = reader.follow(pair?.value)
  if (pair === undefined || node === undefined) return undefined
  const part = { keySpan: pair.keySpan, span: pair.value.span, source: undefined, items: [] }
  if (isEmptyNode(node)) return part
  if (node.kind === 'seq') {
    return {
      ...part,
      source: { kind: 'inline', items: yield* toValuesInSteps(node.items, resolve) },
      items: node.items,
    }
  }
  if (node.kind === 'scalar' && typeof node.value === 'string' && node.value.trim() !== '') {
    return { ...part, source: { kind: 'file', path: node.value } }
  }
  addProblem(reader, 'wrong-kind', `'examples' must be a path or a list of objects, found ${kindOf(node)}`, part.span)
  return part
}
