/** What a selection or cursor touches. */
import type { Span } from '../../base/text.ts'

export function touches(selection: Span, span: Span): boolean {
  return selection.start <= span.end && span.start <= selection.end
}
