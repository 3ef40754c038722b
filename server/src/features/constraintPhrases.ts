/** Phrases for constraints: what a model obeys and an editor can check, by the type of the field. */
import type { SignatureDocument } from '../signature/document.ts'
import type { FieldType } from '../signature/types.ts'
import type { CompletionEntry } from './completionEntry.ts'
import { choice, plainText, stop } from './snippet.ts'
import type { WritingPlace } from './writingPlace.ts'

export function constraintPhrases(document: SignatureDocument, place: WritingPlace): readonly CompletionEntry[] {
  const { path, written, flow, quote, at } = place
  const field = document.fields.find(({ direction, name }) => direction === path[0] && name === path[1])
  const type = field?.type?.kind === 'optional' ? field.type.item : field?.type
  const known = new Set(field?.constraints.map(({ text }) => text))
  // A number that is typed already is the one that is meant.
  const count = /\b(\d{1,6})\b/.exec(written)?.[1]
  const inputs = document.fields.filter(({ direction }) => direction === 'inputs').map(({ name }) => name)
  const from = inputs.length === 0 ? undefined : choice(1, inputs.slice(0, 10))
  return phrasesFor(type, count, from).flatMap(([snippet, documentation]) => {
    const label = plainText(snippet, '')
    if (known.has(label)) return []
    const quoted = flow && quote === undefined && /[,:?]/.test(label) ? `"${snippet}"` : snippet
    return [{ label, kind: 'phrase', documentation, snippet: at === 'list' ? `- ${quoted}` : quoted }]
  })
}

type Phrase = readonly [snippet: string, documentation: string]

function phrasesFor(
  type: FieldType | undefined,
  count: string | undefined,
  from: string | undefined,
): readonly Phrase[] {
  const number = (standard: string) => stop(1, count ?? standard)
  const text: readonly Phrase[] = [
    [`at most ${number('5')} words`, 'A limit of length; the metric `length` can check it.'],
    [`at least ${number('3')} words`, 'A limit of length; the metric `length` can check it.'],
    [`exactly ${number('1')} sentence`, 'How many sentences.'],
    [`at most ${number('100')} characters`, 'A limit of length; the metric `length` can check it.'],
    [
      `one of ${stop(1, 'yes')}, ${stop(2, 'no')}`,
      'A closed set; the type `Literal[…]` says the same and is enforced.',
    ],
    ['lower case', 'How letters are written.'],
    ['upper case', 'How letters are written.'],
    ['no final full stop', 'How the text ends.'],
    ['no explanation, only the value', 'Keeps sentences out of short answers.'],
    ...(from === undefined ? [] : [[`word for word from ${from}`, 'The answer is copied, not reworded.'] as const]),
    [`in ${stop(1, 'English')}`, 'The language of the text.'],
    ['ISO 8601 date', 'Such as 2026-01-31; the type `date` says the same and is enforced.'],
    ['empty when it is not known', 'What to answer when the inputs do not tell.'],
  ]
  switch (type?.kind) {
    case 'date':
      return [
        ['ISO 8601 date', 'Such as 2026-01-31.'],
        [`not before ${stop(1, '2020-01-01')}`, 'The earliest day.'],
      ]
    case 'int':
    case 'float':
      return [
        [`between ${stop(1, count ?? '0')} and ${stop(2, '100')}`, 'The range of the number.'],
        ['a number without unit', 'Keeps units and signs of currencies out.'],
        [`rounded to ${number('2')} decimals`, 'How exact the number is.'],
        ['0 when it is not known', 'What to answer when the inputs do not tell.'],
      ]
    case 'list':
      return [
        [`at most ${number('5')} items`, 'A limit of length.'],
        [`at least ${number('1')} item`, 'A limit of length.'],
        ['sorted by importance', 'The order of the items.'],
        ['no item twice', 'Each item once.'],
        ['empty when there is none', 'What to answer when the inputs hold none.'],
      ]
    case 'literal':
      return [[`${stop(1, String(type.values[0] ?? ''))} when in doubt`, 'What to answer when more than one fits.']]
    case 'bool':
      return [[`${choice(1, ['false', 'true'])} when in doubt`, 'What to answer when it is not certain.']]
    case 'dict':
    case 'object':
      return [['every part from the inputs', 'Nothing is made up.']]
    default:
      return text
  }
}
