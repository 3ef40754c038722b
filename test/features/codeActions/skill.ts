/** A sound signature in pieces, for tests to break. */

export const fields = `name: Ask
instructions: Do.
inputs:
  q: { type: str, desc: A thing to ask }
outputs:
  a: { type: str, desc: What is replied }
`
export const metrics = `metrics:
  m: { kind: exact_match, field: a }
`
export const examples = `examples:
  - { q: x, a: y }
`
export const skill = fields + metrics + examples

/** The output over several lines, with these constraints behind their key. */
export function withConstraints(constraints: string): string {
  return skill.replace(
    'a: { type: str, desc: What is replied }',
    `a:\n    type: str\n    desc: What is said\n    constraints:${constraints}`,
  )
}
