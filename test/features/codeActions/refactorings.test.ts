/** Refactorings, and all certain fixes at once. */
import { describe, expect, test } from 'vitest'
import { applyEdits } from '../../../server/src/base/text.ts'
import { signatureSha256 } from '../../../server/src/signature/compare.ts'
import { parseSignature } from '../../../server/src/signature/document.ts'
import { type Asked, apply, check, requestOf, titlesAt } from './apply.ts'
import { examples, fields, metrics, skill, withConstraints } from './skill.ts'

const inFile = `${fields}examples: $0e.jsonl # c\n${metrics}`

describe('moving examples', () => {
  test('to a file keeps their order and kinds', async () => {
    const marked = `${skill.replace('examples', 'exam$0ples')}  - { q: "a: b", a: "1.5" }\nthreshold: 0.5\n`
    expect(await check(marked, 'Move')).toMatchInlineSnapshot(`
      "- examples:
      -   - { q: x, a: y }
      -   - { q: "a: b", a: "1.5" }
      + examples: examples.jsonl
      examples.jsonl: {"q":"x","a":"y"}
      {"q":"a: b","a":"1.5"}
      "
    `)
    expect(await check(marked, 'Move', { fileName: 'x.signature.yaml' })).toMatchInlineSnapshot(`
      "- examples:
      -   - { q: x, a: y }
      -   - { q: "a: b", a: "1.5" }
      + examples: x.examples.jsonl
      x.examples.jsonl: {"q":"x","a":"y"}
      {"q":"a: b","a":"1.5"}
      "
    `)
  })

  test('to a file takes a name that is free, or the file that holds them already', async () => {
    const marked = skill.replace('examples', 'exam$0ples')
    expect(await check(marked, 'Move', { files: { 'examples.jsonl': 'mine' } })).toMatchInlineSnapshot(`
      "- examples:
      -   - { q: x, a: y }
      + examples: examples-2.jsonl
      examples-2.jsonl: {"q":"x","a":"y"}
      "
    `)
    const files = { 'examples.jsonl': '{"q":"x","a":"y"}\n' }
    expect(await check(marked, 'Move', { files })).toMatchInlineSnapshot(`
      "- examples:
      -   - { q: x, a: y }
      + examples: examples.jsonl"
    `)
  })

  test('to a file is refused where something would be lost', async () => {
    const marked = skill.replace('examples', 'exam$0ples')
    const refusal = (text: string) => apply(text, 'Move').catch((error: Error) => error.message)
    expect(await refusal(`${marked}  # mine\n  - { q: z, a: y }\n`)).toMatchInlineSnapshot(
      `"JSON Lines cannot hold the comments between these examples."`,
    )
    expect(await refusal(`${marked}  - { q: .inf, a: y }\n`)).toMatchInlineSnapshot(
      `"JSON cannot hold .inf and .nan, which an example has."`,
    )
    expect(await refusal(`${marked}  - { q: ${'x'.repeat(1024 * 1024)}, a: y }\n`)).toMatchInlineSnapshot(
      `"The examples are too large to move."`,
    )
    expect(titlesAt(marked, { createsFiles: false })).not.toContain('Move')
  })

  test('and back', async () => {
    const files = { 'e.jsonl': '{"q":"x: y","a":"b"}\n\n{"q":"2","a":"true"}\n' }
    expect(await check(inFile, 'Copy', { files })).toMatchInlineSnapshot(`
      "- examples: e.jsonl # c
      + examples: # c
      +   - { q: "x: y", a: b }
      +   - { q: "2", a: "true" }"
    `)
    const { text } = await apply(inFile, 'Copy', { files })
    expect(parseSignature(text).signature?.examples).toMatchObject({ items: [{ q: 'x: y' }, { a: 'true' }] })
  })

  test('back is refused for a file that is broken, large or gone', async () => {
    const refusal = (files: NonNullable<Asked['files']>) =>
      apply(inFile, 'Copy', { files }).catch((error: Error) => error.message)
    expect(await refusal({ 'e.jsonl': '{"q":' })).toMatchInlineSnapshot(
      `"e.jsonl must be sound before its examples can be copied."`,
    )
    expect(await refusal({ 'e.jsonl': '{"q":"x","a":"y"}\n'.repeat(201) })).toMatchInlineSnapshot(
      `"e.jsonl is too large: up to 200 examples and 64 KiB fit into a signature."`,
    )
    expect(await refusal({})).toMatchInlineSnapshot(`"e.jsonl does not exist."`)
  })
})

describe('making a constraint of a sentence', () => {
  test('takes that at the cursor', async () => {
    expect(await check(skill.replace('to ask', 'to ask. Keep it $0short.'), 'Make')).toMatchInlineSnapshot(`
      "-   q: { type: str, desc: A thing to ask. Keep it short. }
      +   q: { type: str, desc: A thing to ask., constraints: [Keep it short] }"
    `)
  })

  test('takes those selected, from a block', async () => {
    const block = '\n    type: str\n    desc: >-\n      What is said. It $0must\n      be short. At most$0 5 words.'
    const marked = skill.replace(' { type: str, desc: What is replied }', block)
    expect(await check(marked, 'Make')).toMatchInlineSnapshot(`
      "-       What is said. It must
      -       be short. At most 5 words.
      +       What is said.
      +     constraints:
      +       - It must be short
      +       - At most 5 words"
    `)
  })

  test('joins the list that is there', async () => {
    const marked = withConstraints(' [x]').replace('What is said', '|\n      What is said. It must\n      be short$0.')
    expect(await check(marked, 'Make')).toMatchInlineSnapshot(`
      "-       What is said. It must
      -       be short.
      -     constraints: [x]
      +       What is said.
      +     constraints: [x, It must be short]"
    `)
  })

  test('is not offered where no description would be left', () => {
    expect(titlesAt(skill.replace('to ask', '$0to ask.'))).not.toContain('Make')
  })
})

describe('the layout of a field', () => {
  const wide = '{ type: str, desc: "What: is", constraints: [a, "b c"] } # note'

  test('goes over several lines and back, meaning the same', async () => {
    const marked = skill.replace('{ type: str, desc: What is replied }', wide).replace('  a:', '  $0a:')
    expect(await check(marked, 'Write a over')).toMatchInlineSnapshot(`
      "-   a: { type: str, desc: "What: is", constraints: [a, "b c"] } # note
      +   a: # note
      +     type: str
      +     desc: "What: is"
      +     constraints:
      +       - a
      +       - "b c""
    `)
    const tall = withConstraints('\n      - o$0ne, two\n      - three')
    expect(await check(tall, 'Write a on')).toMatchInlineSnapshot(`
      "-   a:
      -     type: str
      -     desc: What is said
      -     constraints:
      -       - one, two
      -       - three
      +   a: { type: str, desc: What is said, constraints: ["one, two", three] }"
    `)
    for (const [text, title] of [
      [marked, 'Write a over'],
      [tall, 'Write a on'],
    ] as const) {
      const { before, text: after } = await apply(text, title)
      expect(shaOf(after)).toBe(shaOf(before))
    }
  })

  test('goes for metrics, too', async () => {
    expect(await check(skill.replace('m:', '$0m:'), 'Write m over')).toMatchInlineSnapshot(`
      "-   m: { kind: exact_match, field: a }
      +   m:
      +     kind: exact_match
      +     field: a"
    `)
  })

  test('stays where a comment or a long text has no other place', () => {
    expect(titlesAt(withConstraints('\n      - $0one\n      # why\n      - two'))).toBe('')
    expect(titlesAt(withConstraints(` [$0${'x'.repeat(100)}]`))).toBe('')
    expect(titlesAt(withConstraints(' [$0x]').replace('What is said', '|\n      What is said'))).toBe('')
  })
})

function shaOf(text: string): string | undefined {
  const { signature } = parseSignature(text)
  return signature && signatureSha256(signature)
}

describe('weights', () => {
  const weighted = `${fields}metrics:\n  m: { kind: exact_match, field: a, weight: 3 }\n  $0n:\n    kind: f1\n    field: a\n${examples}`

  test('add up to 1 when asked for', async () => {
    expect(await check(weighted, 'Make the weights')).toMatchInlineSnapshot(`
      "-   m: { kind: exact_match, field: a, weight: 3 }
      +   m: { kind: exact_match, field: a, weight: 0.75 }
      +     weight: 0.25"
    `)
    const thirds = weighted
      .replace('weight: 3', 'weight: 1')
      .replace('  $0n', '  o: { kind: similarity, field: a }\n  $0n')
    expect(await check(thirds, 'Make the weights')).toMatchInlineSnapshot(`
      "-   m: { kind: exact_match, field: a, weight: 1 }
      -   o: { kind: similarity, field: a }
      +   m: { kind: exact_match, field: a, weight: 0.334 }
      +   o: { kind: similarity, field: a, weight: 0.333 }
      +     weight: 0.333"
    `)
  })

  test('that do already, or that nobody wrote, are left alone', () => {
    expect(
      titlesAt(weighted.replace('weight: 3', 'weight: 0.5').replace('kind: f1', 'kind: f1\n    weight: 0.5')),
    ).not.toContain('add up')
    expect(titlesAt(weighted.replace(', weight: 3', ''))).not.toContain('add up')
  })
})

describe('signatures of DSPy', () => {
  test('a class', async () => {
    const source = `# Mine.
import dspy
from typing import Literal

class BasicQA(dspy.Signature):$0
    """Answer questions with short factoid answers.

    Be brief: no more than needed.
    """

    context: list[str] = dspy.InputField(desc='may contain "relevant" facts')
    question = dspy.InputField()
    answer: str = dspy.OutputField(
        desc="often between 1 "
        "and 5 words",
    )
    level: Literal["easy", "hard"] = dspy.OutputField(prefix="desc=", desc=('how hard'))
    extra: Optional[MyModel] = dspy.OutputField()
`
    const { text, left } = await apply(source, 'Convert')
    expect(text).toMatchInlineSnapshot(`
      "# Mine.
      # extra was Optional[MyModel], which is a type of Python alone.
      name: BasicQA
      instructions: |-
        Answer questions with short factoid answers.

        Be brief: no more than needed.
      inputs:
        context:
          type: list[str]
          desc: may contain "relevant" facts
        question:
          type: str
      outputs:
        answer:
          type: str
          desc: often between 1 and 5 words
        level:
          type: Literal["easy", "hard"]
          desc: how hard
        extra:
          type: str
      threshold: 0.75
      "
    `)
    expect(left.filter(code => !code.startsWith('no-'))).toEqual([])
  })

  test('a string', async () => {
    const { text } = await apply('$0question, context: list[str] -> answer: str, score: float', 'Convert')
    expect(text).toMatchInlineSnapshot(`
      "name: QuestionContextToAnswerScore
      instructions: Given the fields \`question\`, \`context\`, produce the fields \`answer\`, \`score\`.
      inputs:
        question:
          type: str
        context:
          type: list[str]
      outputs:
        answer:
          type: str
        score:
          type: float
      threshold: 0.75
      "
    `)
    const quoted = `$0qa = dspy.Signature("question -> answer: Literal['a', 'b']", "Do it.")\n`
    expect((await apply(quoted, 'Convert')).text).toMatchInlineSnapshot(`
      "name: QuestionToAnswer
      instructions: Do it.
      inputs:
        question:
          type: str
      outputs:
        answer:
          type: Literal["a", "b"]
      threshold: 0.75
      "
    `)
  })

  test('the one that is selected', async () => {
    const { text } = await apply(`$0a, b -> c$0\n${skill}`, 'Convert')
    expect(text.split('\n').slice(0, 3)).toMatchInlineSnapshot(`
      [
        "name: ABToC",
        "instructions: Given the fields \`a\`, \`b\`, produce the fields \`c\`.",
        "inputs:",
      ]
    `)
  })

  test('other texts are none', () => {
    for (const text of [
      '$0',
      '$0a -> ',
      '$0-> b',
      '$0class A(dspy.Signature):\n  pass',
      `$0${skill}# a -> b`,
      '$0class A(dspy.Signature',
      '$0"a -> b',
    ]) {
      expect(titlesAt(text), text).not.toContain('Convert')
    }
  })
})

describe('fixing all', () => {
  const broken = `name: ask_me$0
instructions: Do.
inputs:
  q-1: { type: Literal[a, "b"], descr: A thing }
outputs:
  a: str
  b:
    type: List[string]
    desc: 5
    constraints:
      - be short
      -
      - Be short.
metrics:
  m: { kind: exact_mach, field: aa, ignorecase: true }
threshold: 75%
`
  const only = { only: ['source.fixAll'] }

  test('goes on until nothing certain is left', async () => {
    const { text, left } = await apply(broken, 'Fix all', only)
    expect(text).toMatchInlineSnapshot(`
      "name: AskMe
      instructions: Do.
      inputs:
        q_1: { type: 'Literal["a", "b"]', desc: A thing }
      outputs:
        a: { type: str }
        b:
          type: list[str]
          desc: "5"
          constraints:
            - be short
      metrics:
        m: { kind: exact_match, field: a, ignore_case: true }
      threshold: 0.75
      "
    `)
    expect(left).toMatchInlineSnapshot(`
      [
        "no-examples",
        "vague-description",
        "no-description",
      ]
    `)
    expect((await apply(`$0${text}`, 'Fix all', only)).text).toBe(text)
  })

  test('is among the quick fixes where there is more than one', () => {
    expect(titlesAt(broken)).toContain('quickfix: Fix all')
    expect(titlesAt(skill.replace('Ask', '$0ask_me'))).not.toContain('Fix all')
    expect(titlesAt(broken)).not.toContain('source.')
  })

  test('leaves a text that cannot be mended, whatever it is', async () => {
    for (const text of ['', 'name: [', '{', '\t- a', 'a: &b *b', '- x\n- y', 'name: "', '%', skill]) {
      expect((await apply(`$0${text}`, 'Fix all', only)).text).toBe(text)
    }
  })
})

describe('half-typed texts', () => {
  test('are answered at every place', async () => {
    const text = `${withConstraints('\n      - be short\n      - Be short.')}threshold: 80\n`
    for (let end = 0; end <= text.length; end += 3) {
      const request = requestOf(`${text.slice(0, end)}$0`)
      for (const { change } of (await import('../../../server/src/features/codeActions.ts')).codeActions(request)) {
        const made = await change?.(() =>
          Promise.resolve({ ok: false, error: { code: 'path_not_found', message: '' } }),
        )
        if (made !== undefined && 'edits' in made) applyEdits(request.document.text, made.edits)
      }
    }
  })
})
