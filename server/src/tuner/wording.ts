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
 * have more than `longest` characters; and none of them twice. All other text stays as it is.
 */
export function placeByOutput(before: Signature, after: Signature, longest: number): Signature {
  let placed = after
  for (const { sentence } of addedSentences(before.instructions, after.instructions)) {
    const [only, another] = after.outputs.filter(({ name }) => isNamed(name, sentence))
    const isAboutOne = only !== undefined && another === undefined && sentence.length <= longest
    if (!isAboutOne && !before.instructions.includes(sentence)) continue
    const now = addedSentences(before.instructions, placed.instructions)
    const instructions = now.find(piece => piece.sentence === sentence)?.without ?? placed.instructions
    const text = sentence.replace(new RegExp(`^For ${only?.name}: `, 'i'), '')
    const outputs = placed.outputs.map(output =>
      !isAboutOne || output.name !== only.name || output.constraints.includes(text)
        ? output
        : { ...output, constraints: [...output.constraints, text] },
    )
    placed = { ...placed, instructions, outputs }
  }
  return placed
}

function isNamed(name: string, text: string): boolean {
  return new RegExp(`\\b${name.replaceAll('_', '[_ ]')}\\b`, 'i').test(text)
}

/** One sentence or text that can be taken away again. */
export interface Removal {
  readonly part: PartPath
  readonly text: string
  readonly signature: Signature
}

/** The signature without each thing it has beyond `base`: a constraint, an added sentence, else a whole new text. */
export function removals(base: Signature, signature: Signature): readonly Removal[] {
  const before = new Map(textsOf(base).map(({ part, text }) => [part, text]))
  return newTexts(base, signature).flatMap(({ part, text }): Removal[] => {
    if (part.endsWith('.constraints')) {
      return [{ part, text, signature: editField(signature, part, field => without(field, text)) }]
    }
    const old = before.get(part) ?? ''
    const added = addedSentences(old, text)
    if (added.length === 0) return [{ part, text, signature: replaceText(signature, part, old) }]
    return added.map(({ sentence, without }) => ({
      part,
      text: sentence,
      signature: replaceText(signature, part, without),
    }))
  })
}

/** `signature` without these texts, as far as it has them beyond `base`. */
export function withoutTexts(
  base: Signature,
  signature: Signature,
  removed: readonly Pick<Removal, 'part' | 'text'>[],
): Signature {
  return removed.reduce((left, { part, text }) => {
    const found = removals(base, left).find(removal => removal.part === part && removal.text === text)
    return found?.signature ?? left
  }, signature)
}

/**
 * `after` without the texts it has beyond `before` that repeat a passage of one input alone: an example learnt by heart
 * helps itself, and is no rule.
 */
export function withoutQuotes(before: Signature, after: Signature, inputs: readonly string[]): Signature {
  const read = inputs.map(input => plain(input.slice(0, longestInput)))
  let kept = after
  for (;;) {
    const quoting = removals(before, kept).find(({ text }) => quotesOne(plain(text), read))
    if (quoting === undefined) return kept
    kept = quoting.signature
  }
}

/** Characters that a text and an input must share. */
const quoted = 24
const longestInput = 20_000

function quotesOne(text: string, inputs: readonly string[]): boolean {
  const starts = [...text.matchAll(/(?<![\p{L}\p{N}])[\p{L}\p{N}]/gu)].map(({ index }) => index)
  return starts.some(start => {
    const passage = text.slice(start, start + quoted)
    return passage.length === quoted && inputs.filter(input => input.includes(passage)).length === 1
  })
}

function plain(text: string): string {
  return text.replace(/\s+/gu, ' ').toLowerCase()
}

/** The sentences that were appended to `old`, each with the text as it is without it, to the character. */
function addedSentences(old: string, text: string): readonly { readonly sentence: string; readonly without: string }[] {
  const start = old.trimEnd().length
  if (start === 0 || !text.startsWith(old.trimEnd())) return []
  const pieces = [...text.slice(start).matchAll(sentences)].map(match => {
    const end = start + match.index + match[0].length
    return { sentence: match[0], begin: end - match[0].length, end }
  })
  // What goes on in the middle of the old text's last sentence cannot be cut out of it.
  const goesOn = !/[.!?]$/u.test(text.slice(0, start)) && !/^\s*\n/u.test(text.slice(start))
  const glued = /^\S/u.test(text.slice(start))
  const free = goesOn || glued ? pieces.slice(1) : pieces
  return free.map(({ sentence, begin, end }) => {
    if (pieces.length === 1) return { sentence, without: old }
    const next = pieces.find(piece => piece.begin >= end)
    const previous = pieces.findLast(piece => piece.end <= begin)
    // With the white space after it; the last one with that before it.
    const [from, to] = next === undefined ? [previous?.end ?? start, end] : [begin, next.begin]
    return { sentence, without: text.slice(0, from) + text.slice(to) }
  })
}

/** A sentence ends with a mark and white space, or with the line. */
const sentences = /\S(?:[^\n]*?[.!?](?=\s|$)|[^\n]*)/gu

function without(field: Field, constraint: string): Field {
  return { ...field, constraints: field.constraints.filter(item => item !== constraint) }
}

function replaceText(signature: Signature, part: PartPath, text: string): Signature {
  if (part === 'instructions') return { ...signature, instructions: text }
  return editField(signature, part, field => ({ ...field, desc: text }))
}

function editField(signature: Signature, part: PartPath, edit: (field: Field) => Field): Signature {
  const [direction, name] = part.split('.')
  if (direction !== 'inputs' && direction !== 'outputs') return signature
  return { ...signature, [direction]: signature[direction].map(field => (field.name === name ? edit(field) : field)) }
}
