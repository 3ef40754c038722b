/** A whole signature to start from, as one snippet. */
import type { CompletionEntry, Surroundings } from './completionEntry.ts'
import { plainText, stop } from './snippet.ts'

export function newSignature({ name, examples }: Surroundings): CompletionEntry {
  const snippet = [
    `name: ${stop(1, name ?? 'AnswerQuestion')}`,
    'instructions: |',
    `  ${stop(2, 'Answer the question from the given context.')}`,
    'inputs:',
    `  ${stop(3, 'context')}:`,
    '    type: str',
    `    desc: ${stop(4, 'Facts that hold the answer')}`,
    `  ${stop(5, 'question')}:`,
    '    type: str',
    `    desc: ${stop(6, 'A question about the context')}`,
    'outputs:',
    `  ${stop(7, 'answer')}:`,
    `    type: ${stop(8, 'str')}`,
    `    desc: ${stop(9, 'The words of the context that answer the question')}`,
    'metrics:',
    `  ${stop(7, 'answer')}_match: { kind: exact_match, field: ${stop(7, 'answer')} }`,
    'threshold: 0.75',
    `examples: ${stop(10, examples[0] ?? 'examples.jsonl')}`,
    '',
  ].join('\n')
  return {
    label: 'signature',
    kind: 'signature',
    detail: 'a whole new signature',
    documentation: `\`\`\`yaml\n${plainText(snippet, '')}\`\`\``,
    snippet,
  }
}
