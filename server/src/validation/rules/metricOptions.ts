/** Metric options: each kind takes its own, of the right type and in range. */
import { z } from 'zod'
import { metricOptionsOf } from '../../metrics/metrics.ts'
import type { SignatureDocument } from '../../signature/document.ts'
import { suggestWord } from '../../signature/reader.ts'
import type { MetricPart } from '../../signature/readMetrics.ts'
import { toValue } from '../../signature/yamlValue.ts'
import { type Problem, problem } from '../problem.ts'

export function metricOptions(document: SignatureDocument): readonly Problem[] {
  return document.metrics.flatMap(part => (part.kind === undefined ? [] : checkOptions(document, part, part.kind)))
}

function checkOptions(
  document: SignatureDocument,
  part: MetricPart,
  kind: NonNullable<MetricPart['kind']>,
): readonly Problem[] {
  const schema = metricOptionsOf(kind)
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
  const values = new Map(part.options.map(pair => [pair.key, toValue(pair.value, document.tree.resolve)]))
  const parsed = schema.safeParse(Object.fromEntries(values))
  if (parsed.success) return []
  const problems: Problem[] = []
  for (const issue of parsed.error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) problems.push(unknownOption(part, kind, key, known))
      continue
    }
    const key = String(issue.path[0] ?? '')
    const pair = part.options.find(option => option.key === key)
    if (pair !== undefined) problems.push(problem('metric-option', `'${key}' ${whatIsWrong(issue)}`, pair.value.span))
    else {
      const wrong = key === '' ? `the metric '${part.name}' ${issue.message}` : `${kind} needs the option '${key}'`
      problems.push(problem('metric-option', wrong, part.nameSpan))
    }
  }
  return problems
}

function unknownOption(part: MetricPart, kind: string, key: string, known: readonly string[]): Problem {
  const span = part.options.find(option => option.key === key)?.keySpan ?? part.nameSpan
  const suggestion = suggestWord(key, [...known, 'kind', 'field', 'weight'])
  const tip =
    suggestion !== undefined
      ? `did you mean '${suggestion}'?`
      : known.length === 0
        ? 'it has none'
        : `it takes ${known.join(', ')}`
  const message = `${kind} has no option '${key.slice(0, 60)}', ${tip}`
  return problem('metric-option', message, span, suggestion === undefined ? {} : { suggestion })
}

/** Ends a sentence that starts with the option's name. */
function whatIsWrong(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kindNames[issue.expected] ?? issue.expected}`
    case 'too_small':
      return issue.origin === 'string'
        ? 'must not be empty'
        : `must be ${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}`
    case 'too_big':
      return issue.origin === 'string' ? 'is too long' : `must be at most ${issue.maximum}`
    case 'custom':
      return issue.message.startsWith('is ') ? issue.message : `is wrong: ${issue.message}`
    default:
      return `is wrong: ${issue.message}`
  }
}

const kindNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}
