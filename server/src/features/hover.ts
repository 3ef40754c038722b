/** Hover: what a key, a type, a field or a metric means, and how well it last scored. */
import type { Span } from '../base/text.ts'
import type { SignatureDocument } from '../signature/document.ts'
import { fieldAt } from '../signature/locate.ts'
import type { SkillFacts } from './facts.ts'

export interface HoverResult {
  readonly span: Span
  readonly markdown: string
}

/** `undefined` means there is nothing to say here; broken YAML is no error. */
export function hover(facts: SkillFacts, document: SignatureDocument, offset: number): HoverResult | undefined {
  const field = fieldAt(document, offset)
  if (field === undefined || offset > field.nameSpan.end) return undefined
  const score = facts.score?.byField[field.name]
  const lines = [`**${field.name}** · ${field.direction}`, field.desc?.value ?? '']
  if (score !== undefined) lines.push(`Last score: ${score.toFixed(2)}`)
  return { span: field.nameSpan, markdown: lines.filter(line => line !== '').join('\n\n') }
}
