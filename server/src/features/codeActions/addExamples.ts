/** Adds a first example: in a file of its own, or in the signature. */
import type { SignatureDocument } from '../../signature/document.ts'
import { lineBreakOf } from '../../signature/editText.ts'
import { flowValue } from '../../signature/render.ts'
import type { Fix, QuickFix } from './action.ts'
import { fillValue, insertEntry } from './entries.ts'
import { exampleStub, lineStub, topOrder } from './stubs.ts'

export const addExamples: QuickFix = {
  codes: ['no-examples'],
  fixes(document) {
    if (document.tree.root?.kind !== 'map' || document.fields.length === 0) return []
    return [inFile(document, document.tree.root), inline(document, document.tree.root)]
  },
}

const path = 'examples.jsonl'

type Root = SignatureDocument['tree']['root'] & { readonly kind: 'map' }

function inFile(document: SignatureDocument, root: Root): Fix {
  const { text, entries } = document
  const there = entries.find(({ key }) => key === 'examples')
  const edit =
    there === undefined ? insertEntry(text, root, topOrder, lineStub('examples', path)) : fillValue(text, there, path)
  const file = { path, text: `${JSON.stringify(exampleStub(document))}\n` }
  return { title: `Add examples in ${path}`, edits: [edit], file }
}

function inline(document: SignatureDocument, root: Root): Fix {
  const { text, entries } = document
  const value = flowValue(exampleStub(document))
  const there = entries.find(({ key }) => key === 'examples')
  const title = 'Add an example to the signature'
  if (there === undefined) {
    const entry = { key: 'examples', flow: `examples: [${value}]`, lines: ['examples:', `  - ${value}`] }
    return { title, edits: [insertEntry(text, root, topOrder, entry)] }
  }
  const isBlock = !root.flow && there.value.span.start === there.value.span.end
  return { title, edits: [fillValue(text, there, isBlock ? `${lineBreakOf(text)}  - ${value}` : `[${value}]`)] }
}
