/** Duplicate constraints: the same sentence twice in one field. */
import type { SignatureDocument } from '../../signature/document.ts'
import { type Problem, problem } from '../problem.ts'

export function duplicateConstraints(document: SignatureDocument): readonly Problem[] {
  return document.fields.flatMap(field => {
    const first = new Map<string, (typeof field.constraints)[number]>()
    return field.constraints.flatMap(constraint => {
      const key = constraint.text
        .toLowerCase()
        .replace(/[\s\p{P}]+/gu, ' ')
        .trim()
      const earlier = first.get(key)
      if (earlier === undefined) {
        first.set(key, constraint)
        return []
      }
      const related = [{ span: earlier.span, message: 'the first is here' }]
      return [
        problem('duplicate-constraint', `'${field.name}' has this constraint already`, constraint.span, { related }),
      ]
    })
  })
}
