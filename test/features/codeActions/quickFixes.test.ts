/** Quick fixes: each applied, with what it changes; that its problem is gone is checked each time. */
import { describe, expect, test } from 'vitest'
import { problem } from '../../../server/src/validation/problem.ts'
import { apply, check, titlesAt } from './apply.ts'
import { examples, fields, metrics, skill, withConstraints } from './skill.ts'

describe('words that are misspelt', () => {
  test('a key gets the nearest name', async () => {
    expect(await check(skill.replace('desc: A', '$0descr: A'), 'Rename')).toMatchInlineSnapshot(`
      "-   q: { type: str, descr: A thing to ask }
      +   q: { type: str, desc: A thing to ask }"
    `)
    expect(await check(skill.replace('instructions', '$0prompt'), 'Rename')).toMatchInlineSnapshot(`
      "- prompt: Do.
      + instructions: Do."
    `)
  })

  test('a key whose name is taken can only go', async () => {
    const marked = skill.replace('desc: A', 'desc: B, $0descr: A')
    expect(titlesAt(marked, { only: ['quickfix'] })).toMatchInlineSnapshot(`"  quickfix: Remove descr"`)
    expect(await check(marked, 'Remove')).toMatchInlineSnapshot(`
      "-   q: { type: str, desc: B, descr: A thing to ask }
      +   q: { type: str, desc: B }"
    `)
    expect(await check(`${skill}$0foo:\n  - 1\n\n  # more\n  - 2\nthreshold: 0.5\n`, 'Remove')).toMatchInlineSnapshot(`
      "- foo:
      -   - 1
      -   # more
      -   - 2
      - "
    `)
  })

  test('a key takes the list below it along, even one no further in', async () => {
    expect(await check(`${skill}$0foo:\n- 1\n- 2\nthreshold: 0.5\n`, 'Remove')).toBe('- foo:\n- - 1\n- - 2')
  })

  test('a type is written in words of Python', async () => {
    expect(await check(skill.replace('type: str', 'type: $0string'), 'Write')).toMatchInlineSnapshot(`
      "-   q: { type: string, desc: A thing to ask }
      +   q: { type: str, desc: A thing to ask }"
    `)
    expect(await check(skill.replace('type: str', "type: '$0List[str]'"), 'Write')).toMatchInlineSnapshot(`
      "-   q: { type: 'List[str]', desc: A thing to ask }
      +   q: { type: 'list[str]', desc: A thing to ask }"
    `)
  })

  test('a metric has a kind, an output and options that exist', async () => {
    expect(await check(skill.replace('exact_match', '$0exact_mach'), 'Change')).toMatchInlineSnapshot(`
      "-   m: { kind: exact_mach, field: a }
      +   m: { kind: exact_match, field: a }"
    `)
    expect(await check(skill.replace('field: a', 'field: $0aa'), 'Read')).toMatchInlineSnapshot(`
      "-   m: { kind: exact_match, field: aa }
      +   m: { kind: exact_match, field: a }"
    `)
    expect(await check(skill.replace('field: a', 'field: a, $0ignorecase: true'), 'Rename')).toMatchInlineSnapshot(`
      "-   m: { kind: exact_match, field: a, ignorecase: true }
      +   m: { kind: exact_match, field: a, ignore_case: true }"
    `)
    expect(
      await check(
        skill
          .replace('type: str, desc: What', 'type: float, desc: What')
          .replace('exact', '$0exact')
          .replace('a: y', 'a: 1'),
        'Change',
      ),
    ).toMatchInlineSnapshot(`
      "-   m: { kind: exact_match, field: a }
      +   m: { kind: numeric, field: a }"
    `)
  })

  test('an example has keys of the signature', async () => {
    expect(
      await check(skill.replace('a: y', 'a: y, $0qq: z').replace('{ q: x, ', '{ '), 'Rename'),
    ).toMatchInlineSnapshot(`
      "-   - { a: y, qq: z }
      +   - { a: y, q: z }"
    `)
  })

  test('a name is an identifier, wherever it is used', async () => {
    const marked = skill.replace('  a:', '  $0my-answer:').replace('field: a', 'field: my-answer')
    expect(await check(marked.replace('a: y', 'my-answer: y'), 'Rename')).toMatchInlineSnapshot(`
      "-   my-answer: { type: str, desc: What is replied }
      -   m: { kind: exact_match, field: my-answer }
      -   - { q: x, my-answer: y }
      +   my_answer: { type: str, desc: What is replied }
      +   m: { kind: exact_match, field: my_answer }
      +   - { q: x, my_answer: y }"
    `)
    expect(await check(skill.replace('Ask', '$0ask_me'), 'Rename')).toMatchInlineSnapshot(`
      "- name: ask_me
      + name: AskMe"
    `)
    expect(
      await check(skill.replace('Ask', '"$01 ask"').replace('"$0', '$0"'), 'Rename').catch(String),
    ).toMatchInlineSnapshot(`
      "- name: "1 ask"
      + name: Ask"
    `)
  })

  test('a name that is taken is not offered', () => {
    const marked = skill.replace('  a:', '  q_: { type: str, desc: Z z z }\n  $0q-:')
    expect(titlesAt(marked, { only: ['quickfix'] })).toMatchInlineSnapshot(`""`)
  })
})

describe('values of another kind', () => {
  test('brackets and odd texts get quotes', async () => {
    expect(await check(skill.replace('type: str', 'type: $0Literal["a", "b"]'), 'Put quotes')).toMatchInlineSnapshot(`
      "-   q: { type: Literal["a", "b"], desc: A thing to ask }
      +   q: { type: 'Literal["a", "b"]', desc: A thing to ask }"
    `)
    expect(await check(fields.replace('Do.', '$0Do: it') + metrics + examples, 'Put quotes')).toMatchInlineSnapshot(`
      "- instructions: Do: it
      + instructions: "Do: it""
    `)
    expect(await check(skill.replace('A thing to ask', '$05'), 'Write')).toMatchInlineSnapshot(`
      "-   q: { type: str, desc: 5 }
      +   q: { type: str, desc: "5" }"
    `)
    expect(await check(withConstraints('\n      - $0only: this'), 'Write')).toMatchInlineSnapshot(`
      "-       - only: this
      +       - "only: this""
    `)
  })

  test('a threshold is a share', async () => {
    expect(await check(`${skill}threshold: $075\n`, 'Write')).toMatchInlineSnapshot(`
      "- threshold: 75
      + threshold: 0.75"
    `)
    expect(await check(`${skill}threshold: 8$00%\n`, 'Write')).toMatchInlineSnapshot(`
      "- threshold: 80%
      + threshold: 0.8"
    `)
    expect(await check(`${skill}threshold: "0.$08"\n`, 'Write')).toMatchInlineSnapshot(`
      "- threshold: "0.8"
      + threshold: 0.8"
    `)
  })

  test('a field is a mapping, constraints are a list', async () => {
    expect(await check(skill.replace('{ type: str, desc: What is replied }', '$0str'), 'Write')).toMatchInlineSnapshot(`
      "-   a: str
      +   a: { type: str }"
    `)
    expect(await check(withConstraints(' $0be short'), 'Write')).toMatchInlineSnapshot(`
      "-     constraints: be short
      +     constraints: [be short]"
    `)
  })

  test('a value that goes on in the next line is left to people', () => {
    const marked = skill.replace('{ type: str, desc: What is replied }', '$0list[\n    str]')
    expect(titlesAt(marked, { only: ['quickfix'] })).toMatchInlineSnapshot(`""`)
  })
})

describe('what is missing', () => {
  test('at the top, each key in its place', async () => {
    expect(await check('# Mine.\n$0name: Ask\noutputs:\n  a: { type: str }\n', 'Add')).toMatchInlineSnapshot(`
      "+ instructions: |
      +   TODO
      + inputs:
      +   question:
      +     type: str
      +     desc: TODO"
    `)
    expect(await check('$0inputs:\r\n  answer: { type: str }\r\n', 'Add')).toMatchInlineSnapshot(`
      "+ name: AnswerQuestion
      + instructions: |
      +   TODO
      + outputs:
      +   output:
      +     type: str
      +     desc: TODO
      "
    `)
    expect(await check('$0{ name: Ask }\n', 'Add').catch(String)).toMatchInlineSnapshot(`
      "Error: 'Add' is not offered, but:
      "
    `)
  })

  test('in a file without anything', async () => {
    expect((await apply('$0', 'Add')).text).toMatchInlineSnapshot(`
      "name: AnswerQuestion
      instructions: |
        TODO
      inputs:
        question:
          type: str
          desc: TODO
      outputs:
        answer:
          type: str
          desc: TODO
      "
    `)
    expect((await apply('$0# hi', 'Add')).left).toMatchInlineSnapshot(`
      [
        "no-metrics",
        "no-examples",
        "vague-description",
        "vague-description",
      ]
    `)
  })

  test('of a field', async () => {
    expect(await check(skill.replace('type: str, ', '').replace('q:', '$0q:'), 'Add type')).toMatchInlineSnapshot(`
      "-   q: { desc: A thing to ask }
      +   q: { type: str, desc: A thing to ask }"
    `)
    const tall = withConstraints(' [x]').replace('    type: str\n', '').replace('a:', '$0a:')
    expect((await apply(tall, 'Add type')).text).toMatchInlineSnapshot(`
      "name: Ask
      instructions: Do.
      inputs:
        q: { type: str, desc: A thing to ask }
      outputs:
        a:
          type: str
          desc: What is said
          constraints: [x]
      metrics:
        m: { kind: exact_match, field: a }
      examples:
        - { q: x, a: y }
      "
    `)
    expect(await check(skill.replace('type: str', 'type: $0object'), 'Add fields')).toMatchInlineSnapshot(`
      "-   q: { type: object, desc: A thing to ask }
      +   q: { type: object, desc: A thing to ask, fields: { part: { type: str, desc: TODO } } }"
    `)
  })

  test('of a field that has fields of its own', async () => {
    const marked = skill.replace('type: str, desc: A', 'fields: { b: { type: str } }, desc: A').replace('q:', '$0q:')
    expect(await check(marked, 'Add type: object')).toContain('+   q: { type: object, fields:')
  })

  test('of a metric', async () => {
    expect(
      await check(skill.replace('kind: exact_match, ', '').replace('m:', '$0m:'), 'Add kind'),
    ).toMatchInlineSnapshot(`
      "-   m: { field: a }
      +   m: { kind: exact_match, field: a }"
    `)
    expect(await check(skill.replace(', field: a', '').replace('m:', '$0m:'), 'Add field')).toMatchInlineSnapshot(`
      "-   m: { kind: exact_match }
      +   m: { kind: exact_match, field: a }"
    `)
    const regex = skill.replace('exact_match', 'regex').replace('m:', '$0m:')
    expect(await check(regex, 'Add pattern')).toMatchInlineSnapshot(`
      "-   m: { kind: regex, field: a }
      +   m: { kind: regex, field: a, pattern: "\\\\S" }"
    `)
    expect(await check(regex.replace('regex', 'length'), 'Add max_words')).toMatchInlineSnapshot(`
      "-   m: { kind: length, field: a }
      +   m: { kind: length, field: a, max_words: 50 }"
    `)
    expect(await check(regex.replace('regex', 'llm_judge'), 'Add rubric')).toMatchInlineSnapshot(`
      "-   m: { kind: llm_judge, field: a }
      +   m: { kind: llm_judge, field: a, rubric: TODO }"
    `)
    expect(await check(regex.replace('regex', 'script'), 'Add path')).toMatchInlineSnapshot(`
      "-   m: { kind: script, field: a }
      +   m: { kind: script, field: a, path: score.mjs }"
    `)
  })

  test('a value', async () => {
    expect(await check(skill.replace('type: str', '$0type:'), 'Write')).toMatchInlineSnapshot(`
      "-   q: { type:, desc: A thing to ask }
      +   q: { type: str, desc: A thing to ask }"
    `)
    expect(await check(skill.replace(/inputs:\n.*\n/, '$0inputs:\n'), 'Fill')).toMatchInlineSnapshot(`
      "+   question:
      +     type: str
      +     desc: TODO"
    `)
    expect(await check(skill.replace('exact_match', '').replace('kind', '$0kind'), 'Write')).toMatchInlineSnapshot(`
      "-   m: { kind: , field: a }
      +   m: { kind: exact_match, field: a }"
    `)
    expect(await check(skill.replace('m: {', '$0n:\n  m: {'), 'Write')).toMatchInlineSnapshot(`
      "-   n:
      +   n: { kind: exact_match, field: a }"
    `)
    expect(await check(skill.replace('instructions: Do.', '$0instructions:'), 'Write')).toMatchInlineSnapshot(`
      "- instructions:
      + instructions: TODO"
    `)
  })

  test('a description', async () => {
    expect(
      await check(skill.replace(', desc: A thing to ask', '').replace('q:', '$0q:'), 'Add'),
    ).toMatchInlineSnapshot(`
      "-   q: { type: str }
      +   q: { type: str, desc: TODO }"
    `)
    const tall = skill.replace(
      'q: { type: str, desc: A thing to ask }',
      '$0q:\n    type: str # t\n    constraints: [x]',
    )
    expect(await check(tall, 'Add')).toMatchInlineSnapshot(`"+     desc: TODO"`)
    expect(await check(skill.replace('A thing to ask', '').replace('q:', '$0q:'), 'Add')).toMatchInlineSnapshot(`
      "-   q: { type: str, desc:  }
      +   q: { type: str, desc: TODO  }"
    `)
  })

  test('metrics, fit for the types of the outputs', async () => {
    const marked = `${fields}  b: { type: 'list[str]', desc: Words of it }\n  c: { type: float, desc: How sure }\n${examples}`
    expect(await check(marked.replace('Ask', '$0Ask'), 'Add metrics')).toMatchInlineSnapshot(`
      "+ metrics:
      +   a_match: { kind: exact_match, field: a }
      +   b_match: { kind: set_f1, field: b }
      +   c_match: { kind: numeric, field: c }"
    `)
    expect(await check(`${fields}metrics$0:\nthreshold: 1\n${examples}`, 'Add metrics')).toMatchInlineSnapshot(
      `"+   a_match: { kind: exact_match, field: a }"`,
    )
    expect(await check(`${fields}metrics$0: {}\n${examples}`, 'Add metrics')).toMatchInlineSnapshot(`
      "- metrics: {}
      + metrics: { a_match: { kind: exact_match, field: a } }"
    `)
  })

  test('examples, in a file or in the signature', async () => {
    const marked = (fields + metrics).replace('Ask', '$0Ask')
    expect(await check(marked, 'Add examples in')).toMatchInlineSnapshot(`
      "+ examples: examples.jsonl
      examples.jsonl: {"q":"an example of q","a":"an example of a"}
      "
    `)
    expect(await check(marked, 'Add examples in', { files: { 'examples.jsonl': 'mine' } })).toMatchInlineSnapshot(
      `"+ examples: examples.jsonl"`,
    )
    expect(await check(marked, 'Add an example')).toMatchInlineSnapshot(`
      "+ examples:
      +   - { q: an example of q, a: an example of a }"
    `)
    expect(await check(`${fields}${metrics}examples$0:\n`, 'Add an example')).toMatchInlineSnapshot(
      `"+   - { q: an example of q, a: an example of a }"`,
    )
    expect(await check(`${fields}${metrics}examples$0: []\n`, 'Add an example')).toMatchInlineSnapshot(`
      "- examples: []
      + examples: [{ q: an example of q, a: an example of a }]"
    `)
    expect(titlesAt(marked, { createsFiles: false, only: ['quickfix'] })).not.toContain('examples.jsonl')
  })

  test('the file of examples', async () => {
    const ask = (path: string) => {
      const marked = `${fields}${metrics}examples: $0${path}\n`
      const more = (text: string) => {
        const start = text.indexOf(path)
        return [problem('examples-unreadable', `${path} does not exist.`, { start, end: start + path.length })]
      }
      return check(marked, 'Create', { more })
    }
    expect(await ask('few/new.jsonl')).toMatchInlineSnapshot(`
      "few/new.jsonl: {"q":"an example of q","a":"an example of a"}
      "
    `)
    expect(await ask('new.json')).toMatchInlineSnapshot(`
      "new.json: [
        {"q":"an example of q","a":"an example of a"}
      ]
      "
    `)
    expect(await ask('new.csv')).toMatchInlineSnapshot(`
      "new.csv: q,a
      an example of q,an example of a
      "
    `)
    expect(await ask('new.yaml')).toMatchInlineSnapshot(`
      "new.yaml: - {"q":"an example of q","a":"an example of a"}
      "
    `)
  })
})

describe('what is there twice', () => {
  test('a constraint', async () => {
    const items = '\n      - be short\n      - two # t\n      - $0Be short.'
    expect(await check(withConstraints(items), 'Remove')).toMatchInlineSnapshot(`"-       - Be short."`)
    expect(await check(withConstraints(' [be short, $0Be short, x]'), 'Remove')).toMatchInlineSnapshot(`
      "-     constraints: [be short, Be short, x]
      +     constraints: [be short, x]"
    `)
    expect(await check(withConstraints(' [be short, x, $0Be short]'), 'Remove')).toMatchInlineSnapshot(`
      "-     constraints: [be short, x, Be short]
      +     constraints: [be short, x]"
    `)
  })

  test('a constraint that contradicts another: either may go', async () => {
    const marked = withConstraints('\n      - at most 5 words\n      - $0at least 9 words')
    expect(await check(marked, 'Remove this')).toMatchInlineSnapshot(`"-       - at least 9 words"`)
    expect(await check(marked, 'Remove the other')).toMatchInlineSnapshot(`"-       - at most 5 words"`)
  })

  test('a constraint without text', async () => {
    expect(await check(withConstraints('\n      - one\n      $0-\n      - two'), 'Remove')).toMatchInlineSnapshot(
      `"-       -"`,
    )
    expect(await check(withConstraints('\n      - $0""'), 'Remove')).toMatchInlineSnapshot(`
      "-     constraints:
      -       - """
    `)
    expect(await check(withConstraints('\n      $0-'), 'Remove')).toMatchInlineSnapshot(`
      "-     constraints:
      -       -"
    `)
  })

  test('a key: the second goes, surely so when both have one value', async () => {
    const top = skill.replace('Do.\n', 'Do.\n$0name: Foo\n')
    expect(await check(top, 'Remove')).toMatchInlineSnapshot(`"- name: Foo"`)
    expect(titlesAt(top, { only: ['quickfix'] })).toMatchInlineSnapshot(`"  quickfix: Remove this second name"`)
    const same = skill.replace('desc: A', '$0type: str, desc: A')
    expect(await check(same, 'Remove')).toMatchInlineSnapshot(`
      "-   q: { type: str, type: str, desc: A thing to ask }
      +   q: { type: str, desc: A thing to ask }"
    `)
    expect(titlesAt(same, { only: ['quickfix'] })).toMatchInlineSnapshot(`"* quickfix: Remove this second type"`)
    const nested = skill.replace('  q:', '  q:\n    type: int\n    desc: X\n  $0q:')
    expect(await check(nested, 'Remove')).toMatchInlineSnapshot(`"-   q: { type: str, desc: A thing to ask }"`)
  })
})

describe('silence', () => {
  test('is a comment above the line, as far in as the line', async () => {
    const marked = withConstraints('\n      - be short\n      - $0Be short.')
    expect((await apply(marked, 'Disable')).text).toMatchInlineSnapshot(`
      "name: Ask
      instructions: Do.
      inputs:
        q: { type: str, desc: A thing to ask }
      outputs:
        a:
          type: str
          desc: What is said
          constraints:
            - be short
            # signature-tuner-disable-next-line duplicate-constraint
            - Be short.
      metrics:
        m: { kind: exact_match, field: a }
      examples:
        - { q: x, a: y }
      "
    `)
    expect(await check(marked, 'Disable')).toMatchInlineSnapshot(
      `"+       # signature-tuner-disable-next-line duplicate-constraint"`,
    )
  })

  test('joins the comment that is there', async () => {
    const marked = '# signature-tuner-disable-next-line no-metrics\nname: $0ask_me\n'
    const { text, left } = await apply(marked + fields.replace(/.*\n/, '') + examples, 'Disable name-style')
    expect(text.split('\n')[0]).toBe('# signature-tuner-disable-next-line no-metrics, name-style')
    expect(left).toEqual([])
  })

  test('is not offered for errors: the signature would still not run', () => {
    expect(titlesAt(skill.replace('exact_match', '$0exact_mach'))).not.toContain('Disable')
  })
})
