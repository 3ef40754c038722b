/** Handlers that show what is known of a skill: hovers, inlay hints and code lenses. */
import type { Hover, ServerCapabilities } from 'vscode-languageserver'
import { hover } from '../features/hover.ts'
import type { ServerContext } from './context.ts'
import { toRange } from './convert.ts'

export const scoreCapabilities: ServerCapabilities = { hoverProvider: true }

export function registerScores({ connection, about }: ServerContext): void {
  connection.onHover(
    about('textDocument/hover', ({ open, document, facts }, { position }): Hover | null => {
      const found = hover(facts, document, open.text.offsetAt(position))
      if (found === undefined) return null
      return { range: toRange(open.text, found.span), contents: { kind: 'markdown', value: found.markdown } }
    }),
  )
}
