/** Texts that a person, a tool or an attacker may put into an editor, and that must not hold it up. */

const head = `name: Long
instructions: Answer.
inputs:
  question: { type: str, desc: The question }
outputs:
  answer: { type: str, desc: The answer }
metrics:
  match: { kind: exact_match, field: answer }
`
const million = 1024 * 1024

/** Long ones, by name: each is made when it is asked for. */
export const longTexts: Readonly<Record<string, () => string>> = {
  'inline examples on 50,000 lines': () =>
    `${head}examples:\n${numbered(25_000, n => `  - question: What is ${n}?\n    answer: the number ${n}\n`)}`,
  '2 MB of inline examples': () =>
    `${head}examples:\n${numbered(12_500, n => `  - question: What is ${n}?\n    answer: ${'a number '.repeat(14)}${n}\n`)}`,
  'one inline example of 2 MB': () => `${head}examples:\n  - question: Q\n    answer: ${'a number '.repeat(220_000)}\n`,
  'inline examples below misspelt keys': () =>
    `${head.replaceAll('desc:', 'descr:')}examples:\n${numbered(25_000, n => `  - question: What is ${n}?\n    answer: the number ${n}\n`)}`,
  '20,000 keys that are no fields in one example': () =>
    `${head}examples:\n  - question: Q\n    answer: A\n${numbered(20_000, n => `    answr_${n}: 1\n`)}`,
  'thousands of fields, and metrics of others': () =>
    `${head.slice(0, head.indexOf('metrics:'))}${numbered(3000, n => `  output_${n}: { type: str, desc: Number ${n} }\n`)}metrics:\n${numbered(3000, n => `  m${n}: { kind: exact, field: outptu_${n} }\n`)}`,
  'one mapping of 50,000 lines': () =>
    `name: Long\ninstructions: Answer.\noutputs:\n  answer: { type: str }\ninputs:\n${numbered(50_000, n => `  f${n}: { type: str }\n`)}`,
  'a mapping below a key that nobody knows': () => `${head}more:\n${numbered(25_000, n => `  k${n}: v${n}\n`)}`,
  '50,000 keys at the top': () => head + numbered(50_000, n => `k${n}: v\n`),
  '20,000 times the same key at the top': () => head + 'k: v\n'.repeat(20_000),
  '20,000 times the same field': () =>
    head.replace('inputs:\n', `inputs:\n${'  question: { type: str }\n'.repeat(20_000)}`),
  '50,000 metrics': () => `${head}${numbered(50_000, n => `  m${n}: { kind: exact_match, field: answer }\n`)}`,
  '50,000 constraints': () =>
    `${head.replace('  answer: { type: str, desc: The answer }', '  answer:\n    type: str\n    constraints:\n')}`.replace(
      'constraints:\n',
      `constraints:\n${numbered(50_000, n => `      - at most ${n} words\n`)}`,
    ),
  'instructions of 50,000 lines': () =>
    head.replace('instructions: Answer.', `instructions: |\n${'  Some words of text.\n'.repeat(50_000)}`),
  'unquoted brackets in one flow mapping': () => `${head}more: { ${'t: list[str], '.repeat(100_000)}}\n`,
  'a line of 8 MiB': () => `${head}more: ${'a'.repeat(8 * million - head.length - 100)}\n`,
  'a line past 8 MiB': () => `${head}more: ${'a'.repeat(8 * million)}\n`,
  'emoji on a line of 4 MiB': () => `${head}more: ${'😀'.repeat(2 * million)}\n`,
  'brackets that never close': () => `${head}more: ${'['.repeat(million)}\n`,
  'braces and brackets that never close': () => `${head}more: ${'{a[b]: '.repeat(million / 8)}\n`,
  'dashes in dashes': () => `${head}more:\n${'  - - - a\n'.repeat(25_000)}`,
  'indentation deeper and deeper': () => `${head}more:\n${numbered(2000, n => `${' '.repeat(n + 1)}k:\n`)}`,
  'an alias bomb': () =>
    `${head}examples:\n  - &a0 {question: x, answer: y}\n${numbered(25_000, n => `  - &a${n + 1} {question: *a${n}, answer: *a${n}}\n`)}`,
  'a comment that disables every other line': () =>
    head + '# signature-tuner-disable-next-line\nfoo: 1\n'.repeat(25_000),
  'carriage returns alone': () => '\r'.repeat(200_000),
  'lines that end with CR alone': () =>
    `${head}examples:\n${numbered(25_000, n => `  - question: What is ${n}?\n    answer: the number ${n}\n`)}`.replaceAll(
      '\n',
      '\r',
    ),
  'lines that end with CR LF': () => (head + numbered(25_000, n => `k${n}: v\n`)).replaceAll('\n', '\r\n'),
  tabs: () => '\t'.repeat(million),
  NUL: () => `${head}more: ${'\0'.repeat(million)}`,
  'lone surrogates': () => `${head}more: ${'\ud83d '.repeat(million / 2)}`,
  'quotes that never close': () => head + '"\n'.repeat(50_000),
}

/** Short ones that are odd. */
export const oddTexts: readonly string[] = [
  '',
  '\ufeff',
  `\ufeff${head}`,
  head.replaceAll('\n', '\r\n'),
  head.replaceAll('\n', '\r'),
  head.replaceAll(' ', '\t'),
  head.replace('Long', '\0'),
  head.replace('Long', '\ud83d'),
  head.replace('answer:', '"\ude00":'),
  head.replace('The answer', '😀 𝒳 e\u0301 \u202e \u2028'),
  `---\n${head}...\n---\n${head}`,
  `%YAML 1.1\n---\n${head}`,
  '&a [*a, *a]',
  '&a &b *a',
  'name: &n X\nname: *n\n<<: *n',
  '? a\n: b',
  '!!js/function "x"',
  '"\\ud800"',
  '__proto__: { a: 1 }\nconstructor: x\ntoString: y',
  'inputs: inputs\noutputs: []\nmetrics: 1\nexamples: {}\nthreshold: .nan\nname: null\ninstructions: ~',
  'inputs:\n  a: &x { type: object, fields: { b: *x } }',
  'inputs:\n  - name: a\noutputs:\n  ? [a]\n  : b\n',
  'null',
  '[]',
  '{}',
  '[1, 2.0e400, -0, "\\u0000", {"a": [null, true]}]',
  '{"name": "A", "inputs": {"q": {"type": "str"}}, "outputs": {"a": {"type": "list[str]"}}}',
  '{"a":1,"a":2,}',
  '["a",\n4\n,1,',
  '{"a":"\ud800"}',
  '[1e1000]',
  '{]',
  '123abc',
  '\u0000',
  'a: |\n  b\n c\n',
  'a: >-9\n b',
  '- - - -\n -',
  'a: "x\n\n\n',
  "a: 'b' c",
  ': : :',
  '# only a comment',
]

function numbered(count: number, line: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => line(n)).join('')
}
