/** The type language: what is read, how mistakes are named, and what values are of a type. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkValue,
  coerceValue,
  describeType,
  type FieldType,
  formatType,
  jsonSchemaOf,
  objectSchemaOf,
  parseType,
  typeHints,
} from '../../server/src/signature/types.ts'

function type(text: string): FieldType {
  const result = parseType(text)
  if (!result.ok) throw new Error(`${text}: ${result.error.message}`)
  return result.value
}

/** The message with the mistake between marks. */
function mistake(text: string): string {
  const result = parseType(text)
  if (result.ok) return formatType(result.value)
  const { message, span, suggestion } = result.error
  const marked = `${text.slice(0, span.start)}⟨${text.slice(span.start, span.end)}⟩${text.slice(span.end)}`
  return `${marked}  ${message}${suggestion === undefined ? '' : `  →  ${suggestion}`}`
}

const fieldType = fc.letrec<{ type: FieldType }>(tie => ({
  type: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<FieldType>({ kind: 'str' }, { kind: 'int' }, { kind: 'float' }, { kind: 'bool' }, { kind: 'date' }),
    fc
      .uniqueArray(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.integer(),
          fc.boolean(),
          fc.double({ noNaN: true, noDefaultInfinity: true }),
        ),
        {
          minLength: 1,
          maxLength: 5,
        },
      )
      .map(
        (values): FieldType => ({ kind: 'literal', values: values.map(value => (Object.is(value, -0) ? 0 : value)) }),
      ),
    tie('type').map((item): FieldType => ({ kind: 'list', item })),
    tie('type').map((value): FieldType => ({ kind: 'dict', value })),
    tie('type').map((item): FieldType => (item.kind === 'optional' ? item : { kind: 'optional', item })),
  ),
})).type

describe('parseType', () => {
  it('reads Python typing words', () => {
    const texts = [
      'str',
      ' int ',
      'list[str]',
      'dict[str, list[float]]',
      'Literal[\'a\', "b", 3, -1.5, True, None]',
      'str | None',
      'None|list[date]',
      'Optional[bool | None]',
      'object',
    ]
    expect(texts.map(text => formatType(type(text)))).toMatchInlineSnapshot(`
      [
        "str",
        "int",
        "list[str]",
        "dict[str, list[float]]",
        "Optional[Literal["a", "b", 3, -1.5, True]]",
        "Optional[str]",
        "Optional[list[date]]",
        "Optional[bool]",
        "object",
      ]
    `)
  })

  it('names the mistake and the way out', () => {
    const texts = [
      '',
      'string',
      'lst[str]',
      'list',
      'list[str',
      'str]',
      'str, int',
      'str | int',
      'None',
      'Literal[a, b]',
      'Literal["a',
      'Literal[]',
      'dict[int, str]',
      'dict[str]',
      'str[int]',
      'typing.List[str]',
      'list[str] x',
      '[str]',
      '42',
    ]
    expect(`\n${texts.map(mistake).join('\n')}\n`).toMatchInlineSnapshot(`
      "
      ⟨⟩  a type is missing here  →  str
      ⟨string⟩  unknown type 'string', did you mean 'str'?  →  str
      ⟨lst⟩[str]  unknown type 'lst', did you mean 'list'?  →  list
      ⟨list⟩  'list' needs brackets, such as list[str]  →  list[str]
      list[str⟨⟩  expected ']' to end 'list[', found the end
      str⟨]⟩  this ']' has no '['
      str⟨,⟩ int  a type ends before this comma
      ⟨str | int⟩  of unions only \`T | None\` is a type here
      ⟨None⟩  None alone is not a type, write \`T | None\`
      Literal[⟨a⟩, b]  text in Literal needs quotes: "a"  →  "a"
      Literal[⟨"a⟩  expected a value in Literal, found a text without its closing quote
      Literal[⟨]⟩  Literal needs at least one value
      dict[⟨int⟩, str]  the keys of a dict are str, found 'int'  →  str
      dict[str⟨]⟩  expected ', ' and the type of the values after 'dict[str'
      str⟨[⟩int]  str takes no brackets
      ⟨typing.List⟩[str]  unknown type 'typing.List', did you mean 'List'?  →  List
      list[str] ⟨x⟩  expected the type to end here, found 'x'
      ⟨[⟩str]  expected a type, found '['
      ⟨42⟩  expected a type, found '42'
      "
    `)
  })

  it('understands the old capitals and says how they are written now', () => {
    expect(formatType(type('List[Dict[str, int]]'))).toBe('list[dict[str, int]]')
    expect(typeHints('List[Dict[str, int]]').map(hint => hint.message)).toEqual([
      "write 'list' for 'List'",
      "write 'dict' for 'Dict'",
    ])
  })

  it('reads back every type it prints', () => {
    fc.assert(
      fc.property(fieldType, given => {
        expect(type(formatType(given))).toEqual(given)
      }),
    )
  })

  it('ends on any text', () => {
    const word = fc.constantFrom('list', 'Literal', '[', ']', ',', '|', '"', "'", 'None', 'str', ' ', '\\', '9', '-')
    fc.assert(
      fc.property(
        fc.array(word).map(words => words.join('')),
        text => void parseType(text),
      ),
    )
    expect(mistake('list['.repeat(10_000))).toContain('types may nest at most 16 deep')
    expect(mistake(`Literal["${'a'.repeat(70_000)}"]`)).toContain('at most 65536 characters')
  })
})

describe('jsonSchemaOf', () => {
  it('stays in the strict subset of structured outputs', () => {
    const person: FieldType = {
      kind: 'object',
      fields: [
        { name: 'name', type: { kind: 'str' }, desc: 'Full name' },
        { name: 'born', type: { kind: 'optional', item: { kind: 'date' } }, desc: '' },
      ],
    }
    expect(jsonSchemaOf({ kind: 'list', item: person })).toMatchInlineSnapshot(`
      {
        "items": {
          "additionalProperties": false,
          "properties": {
            "born": {
              "anyOf": [
                {
                  "format": "date",
                  "type": "string",
                },
                {
                  "type": "null",
                },
              ],
            },
            "name": {
              "description": "Full name",
              "type": "string",
            },
          },
          "required": [
            "name",
            "born",
          ],
          "type": "object",
        },
        "type": "array",
      }
    `)
    expect(describeType({ kind: 'list', item: person })).toBe(
      'list[object with name: str (Full name); born: Optional[date]]',
    )
  })

  it('keeps the names in order, all required', () => {
    const fields = ['b', 'a'].map(name => ({ name, type: type('Literal["x", "y"] | None'), desc: 'one of' }))
    expect(objectSchemaOf(fields)).toMatchInlineSnapshot(`
      {
        "additionalProperties": false,
        "properties": {
          "a": {
            "anyOf": [
              {
                "enum": [
                  "x",
                  "y",
                ],
                "type": "string",
              },
              {
                "type": "null",
              },
            ],
            "description": "one of",
          },
          "b": {
            "anyOf": [
              {
                "enum": [
                  "x",
                  "y",
                ],
                "type": "string",
              },
              {
                "type": "null",
              },
            ],
            "description": "one of",
          },
        },
        "required": [
          "b",
          "a",
        ],
        "type": "object",
      }
    `)
    expect(jsonSchemaOf(type('dict[str, Literal[1, "x"]]'))).toEqual({
      type: 'object',
      additionalProperties: { type: ['integer', 'string'], enum: [1, 'x'] },
    })
  })
})

describe('checkValue', () => {
  it.each<[string, unknown, string | undefined]>([
    ['str', 'x', undefined],
    ['str', 1, 'expected text (str), got 1'],
    ['int', 1.5, 'expected a whole number (int), got 1.5'],
    ['float', Number.NaN, 'expected a number (float), got NaN'],
    ['bool', 'true', 'expected true or false (bool), got "true"'],
    ['date', '2024-02-29', undefined],
    ['date', '2023-02-29', 'expected a calendar date as YYYY-MM-DD, got "2023-02-29"'],
    ['date', '0000-01-01', 'expected a calendar date as YYYY-MM-DD, got "0000-01-01"'],
    ['Literal["a", 1]', 'A', 'expected one of "a", 1, got "A"'],
    ['list[int]', [1, 'x'], 'item 2: expected a whole number (int), got "x"'],
    ['list[int]', {}, 'expected list[int], got an object'],
    ['dict[str, int]', { a: null }, "'a': expected a whole number (int), got null"],
    ['Optional[int]', null, undefined],
    ['int', undefined, 'expected a whole number (int), got nothing'],
  ])('%s and %j', (text, value, wrong) => expect(checkValue(type(text), value)).toBe(wrong))

  it('looks into objects, not at their prototype', () => {
    const object: FieldType = { kind: 'object', fields: [{ name: 'toString', type: { kind: 'str' }, desc: '' }] }
    expect(checkValue(object, {})).toBe("'toString': expected text (str), got nothing")
    expect(checkValue(object, { toString: 'x', y: 1 })).toBe("unknown field 'y'")
  })
})

describe('coerceValue', () => {
  it.each<[string, unknown, unknown]>([
    ['int', ' 12 ', 12],
    ['int', '12.0', 12],
    ['float', '-1.5e3', -1500],
    ['bool', 'TRUE', true],
    ['bool', 'no', false],
    ['str', 12, '12'],
    ['date', ' 2024-01-31 ', '2024-01-31'],
    ['Literal["Beginner", "Advanced"]', ' beginner ', 'Beginner'],
    ['Literal[1, 2]', '2', 2],
    ['Optional[int]', 'null', null],
    ['Optional[str]', '', null],
    ['Optional[Literal["none", "some"]]', 'None', 'none'],
    ['list[int]', '["1", 2]', [1, 2]],
    ['dict[str, bool]', '{"a": "true"}', { a: true }],
  ])('%s of %j is %j', (text, value, expected) =>
    expect(coerceValue(type(text), value)).toEqual({ ok: true, value: expected }),
  )

  it.each<[string, unknown]>([
    ['int', '12.5'],
    ['int', 'twelve'],
    ['int', '9007199254740993'],
    ['int', ''],
    ['float', 'NaN'],
    ['float', '0x10'],
    ['bool', 'maybe'],
    ['date', '2024-1-31'],
    ['Literal["a", "A"]', ' a.'],
    ['Literal["Ab", "aB"]', 'ab'],
    ['list[int]', '1, 2'],
    ['str', ['x']],
    ['str', null],
    ['dict[str, int]', '{"__proto__": 1}'],
  ])('%s refuses %j', (text, value) => expect(coerceValue(type(text), value).ok).toBe(false))

  it('gives only values that are of the type', () => {
    fc.assert(
      fc.property(fieldType, fc.anything(), (given, value) => {
        const result = coerceValue(given, value)
        if (result.ok) expect(checkValue(given, result.value)).toBeUndefined()
      }),
      { numRuns: 1000 },
    )
  })

  it('reads back the JSON of every value of the type', () => {
    const literal = type('dict[str, list[Literal["a", "b"] | None]]')
    const value = fc.dictionary(
      fc.string().filter(key => key !== '__proto__'),
      fc.array(fc.constantFrom('a', 'b', null)),
    )
    fc.assert(
      fc.property(value, given => {
        expect(coerceValue(literal, JSON.stringify(given))).toEqual({ ok: true, value: { ...given } })
      }),
    )
  })
})
