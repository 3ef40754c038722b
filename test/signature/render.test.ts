/** Rendering: canonical YAML that means the same, whatever the texts hold. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compareSignatures, signatureSha256 } from '../../server/src/signature/compare.ts'
import { parseSignature } from '../../server/src/signature/document.ts'
import { renderSignature } from '../../server/src/signature/render.ts'
import { anySignature } from './arbitraries.ts'

const text = `name: ExtractPeople
instructions: Find the people.
inputs: { text: { type: str, desc: "Any: text" } }
outputs:
  people:
    type: list[object]
    fields:
      name: { type: str, desc: Full name }
      role: { type: 'Literal["author", "editor"] | None' }
    constraints: [no titles, "- dash"]
metrics:
  match: { kind: json_match, field: people }
  pattern: { kind: regex, field: people, pattern: '^\\d{1,2}, "x"', weight: 0.5 }
examples:
  - { text: by Ann, people: [{ name: Ann, role: author }] }
`

it('writes one form, with or without inline examples', () => {
  const { signature } = parseSignature(text)
  if (signature === undefined) throw new Error('sound')
  expect(renderSignature(signature, { examples: true })).toMatchInlineSnapshot(`
    "name: ExtractPeople
    instructions: Find the people.
    inputs:
      text:
        type: str
        desc: "Any: text"
    outputs:
      people:
        type: list[object]
        fields:
          name:
            type: str
            desc: Full name
          role:
            type: Optional[Literal["author", "editor"]]
        constraints:
          - no titles
          - "- dash"
    metrics:
      match: { kind: json_match, field: people }
      pattern: { kind: regex, field: people, weight: 0.5, pattern: '^\\d{1,2}, "x"' }
    threshold: 0.75
    examples:
      - { text: by Ann, people: [{ name: Ann, role: author }] }
    "
  `)
  expect(renderSignature(signature, { examples: false })).not.toContain('Ann')
  const file = { ...signature, examples: { kind: 'file', path: 'a: b.jsonl' } } as const
  expect(renderSignature(file, { examples: false })).toContain('examples: "a: b.jsonl"\n')
})

it('reads back as the same signature', () => {
  fc.assert(
    fc.property(anySignature, signature => {
      const again = parseSignature(renderSignature(signature, { examples: true }))
      expect(again.problems.filter(problem => problem.severity === 'error')).toEqual([])
      if (again.signature === undefined) throw new Error('sound')
      expect(compareSignatures(signature, again.signature)).toEqual({ changes: [], frozen: [] })
      expect(signatureSha256(again.signature)).toBe(signatureSha256(signature))
    }),
    { numRuns: 500 },
  )
})
