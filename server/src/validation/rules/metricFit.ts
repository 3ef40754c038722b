/** Metric fit: the kind of a metric should suit the type of the output it reads. */
import type { SignatureDocument } from '../../signature/document.ts'
import type { MetricKind } from '../../signature/signature.ts'
import { type FieldType, formatType } from '../../signature/types.ts'
import { type Problem, problem } from '../problem.ts'

export function metricFit(document: SignatureDocument): readonly Problem[] {
  return document.metrics.flatMap(part => {
    const output = document.fields.find(field => field.direction === 'outputs' && field.name === part.fieldPart?.value)
    if (part.kind === undefined || part.kindPart === undefined || output?.type === undefined) return []
    const type = output.type.kind === 'optional' ? output.type.item : output.type
    const better = betterKinds(part.kind, type)
    if (better === undefined) return []
    const message = `${part.kind} does not suit ${formatType(output.type)}, better ${better.join(' or ')}`
    const suggestion = better.length === 1 && part.options.length === 0 ? better[0] : undefined
    return [problem('metric-fit', message, part.kindPart.span, suggestion === undefined ? {} : { suggestion })]
  })
}

/** Whether the kind suits outputs of the type. */
export function suitsType(kind: MetricKind, type: FieldType): boolean {
  return betterKinds(kind, type.kind === 'optional' ? type.item : type) === undefined
}

type TypeKind = FieldType['kind']

/** What each kind can measure; kinds that are not here can measure everything. */
const suited: Partial<Record<MetricKind, ReadonlySet<TypeKind>>> = {
  f1: new Set<TypeKind>(['str']),
  contains: new Set<TypeKind>(['str', 'list']),
  regex: new Set<TypeKind>(['str', 'int', 'float', 'date']),
  numeric: new Set<TypeKind>(['int', 'float', 'str']),
  length: new Set<TypeKind>(['str']),
  similarity: new Set<TypeKind>(['str']),
  set_f1: new Set<TypeKind>(['list']),
  json_match: new Set<TypeKind>(['object', 'dict', 'list', 'str']),
}

function betterKinds(kind: MetricKind, type: FieldType): readonly MetricKind[] | undefined {
  // Two floats are hardly ever equal to the last digit.
  if (kind === 'exact_match') return type.kind === 'float' ? ['numeric'] : undefined
  if (suited[kind]?.has(type.kind) !== false) return undefined
  switch (type.kind) {
    case 'int':
    case 'float':
      return ['numeric']
    case 'list':
      return ['set_f1', 'json_match']
    case 'dict':
    case 'object':
      return ['json_match']
    case 'str':
      return ['f1', 'similarity']
    default:
      return ['exact_match']
  }
}
