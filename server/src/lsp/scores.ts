/** Handlers that show what is known of a skill: hovers, inlay hints and code lenses. */
import type { CodeLens, Hover, InlayHint, MarkupContent, ServerCapabilities } from 'vscode-languageserver'
import { z } from 'zod'
import { codeLenses } from '../features/codeLens.ts'
import { hover } from '../features/hover.ts'
import type { VersionLink } from '../features/hoverHistory.ts'
import { type HintPart, hintTooltip, inlayHints } from '../features/inlayHints.ts'
import type { ServerContext } from './context.ts'
import { toRange, toSpan } from './convert.ts'

export const scoreCapabilities: ServerCapabilities = {
  hoverProvider: true,
  inlayHintProvider: { resolveProvider: true },
  codeLensProvider: { resolveProvider: false },
}

export function registerScores({ connection, about, wrap, look, settings, abilities }: ServerContext): void {
  const shown = (value: string): MarkupContent => ({
    kind: abilities().markdownHovers ? 'markdown' : 'plaintext',
    value,
  })

  connection.onHover(
    about('textDocument/hover', ({ open, document, facts }, { position }): Hover | null => {
      const links = abilities().commandLinks ? { versionLink: versionLink(open.uri) } : {}
      const found = hover(facts, document, open.text.offsetAt(position), links)
      return found === undefined ? null : { range: toRange(open.text, found.span), contents: shown(found.markdown) }
    }),
  )

  connection.languages.inlayHint.on(
    about('textDocument/inlayHint', ({ open, document, facts }, { range }): InlayHint[] => {
      if (!settings().inlayHints.enable) return []
      return inlayHints(facts, document, toSpan(open.text, range)).map(({ offset, parts, subject }) => {
        const tooltip = abilities().resolvesHintTooltips ? undefined : hintTooltip(facts, document, subject)
        return {
          position: toRange(open.text, { start: offset, end: offset }).start,
          label: parts.map(part => labelPart(part, open.uri)),
          paddingLeft: true,
          data: { uri: open.uri, subject },
          ...(tooltip !== undefined && { tooltip: shown(tooltip) }),
        }
      })
    }),
  )

  connection.languages.inlayHint.resolve(
    wrap('inlayHint/resolve', async (hint): Promise<InlayHint> => {
      const asked = hintDataSchema.safeParse(hint.data)
      const seen = asked.success ? await look(asked.data.uri) : undefined
      if (!asked.success || seen === undefined) return hint
      const tooltip = hintTooltip(seen.facts, seen.document, asked.data.subject)
      return tooltip === undefined ? hint : { ...hint, tooltip: shown(tooltip) }
    }),
  )

  connection.onCodeLens(
    about('textDocument/codeLens', ({ open, document, facts }): CodeLens[] => {
      if (!settings().codeLens.enable) return []
      return codeLenses(facts, document).map(({ span, title, tooltip, command, values }) => ({
        range: toRange(open.text, span),
        // The protocol has no capability for tooltips: clients that know none pass over them.
        command: { title, tooltip, command: `signature-tuner.${command}`, arguments: [{ uri: open.uri, ...values }] },
      }))
    }),
  )
}

/** What a client sends back of a hint. */
const hintDataSchema = z.object({
  uri: z.string(),
  subject: z.object({ kind: z.enum(['signature', 'metric', 'field', 'examples']), name: z.string() }),
})

function labelPart({ text, command }: HintPart, uri: string) {
  if (command === undefined) return { value: text }
  return { value: text, command: { title: 'History', command: `signature-tuner.${command}`, arguments: [{ uri }] } }
}

/** Compared with the file as it is. */
function versionLink(uri: string): VersionLink {
  return (title, command, version) => {
    const given = encodeURIComponent(JSON.stringify([{ uri, version }]))
    // These would end the link.
    const target = given.replace(/[()'!*~]/g, mark => `%${mark.charCodeAt(0).toString(16)}`)
    return `[${title}](command:signature-tuner.${command}?${target})`
  }
}
