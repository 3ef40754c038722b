/** Validation: every rule, by example. */
import { describe, expect, it } from 'vitest'
import type { Example } from '../../server/src/examples/example.ts'
import { parseSignature } from '../../server/src/signature/document.ts'
import { problemCatalogue } from '../../server/src/validation/problem.ts'
import { validateDocument } from '../../server/src/validation/validate.ts'
import { annotate, withoutAnnotations } from './annotations.ts'

const seen = new Set<string>()

/** The problems of an annotated source must be exactly those it names. */
function check(annotated: string): void {
  const source = withoutAnnotations(annotated)
  const document = parseSignature(source)
  const problems = validateDocument(document)
  for (const { code } of problems) seen.add(code)
  expect(annotate(source, problems)).toBe(annotated)
}

/** A sound signature whose parts a test may replace. */
function file(parts: Readonly<Record<string, string>>): string {
  const sound = {
    name: 'name: AnswerQuestion',
    instructions: 'instructions: Answer the question from the context.',
    inputs: 'inputs:\n  question: { type: str, desc: What a user asks }',
    outputs: 'outputs:\n  answer: { type: str, desc: A short reply for the user }',
    metrics: 'metrics:\n  match: { kind: exact_match, field: answer }',
    examples: 'examples: examples.jsonl',
  }
  return `${Object.values({ ...sound, ...parts })
    .filter(part => part !== '')
    .join('\n')}\n`
}

const checkFile = (parts: Readonly<Record<string, string>>) => check(file(parts))

describe('the form', () => {
  it('is sound in the example of the format', () => checkFile({}))

  it('names the key that was meant', () =>
    checkFile({
      inputs: `inputs:
  question:
    type: str
    descr: What a user asks
#   ^^^^^ unknown-key: unknown key 'descr', did you mean 'desc'?
    description: What a user asks
#   ^^^^^^^^^^^ unknown-key: unknown key 'description', did you mean 'desc'?
    desc: What a user asks
    <<: x
#   ^^ unknown-key: merge keys ('<<') are not read, repeat the keys instead`,
      prompt: `prompt: Answer.
#^^^^^ unknown-key: unknown key 'prompt', did you mean 'instructions'?
zzz: 1
#^^ unknown-key: unknown key 'zzz', the keys here are skill_id, name, instructions, inputs, outputs, metrics, threshold, examples`,
    }))

  it('wants the required keys, once, with values of their kind', () =>
    checkFile({
      name: `name: AnswerQuestion
#^^^ missing-key: the signature has no 'instructions'`,
      instructions: '',
      inputs: `inputs:
#^^^^^ empty-value: 'inputs' has no value, expected a mapping from names to fields`,
      outputs: `outputs:
  answer: str
#         ^^^ wrong-kind: 'answer' must be a mapping with a type and a desc, such as { type: str }
  other:
#^^^^^^ empty-value: 'other' has no value, expected a mapping with a type and a desc
  number: { type: int, desc: 42 }
#                            ^^ wrong-kind: 'desc' must be text: put quotes around 42
  level: { desc: How hard it is }
# ^^^^^ missing-key: 'level' has no type, such as \`type: str\`
  list: { type: str, desc: [a] }
#                          ^^^ wrong-kind: 'desc' must be text, found a list
  list: { type: str, desc: Things }
# ^^^^ duplicate-key: the key 'list' is there twice`.replace('#^^^^^^ empty-value', '# ^^^^^ empty-value'),
    }))

  it('finds one mistake where brackets in { } lack quotes', () =>
    checkFile({
      outputs: `outputs:
  answer: { type: Literal["a", "b"], desc: The verdict on it, constraints: [x] }
#                 ^^^^^^^^^^^^^^^^^ yaml-brackets: brackets inside { } need quotes: 'Literal["a", "b"]'
  list: { type: list[str] | None, desc: Verdicts on all }
#               ^^^^^^^^^^^^^^^^ yaml-brackets: brackets inside { } need quotes: 'list[str] | None'`,
    }))

  it('says shortly what is wrong with the YAML', () =>
    checkFile({
      outputs: `outputs:
  answer:
    type: str
    desc: note: a short reply
#         ^^^^^^^^^^^^^^^^^^^ yaml-syntax: text that holds ': ' needs quotes
  second:
    type: str
    desc: @mention of a user
#         ^^^^^^^^^^^^^^^^^^ yaml-syntax: text that starts with '@' needs quotes
  third:
    type: str
    desc: 'yes' or 'no'
#               ^^^^^^^ yaml-syntax: the text goes on after its closing quote: put quotes around all of it
  fourth: { type: str, desc: !x Hidden words }
#                            ^^ yaml-tag: tags such as !x mean nothing here
  fifth: { type: str, desc: *nothing }
#                           ^^^^^^^^ yaml-alias: no anchor '&nothing' stands before this alias; quote text that starts with '*'`,
      thresh: `thresh
#^^^^^ yaml-syntax: expected ': ' and a value after 'thresh'`,
      proto: `__proto__: 1
#^^^^^^^^ forbidden-key: the key '__proto__' is not allowed`,
    }))

  it('wants one document of bounded depth', () => {
    check(`${file({})}---\n#^^ multiple-documents: a file holds one YAML document\nname: Other\n`)
    const deep = validateDocument(parseSignature(file({ deep: `deep: ${'['.repeat(70)}${']'.repeat(70)}` })))
    expect(deep.map(({ code }) => code)).toContain('yaml-limit')
    seen.add('yaml-limit')
  })
})

describe('types and names', () => {
  it('places a mistake in a type at its word', () =>
    checkFile({
      outputs: `outputs:
  answer: { type: strng, desc: A short reply }
#                 ^^^^^ invalid-type: unknown type 'strng', did you mean 'str'?
  list: { type: "List[Literal['a', b]]", desc: Verdicts on all }
#                                  ^ invalid-type: text in Literal needs quotes: "b"
  old: { type: "List[str]", desc: Verdicts on all }
#               ^^^^ type-spelling: write 'list' for 'List'
  person: { type: object, desc: Who wrote it }
#                 ^^^^^^ object-fields: the type object needs a key 'fields' beside it
  place: { type: str, desc: Where it is, fields: { city: { type: str } } }
#                                        ^^^^^^ object-fields: 'fields' belongs to the type object, not str`,
    }))

  it('wants Python identifiers, each once', () =>
    checkFile({
      name: `name: answer_question
#     ^^^^^^^^^^^^^^^ name-style: a signature's name is written in PascalCase: AnswerQuestion`,
      inputs: `inputs:
  question: { type: str, desc: What a user asks }
  user-name: { type: str, desc: Who asks }
# ^^^^^^^^^ invalid-name: the field name 'user-name' must hold only letters, digits and _ and not start with a digit, such as 'user_name'
  class: { type: str, desc: School of the user }
# ^^^^^ invalid-name: the field name 'class' is a keyword of Python, such as 'class_'
  _id: { type: str, desc: Number of the user }
# ^^^ invalid-name: the field name '_id' must not start with _, which marks the keys _id, _split and _weight of examples, such as 'id'
  match: { type: str, desc: Soft keywords are fine }`,
      outputs: `outputs:
  answer: { type: str, desc: A short reply }
  question: { type: str, desc: A question back }
# ^^^^^^^^ duplicate-name: 'question' is the name of an input, too`,
    }))
})

describe('metrics and threshold', () => {
  it('wants kinds that exist and outputs they can read', () =>
    checkFile({
      metrics: `metrics:
  a: { kind: exact, field: answer }
#            ^^^^^ unknown-metric: unknown metric kind 'exact', did you mean 'exact_match'?
  b: { kind: f1, field: anwser }
#                       ^^^^^^ unknown-output: 'anwser' is not an output, did you mean 'answer'?
  c: { kind: f1, field: question }
#                       ^^^^^^^^ unknown-output: 'question' is an input, a metric reads an output, did you mean 'answer'?
  d: { kind: f1 }
# ^ missing-key: the metric 'd' has no field, such as \`field: answer\`
  e: { kind: f1, field: answer, weight: 0 }
#                                       ^ metric-weight: a weight must be a number above 0, at most 1000000, found the number 0
  f: { field: answer }
# ^ missing-key: the metric 'f' has no kind, such as \`kind: exact_match\``,
    }))

  it('checks the options of each kind', () =>
    checkFile({
      metrics: `metrics:
  a: { kind: exact_match, field: answer, ignorecase: true }
#                                        ^^^^^^^^^^ metric-option: exact_match has no option 'ignorecase', did you mean 'ignore_case'?
  b: { kind: exact_match, field: answer, ignore_case: 1 }
#                                                     ^ metric-option: 'ignore_case' must be true or false
  c: { kind: regex, field: answer }
# ^ metric-option: regex needs the option 'pattern'
  d: { kind: regex, field: answer, pattern: '(' }
#                                           ^^^ metric-option: 'pattern' is not a regular expression
  e: { kind: f1, field: answer, tolerance: 1 }
#                               ^^^^^^^^^ metric-option: f1 has no option 'tolerance', it has none`,
    }))

  it('warns where a kind does not suit the type', () =>
    checkFile({
      outputs: `outputs:
  answer: { type: float, desc: Price in euros }
  tags: { type: 'list[str]', desc: Topics it is about }
  level: { type: 'Literal["a", "b"]', desc: How hard it is }
  note: { type: 'Optional[str]', desc: Remarks }`,
      metrics: `metrics:
  a: { kind: exact_match, field: answer }
#            ^^^^^^^^^^^ metric-fit: exact_match does not suit float, better numeric
  b: { kind: f1, field: tags }
#            ^^ metric-fit: f1 does not suit list[str], better set_f1 or json_match
  c: { kind: similarity, field: level }
#            ^^^^^^^^^^ metric-fit: similarity does not suit Literal["a", "b"], better exact_match
  d: { kind: set_f1, field: note }
#            ^^^^^^ metric-fit: set_f1 does not suit Optional[str], better f1 or similarity
  e: { kind: set_f1, field: tags }`,
    }))

  it('takes percentages for what they are', () => {
    checkFile({ threshold: 'threshold: 75\n#          ^^ threshold-range: 75 looks like a percentage, write 0.75' })
    checkFile({ threshold: 'threshold: 80%\n#          ^^^ threshold-range: 80% looks like a percentage, write 0.8' })
    checkFile({
      threshold: "threshold: '0.5'\n#          ^^^^^ wrong-kind: 'threshold' must be a number without quotes: 0.5",
    })
    checkFile({
      threshold:
        "threshold: -1\n#          ^^ threshold-range: 'threshold' must be a number from 0 to 1, found the number -1",
    })
    checkFile({ threshold: 'threshold: 1' })
  })
})

describe('the sense', () => {
  it('reminds of what evaluating needs', () =>
    checkFile({
      name: `name: AnswerQuestion
#     ^^^^^^^^^^^^^^ no-metrics: without metrics AnswerQuestion cannot be evaluated or tuned, such as \`match: { kind: exact_match, field: answer }\``,
      metrics: '',
      examples: `examples:
#^^^^^^^ no-examples: without examples AnswerQuestion cannot be evaluated or tuned, give a file or a list`,
    }))

  it('hints at descriptions that say nothing', () =>
    checkFile({
      inputs: `inputs:
  question: { type: str }
# ^^^^^^^^ no-description: 'question' has no description for the model to read
  userName: { type: str, desc: The user name. }
#                              ^^^^^^^^^^^^^^ vague-description: 'The user name.' tells the model no more than the name 'userName'`,
      outputs: `outputs:
  answer: { type: str, desc: The output }
#                            ^^^^^^^^^^ vague-description: 'The output' tells the model no more than the name 'answer'
  reply: { type: str, desc: Name of the city }`,
    }))

  it('finds constraints that exclude each other', () =>
    checkFile({
      outputs: `outputs:
  answer:
    type: str
    desc: A short reply for the user
    constraints:
      - At most 3 words
      - at least ten words, please
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^ contradictory-constraints: 'answer' cannot meet both 'at least ten words, please' and 'At most 3 words'
      - at most 200 characters
      - 1-5 sentences
      - all uppercase
      - write it in lower case
#       ^^^^^^^^^^^^^^^^^^^^^^ contradictory-constraints: 'answer' cannot meet both 'write it in lower case' and 'all uppercase'
      - ends with a full stop
      - no full stop
#       ^^^^^^^^^^^^ contradictory-constraints: 'answer' cannot meet both 'no full stop' and 'ends with a full stop'
      - at least 20 words if the question is hard
      - no uppercase acronyms
      - At most 3 words.
#       ^^^^^^^^^^^^^^^^ duplicate-constraint: 'answer' has this constraint already
#       ^^^^^^^^^^^^^^^^ contradictory-constraints: 'answer' cannot meet both 'At most 3 words.' and 'at least ten words, please'
      -
#     ^ empty-value: a constraint has no text
      - format: short
#       ^^^^^^^^^^^^^ wrong-kind: a constraint that holds ': ' needs quotes`,
    }))

  it('checks inline examples against the fields', () =>
    checkFile({
      outputs: `outputs:
  answer: { type: int, desc: How many there are }
  note: { type: str, desc: Remarks on it }`,
      examples: `examples:
  - question: How many?
    answer: 3
  - question: How many?
    answer: many
#           ^^^^ example-type: 'answer': expected a whole number (int), got "many"
    anwser: 3
#   ^^^^^^ example-unknown-field: 'anwser' is not a field of the signature, did you mean 'answer'?
  - { answer: '7', _id: x }
#   ^^^^^^^^^^^^^^^^^^^^^^^ example-missing-field: example 3 has no 'question'
  - question:
#   ^^^^^^^^ example-missing-field: example 4 has no value for 'question'
    answer: 1
  - just text
#   ^^^^^^^^^ example-kind: example 5 must be an object with the values of the fields`,
    }))
})

describe('suppression', () => {
  it('takes a comment on the line before, for the codes it names or for all', () =>
    checkFile({
      outputs: `outputs:
  # signature-tuner-disable-next-line vague-description
  answer: { type: str, desc: The answer }
  # signature-tuner-disable-next-line name-style, no-description
  output: { type: str, desc: The output }
#                            ^^^^^^^^^^ vague-description: 'The output' tells the model no more than the name 'output'
  # signature-tuner-disable-next-line
  result: { type: str, desc: The result }`,
    }))
})

describe('problems of an examples file', () => {
  const dataset = {
    examples: [],
    problems: [{ code: 'example-type', message: 'wrong', severity: 'error', line: 7, column: 3 } as const],
  }

  it('come last, with the file and the place in it', () => {
    const document = parseSignature(file({}))
    expect(validateDocument(document, { dataset, path: 'examples.jsonl' })).toEqual([
      {
        code: 'example-type',
        message: 'wrong',
        severity: 'error',
        path: 'examples.jsonl',
        at: { line: 7, column: 3 },
        span: document.examples?.span,
      },
    ])
  })

  it('are placed in the signature when its examples are inline, unless a rule has found them', () => {
    const source = file({ examples: 'examples:\n  - { question: a, answer: b, _split: x }' })
    const found = validateDocument(parseSignature(source), {
      dataset: { ...dataset, problems: dataset.problems.map(p => ({ ...p, line: 10 })) },
    })
    expect(found.map(({ span, code }) => [code, source.slice(span.start, span.end)])).toEqual([
      ['example-type', '{ question: a, answer: b, _split: x }'],
    ])
  })
})

describe('the examples together', () => {
  const asking = (id: number, question: string, answer = 'yes') => ({
    id: String(id),
    values: { question, answer },
    weight: 1,
    line: id + 1,
  })
  const different = (count: number) => Array.from({ length: count }, (_, i) => asking(i + 1, `question ${i}`))
  const found = (examples: readonly Example[]) => {
    const problems = validateDocument(parseSignature(file({})), {
      dataset: { examples, problems: [] },
      path: 'examples.jsonl',
    })
    for (const { code } of problems) seen.add(code)
    return problems.map(({ code, message, at }) => `${at?.line ?? '-'} ${code}: ${message}`)
  }

  it('are enough from 25 different ones on', () => {
    expect(found(different(25))).toEqual([])
    expect(found(different(24))).toEqual(['- few-examples: 24 examples: from 25 on a gain can be proven'])
    expect(found([])).toEqual([])
  })

  it('are no copies and contradict each other nowhere', () => {
    const examples = [...different(26), asking(27, 'question 2'), asking(28, 'question 2', 'no')]
    expect(found(examples)).toEqual([
      '28 duplicate-example: example 27 has the inputs of example 3',
      "29 contradicting-examples: example 28 has the inputs of example 3, but another 'answer'",
    ])
  })

  it('are named a few at a time', () => {
    const copies = Array.from({ length: 500 }, (_, i) => asking(i + 1, `question ${i % 24}`))
    const problems = found(copies)
    expect(problems[0]).toBe('- few-examples: 24 different examples: from 25 on a gain can be proven')
    expect(problems).toHaveLength(6)
  })

  it('are marked in the signature when they are inline', () => {
    const source = file({ examples: 'examples:\n  - { question: a, answer: b }\n  - { question: a, answer: c }' })
    const examples = [asking(1, 'a', 'b'), asking(2, 'a', 'c')].map((item, i) => ({ ...item, line: 10 + i }))
    const problems = validateDocument(parseSignature(source), { dataset: { examples, problems: [] } })
    expect(problems.map(({ span, code }) => [code, source.slice(span.start, span.end)])).toEqual([
      ['few-examples', 'examples'],
      ['contradicting-examples', '{ question: a, answer: c }'],
    ])
  })
})

describe('hostile files', () => {
  const many = (count: number, line: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => line(i)).join('\n')
  it.each([
    ['unknown keys', file({ other: many(20_000, i => `unknown_key_number_${i}: 1`) })],
    [
      'keys of examples',
      file({ examples: `examples:\n  - question: a\n    answer: b\n${many(20_000, i => `    answr_${i}: 1`)}` }),
    ],
    [
      'fields and metrics',
      file({
        outputs: `outputs:\n${many(3000, i => `  output_${i}: { type: str, desc: Number ${i} of them }`)}`,
        metrics: `metrics:\n${many(3000, i => `  m${i}: { kind: exact, field: outptu_${i} }`)}`,
      }),
    ],
    [
      'constraints',
      file({
        outputs: `outputs:\n  answer:\n    type: str\n    desc: A short reply\n    constraints:\n${many(3000, i => `      - at least ${i} words, number ${i}`)}`,
      }),
    ],
  ])('with many %s take seconds, not hours', (_, source) => {
    validateDocument(parseSignature(source))
  })
})

it('has an example above for every code of the catalogue', () => {
  const elsewhere = ['examples-unreadable', 'script-unreadable', 'score-below-threshold', 'score-stale']
  expect(Object.keys(problemCatalogue).filter(code => !seen.has(code) && !elsewhere.includes(code))).toEqual([])
})
