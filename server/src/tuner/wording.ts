/** Wording: the texts of a signature that tuning may change, addressed one by one. */
import { sha256 } from '../base/hash.ts'
import { canonicalJson } from '../base/json.ts'
import type { Direction, Field, Signature } from '../signature/signature.ts'

/** The instructions, or one field's description or constraints; `instructions`, `outputs.answer.constraints`. */
export type PartPath = string

/** A text of the wording: a constraint, a description, the instructions. */
export interface WordingText {
  readonly part: PartPath
  /** Such as `outputs.answer.constraints[0]`. */
  readonly path: string
  readonly text: string
}

/** Equal for signatures that put the same words before the model. */
export function wordingKey(signature: Signature): string {
  const { name, instructions, inputs, outputs } = signature
  return sha256(canonicalJson({ name, instructions, inputs, outputs }))
}

/** What a field's constraints become with sentences added to them. */
export function addConstraints(
  signature: Signature,
  added: readonly { readonly field: string; readonly text: string }[],
): Signature {
  return {
    ...signature,
    outputs: signature.outputs.map(field => {
      const texts = added.filter(item => item.field === field.name && !field.constraints.includes(item.text))
      return texts.length === 0
        ? field
        : { ...field, constraints: [...field.constraints, ...texts.map(item => item.text)] }
    }),
  }
}

/** All texts, in the order a reader meets them. */
export function textsOf(signature: Signature): readonly WordingText[] {
  const ofField = (direction: Direction) => (field: Field) => {
    const at = `${direction}.${field.name}`
    return [
      { part: `${at}.desc`, path: `${at}.desc`, text: field.desc },
      ...field.constraints.map((text, i) => ({
        part: `${at}.constraints`,
        path: `${at}.constraints[${i}]`,
        text,
      })),
    ]
  }
  return [
    { part: 'instructions', path: 'instructions', text: signature.instructions },
    ...signature.inputs.flatMap(ofField('inputs')),
    ...signature.outputs.flatMap(ofField('outputs')),
  ].filter(({ text }) => text.trim() !== '')
}

/** The texts of `signature` that `base` does not have in the same part. */
export function newTexts(base: Signature, signature: Signature): readonly WordingText[] {
  const known = new Set(textsOf(base).map(({ part, text }) => textKey(part, text)))
  return textsOf(signature).filter(({ part, text }) => !known.has(textKey(part, text)))
}

/** One text of a part, for maps and sets. */
export function textKey(part: PartPath, text: string): string {
  return `${part}\n${text}`
}

/** What is judged by itself: each constraint, and each sentence of other texts. */
export function piecesOf(signature: Signature): readonly Pick<WordingText, 'part' | 'text'>[] {
  return textsOf(signature).flatMap(({ part, text }) =>
    part.endsWith('.constraints') ? [{ part, text }] : sentencesOf(text).map(sentence => ({ part, text: sentence })),
  )
}

export function sentencesOf(text: string): readonly string[] {
  return text.match(sentences) ?? []
}

/** Characters of all texts together. */
export function wordingLength(signature: Signature): number {
  return textsOf(signature).reduce((sum, { text }) => sum + text.length, 0)
}

/**
 * Sentences that the instructions of `after` gained about one output alone, put where they are judged with it, unless they
 * have more than `longest` characters; and none of the old ones twice. All other text stays as it is.
 */
export function placeByOutput(before: Signature, after: Signature, longest: number): Signature {
  const placed = new Map<string, readonly string[]>()
  const instructions = withoutSentences(before.instructions, after.instructions, sentence => {
    const [only, another] = after.outputs.filter(({ name }) => isNamed(name, sentence))
    if (only === undefined || another !== undefined || sentence.length > longest) {
      return before.instructions.includes(sentence)
    }
    const text = sentence.replace(new RegExp(`^For ${only.name}: `, 'i'), '')
    placed.set(only.name, [...(placed.get(only.name) ?? []), text])
    return true
  })
  const outputs = after.outputs.map(output => {
    const added = new Set(placed.get(output.name)).difference(new Set(output.constraints))
    return added.size === 0 ? output : { ...output, constraints: [...output.constraints, ...added] }
  })
  return { ...after, instructions, outputs }
}

function isNamed(name: string, text: string): boolean {
  return new RegExp(`\\b${name.replaceAll('_', '[_ ]')}\\b`, 'i').test(text)
}

/** One sentence or text that can be taken away again. */
export type Removal = Pick<WordingText, 'part' | 'text'>

/** Each thing that `signature` has beyond `base`: a constraint, an added sentence, else a whole new text. */
export function removals(base: Signature, signature: Signature): readonly Removal[] {
  const before = new Map(textsOf(base).map(({ part, text }) => [part, text]))
  return newTexts(base, signature).flatMap(({ part, text }): readonly Removal[] => {
    const added = part.endsWith('.constraints') ? [] : addedSentences(before.get(part) ?? '', text)
    return added.length === 0 ? [{ part, text }] : added.map(({ sentence }) => ({ part, text: sentence }))
  })
}

/** `signature` without these texts, as far as it has them beyond `base`. */
export function withoutTexts(base: Signature, signature: Signature, removed: readonly Removal[]): Signature {
  const before = new Map(textsOf(base).map(({ part, text }) => [part, text]))
  const now = new Map(newTexts(base, signature).map(({ part, text }) => [part, text]))
  return [...Map.groupBy(removed, ({ part }) => part)].reduce((left, [part, texts]) => {
    const gone = new Set(texts.map(({ text }) => text))
    if (part.endsWith('.constraints')) {
      const had = new Set(textsOf(base).flatMap(text => (text.part === part ? [text.text] : [])))
      const stays = (text: string) => had.has(text) || !gone.has(text)
      return editField(left, part, field => ({ ...field, constraints: field.constraints.filter(stays) }))
    }
    const [old, text] = [before.get(part) ?? '', now.get(part)]
    if (text === undefined) return left
    return replaceText(left, part, gone.has(text) ? old : withoutSentences(old, text, sentence => gone.has(sentence)))
  }, signature)
}

/**
 * `after` without the texts it has beyond `before` that repeat a passage of one input alone: an example learnt by heart
 * helps itself, and is no rule.
 */
export function withoutQuotes(before: Signature, after: Signature, inputs: readonly string[]): Signature {
  /** By passage the input that has it, `several` for more than one. */
  const owners = new Map<string, number>()
  for (const [at, input] of inputs.entries()) {
    const text = plain(input.slice(0, longestInput))
    for (let start = 0; start + quoted <= text.length; start++) {
      const passage = text.slice(start, start + quoted)
      owners.set(passage, (owners.get(passage) ?? at) === at ? at : several)
    }
  }
  const quotesOne = ({ text }: Removal) =>
    passagesOf(plain(text)).some(passage => (owners.get(passage) ?? several) !== several)
  return withoutTexts(before, after, removals(before, after).filter(quotesOne))
}

const several = -1
/** Characters that a text and an input must share. */
const quoted = 24
const longestInput = 20_000

function plain(text: string): string {
  return text.replace(/\s+/gu, ' ').toLowerCase()
}

/** What follows each beginning of a word. */
function passagesOf(text: string): readonly string[] {
  const starts = [...text.matchAll(/(?<![\p{L}\p{N}])[\p{L}\p{N}]/gu)].map(({ index }) => index)
  return starts.map(start => text.slice(start, start + quoted)).filter(({ length }) => length === quoted)
}

interface Sentence {
  readonly sentence: string
  readonly begin: number
  readonly end: number
}

/** The sentences that were appended to `old`. */
function addedSentences(old: string, text: string): readonly Sentence[] {
  const start = old.trimEnd().length
  if (start === 0 || !text.startsWith(old.trimEnd())) return []
  const pieces = appended(old, text)
  // What goes on in the middle of the old text's last sentence cannot be cut out of it.
  const goesOn = !/[.!?]$/u.test(text.slice(0, start)) && !/^\s*\n/u.test(text.slice(start))
  const glued = /^\S/u.test(text.slice(start))
  return goesOn || glued ? pieces.slice(1) : pieces
}

function appended(old: string, text: string): readonly Sentence[] {
  const start = old.trimEnd().length
  return [...text.slice(start).matchAll(sentences)].map(match => {
    const begin = start + match.index
    return { sentence: match[0], begin, end: begin + match[0].length }
  })
}

/** `text` without those of its sentences beyond `old` that are to go, to the character; `old` itself when all of them go. */
function withoutSentences(old: string, text: string, goes: (sentence: string) => boolean): string {
  const free = addedSentences(old, text)
  const gone = new Set(free.filter(({ sentence }) => goes(sentence)).map(({ begin }) => begin))
  if (gone.size === 0) return text
  const pieces = appended(old, text)
  if (gone.size === pieces.length) return old
  let kept = text.slice(0, old.trimEnd().length)
  let last = kept.length
  let gap: string | undefined
  for (const { sentence, begin, end } of pieces) {
    // A sentence goes with the white space after it, the last one with that before it.
    gap ??= text.slice(last, begin)
    last = end
    if (gone.has(begin)) continue
    kept += gap + sentence
    gap = undefined
  }
  return kept + text.slice(last)
}

/** A sentence ends with a mark and white space, or with the line. */
const sentences = /\S(?:[^\n]*?[.!?](?=\s|$)|[^\n]*)/gu

function replaceText(signature: Signature, part: PartPath, text: string): Signature {
  if (part === 'instructions') return { ...signature, instructions: text }
  return editField(signature, part, field => ({ ...field, desc: text }))
}

function editField(signature: Signature, part: PartPath, edit: (field: Field) => Field): Signature {
  const [direction, name] = part.split('.')
  if (direction !== 'inputs' && direction !== 'outputs') return signature
  return { ...signature, [direction]: signature[direction].map(field => (field.name === name ? edit(field) : field)) }
}
