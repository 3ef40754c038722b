/** Signature files like those that people write, each from its number: the same on every machine. */
import { createRandom, type Random } from '../../server/src/base/random.ts'

const nouns =
  'ticket invoice review article query patient contract email product meeting recipe route log person'.split(' ')
const verbs = 'Classify Extract Summarise Answer Route Rate Translate Compare Check Rewrite'.split(' ')
const adjectives = 'urgency topic sentiment language category severity amount author deadline priority'.split(' ')
const sentences = [
  'Use only what the text says.',
  'When nothing fits, answer unknown.',
  'Prefer the most recent statement when two contradict each other.',
  'Amounts are in euros: never convert them.',
  'Names are written as in the text, titles left out.',
]
const constraints = [
  'concise, 1-5 words',
  'no full stop at the end',
  'in the language of the input',
  '"unknown" when nothing fits',
]

/** About 30 to 60 lines; one in eight has a mistake. */
export function signatureText(number: number): string {
  const random = createRandom(`signature ${number}`)
  const noun = pick(random, nouns)
  const outputs = random.shuffle(adjectives).slice(0, 2 + random.int(3))
  const inputs = [noun, 'context', 'language_hint'].slice(0, 1 + random.int(3))
  const lines = [
    `# ${noun} number ${number}`,
    `name: ${pick(random, verbs)}${capital(noun)}${number}`,
    'instructions: |',
    ...random
      .shuffle(sentences)
      .slice(0, 2 + random.int(3))
      .map(sentence => `  ${sentence}`),
    'inputs:',
    ...inputs.flatMap(name => [`  ${name}:`, '    type: str', `    desc: The full text of the ${name} as it came in`]),
    'outputs:',
    ...outputs.flatMap(name => outputLines(random, name, noun)),
    'metrics:',
    ...outputs.map(name => `  ${name}_match: { kind: exact_match, field: ${name}, ignore_case: true }`),
    `threshold: 0.${6 + random.int(3)}5`,
    'examples:',
    ...Array.from({ length: 2 + random.int(2) }, (_, i) => exampleLines(inputs, outputs, i)).flat(),
  ]
  const mistake =
    random.int(8) === 0 ? pick(random, ['descr: x', 'thresold: 0.5', 'bad: { type: list[str], desc: x }']) : undefined
  return `${lines.join('\n')}\n${mistake === undefined ? '' : `${mistake}\n`}`
}

/** A signature whose inline examples fill so many lines. */
export function longSignatureText(lines: number): string {
  const head = signatureText(1).replace(/^examples:[\s\S]*/m, '')
  const inputs = [...head.matchAll(/^ {2}(\w+):\n {4}type: str\n {4}desc: The full/gm)].map(match => match[1] ?? '')
  const outputs = [...head.matchAll(/^ {2}(\w+)_match:/gm)].map(match => match[1] ?? '')
  const text = [head.trimEnd(), 'examples:']
  let count = head.split('\n').length
  for (let i = 0; count < lines; i++) {
    const example = exampleLines(inputs, outputs, i)
    text.push(...example)
    count += example.length
  }
  return `${text.join('\n')}\n`
}

function outputLines(random: Random, name: string, noun: string): readonly string[] {
  if (random.int(2) === 0) {
    return [`  ${name}: { type: 'Literal["low", "medium", "high"]', desc: How the ${name} of the ${noun} is rated }`]
  }
  return [
    `  ${name}:`,
    '    type: str',
    `    desc: "What the ${noun} says about its ${name}: one phrase"`,
    '    constraints:',
    ...random
      .shuffle(constraints)
      .slice(0, 2)
      .map(text => `      - ${text.startsWith('"') ? `'${text}'` : text}`),
  ]
}

function exampleLines(inputs: readonly string[], outputs: readonly string[], number: number): readonly string[] {
  const values = [
    ...inputs.map(name => `${name}: case ${number}, in which it is said that all is well`),
    ...outputs.map(name => `${name}: low`),
  ]
  return values.map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`)
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.int(items.length)] as T
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
