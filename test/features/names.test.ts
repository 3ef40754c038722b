/** Names of fields: where they are found, where they lead, and what renaming changes and refuses. */
import { describe, expect, test } from 'vitest'
import { applyEdits, lineColumnAt, lineStarts } from '../../server/src/base/text.ts'
import { definition } from '../../server/src/features/definition.ts'
import { references } from '../../server/src/features/references.ts'
import { rename, renameTarget } from '../../server/src/features/rename.ts'
import { parseSignature } from '../../server/src/signature/document.ts'
import { extractCursor } from '../support/fixture.ts'

const text = `name: Ask
instructions: | # question
  Answer the question from \`context\`, never "question"; questions and my_question stay.
inputs:
  question: { type: str, desc: What the user asks }
  context: { type: str, desc: 'Facts for the question' }
outputs:
  answer_text:
    type: str
    desc: Answers question
    constraints:
      - word for word from <context>, not answer_text itself
metrics:
  m: { kind: exact_match, field: answer_text }
  judge: { kind: llm_judge, rubric: "Is answer_text true?\\nquestion" }
examples:
  - { question: a, context: b, "answer_text": c }
  - question: question
    context: d
`

function marked(before: string): string {
  const at = text.indexOf(before) + before.length
  return `${text.slice(0, at)}$0${text.slice(at)}`
}

function check(source: string): string {
  const { text, offset } = extractCursor(source)
  const found = references(parseSignature(text), offset)
  if (found === undefined) return 'nothing'
  const starts = lineStarts(text)
  const shown = found.occurrences.map(({ span, role }) => {
    const { line, column } = lineColumnAt(starts, span.start)
    return `${line}:${column} ${role}`
  })
  return `${found.name}: ${shown.join(', ')}`
}

describe('references', () => {
  test('are the definition, metrics, inline examples and every whole word in texts', () => {
    expect(check(marked('  que'))).toMatchInlineSnapshot(
      `"question: 3:14 word, 3:46 mention, 5:3 definition, 6:46 word, 10:19 word, 17:7 example, 18:5 example"`,
    )
    expect(check(marked('outputs:\n  ans'))).toMatchInlineSnapshot(
      `"answer_text: 8:3 definition, 12:43 mention, 14:34 metric, 15:41 mention, 17:33 example"`,
    )
    expect(check(marked('from `con'))).toMatchInlineSnapshot(
      `"context: 3:29 mention, 6:3 definition, 12:29 mention, 17:20 example, 19:5 example"`,
    )
  })

  test('nothing on anything else', () => {
    for (const before of ['na', 'instructions: | # ques', 'my_que', 'ty', 'kind: exact', '  m']) {
      expect([before, check(marked(before))]).toEqual([before, 'nothing'])
    }
    expect(check('name: [$0')).toBe('nothing')
  })
})

describe('definition', () => {
  test('leads from a metric and a mention to the field', () => {
    for (const before of ['field: answ', 'not answer', '"answer_']) {
      const { text: source, offset } = extractCursor(marked(before))
      const found = definition(parseSignature(source), offset)
      expect(found?.name.start).toBe(text.indexOf('answer_text:'))
    }
  })
})

describe('rename', () => {
  function renamed(source: string, newName: string): string {
    const { text, offset } = extractCursor(source)
    const result = rename(parseSignature(text), offset, newName)
    return result.ok ? applyEdits(text, result.value.edits) : result.error
  }

  test('changes each whole word and nothing else', () => {
    const after = renamed(marked('  que'), 'query')
    expect(after).toMatchInlineSnapshot(`
      "name: Ask
      instructions: | # question
        Answer the query from \`context\`, never "query"; questions and my_question stay.
      inputs:
        query: { type: str, desc: What the user asks }
        context: { type: str, desc: 'Facts for the query' }
      outputs:
        answer_text:
          type: str
          desc: Answers query
          constraints:
            - word for word from <context>, not answer_text itself
      metrics:
        m: { kind: exact_match, field: answer_text }
        judge: { kind: llm_judge, rubric: "Is answer_text true?\\nquestion" }
      examples:
        - { query: a, context: b, "answer_text": c }
        - query: question
          context: d
      "
    `)
    expect(parseSignature(after).problems).toEqual([])
  })

  test('says what can be renamed', () => {
    const { text: source, offset } = extractCursor(marked('field: answ'))
    const target = renameTarget(parseSignature(source), offset)
    expect(target).toEqual({ name: 'answer_text', span: { start: offset - 4, end: offset + 7 } })
  })

  test('refuses names that cannot be one or are taken', () => {
    expect(renamed(marked('  que'), '2nd')).toBe(
      "The name '2nd' must hold only letters, digits and _ and not start with a digit.",
    )
    expect(renamed(marked('  que'), 'class')).toBe("The name 'class' is a keyword of Python.")
    expect(renamed(marked('  que'), 'context')).toBe("There is an input 'context' already.")
    expect(renamed(marked('na'), 'x')).toBe('There is no field here to rename.')
  })

  test('quotes a name that YAML would read as a value', () => {
    const after = renamed(marked('field: answ'), 'null')
    expect(after).toContain('field: "null"')
    expect(parseSignature(after).signature?.metrics[0]?.field).toBe('null')
  })

  test('works in text with other mistakes', () => {
    expect(renamed('inputs:\n  qu$0estion: { type: strin }\nmetrics:\n  m: {', 'query')).toContain('  query: { type')
  })
})
