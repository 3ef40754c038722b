/** Descriptions: a model reads them, so they should say more than the name of the field. */
import type { SignatureDocument } from '../../signature/document.ts'
import type { FieldPart } from '../../signature/readFields.ts'
import { type Problem, problem } from '../problem.ts'

export function descriptions(document: SignatureDocument): readonly Problem[] {
  return document.fields.flatMap(field => {
    // A field without a type is still being written.
    if (field.typePart === undefined || isBroken(field)) return []
    const text = field.desc?.value.trim() ?? ''
    const place = field.desc === undefined || text === '' ? field.nameSpan : field.desc.span
    if (text === '')
      return [problem('no-description', `'${field.name}' has no description for the model to read`, place)]
    if (!saysNothing(text, field.name)) return []
    const message = `'${shorten(text)}' tells the model no more than the name '${field.name}'`
    return [problem('vague-description', message, place)]
  })
}

/** Whether there is a description that is not text, which was complained about. */
function isBroken({ node, desc }: FieldPart): boolean {
  return desc === undefined && node.kind === 'map' && node.pairs.some(pair => pair.key === 'desc')
}

const genericWords: ReadonlySet<string> = new Set(
  (
    'answer output outputs input inputs result results response reply text string value values data field thing ' +
    'something item content information info question todo tbd fixme description desc xxx none null na'
  ).split(' '),
)
const fillers: ReadonlySet<string> = new Set(
  'the a an this that its some your of for to be is here field model'.split(' '),
)

function saysNothing(text: string, name: string): boolean {
  if (text.length > 100) return false
  const words = wordsOf(text).filter(word => !fillers.has(word))
  const ownWords = new Set(wordsOf(name))
  return words.every(
    word => ownWords.has(word) || ownWords.has(word.replace(/s$/, '')) || (words.length <= 2 && genericWords.has(word)),
  )
}

/** Lower-case words; `userQuestion` and `user_question` are two. */
function wordsOf(text: string): readonly string[] {
  return text
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(word => word !== '')
}

function shorten(text: string): string {
  return text.replace(/\s+/g, ' ')
}
