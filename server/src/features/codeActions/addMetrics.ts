/** Adds metrics that suit the outputs. */
import { lineBreakOf } from '../../signature/editText.ts'
import type { QuickFix } from './action.ts'
import { fillValue, insertEntry } from './entries.ts'
import { metricStubs, topOrder } from './stubs.ts'

export const addMetrics: QuickFix = {
  codes: ['no-metrics'],
  fixes(document) {
    const { text, entries, tree } = document
    const stubs = metricStubs(document)
    if (stubs.length === 0 || tree.root?.kind !== 'map') return []
    const lines = stubs.map(({ name, value }) => `  ${name}: ${value}`)
    const flow = `{ ${stubs.map(({ name, value }) => `${name}: ${value}`).join(', ')} }`
    const there = entries.find(({ key }) => key === 'metrics')
    if (there === undefined) {
      const entry = { key: 'metrics', flow: `metrics: ${flow}`, lines: ['metrics:', ...lines] }
      return [{ title: 'Add metrics', edits: [insertEntry(text, tree.root, topOrder, entry)] }]
    }
    const isBlock = !tree.root.flow && there.value.span.start === there.value.span.end
    const value = isBlock ? lines.map(line => lineBreakOf(text) + line).join('') : flow
    return [{ title: 'Add metrics', edits: [fillValue(text, there, value)] }]
  },
}
