/** Proposals: one TuneSignature call, its reply held to what may change, and at most one call to mend it. */
import type { Failure } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { Result } from '../base/result.ts'
import type { Message, ModelReply, ModelRequest } from '../model/model.ts'
import { tuneMessages, tuneReply } from '../model/prompt.ts'
import { compareSignatures } from '../signature/compare.ts'
import { parseSignature } from '../signature/document.ts'
import { renderSignature } from '../signature/render.ts'
import type { Direction, Signature, SignatureChange } from '../signature/signature.ts'
import { placeByOutput, textsOf, wordingLength } from './wording.ts'

export interface ProposeInput {
  /** The parent to improve on. */
  readonly signature: Signature
  readonly analysis: string
  readonly model: string
  readonly parameters: { readonly [name: string]: Json }
  /** Number of the proposal: an equal question asked for another proposal gets an answer of its own. */
  readonly repeat: number
  /** Characters that the whole wording may have. */
  readonly maxLength: number
}

export type Proposal =
  | { readonly kind: 'proposed'; readonly changes: readonly SignatureChange[]; readonly reasoning: string }
  /** What came back may not be used, even after mending. */
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'failed'; readonly error: Failure }

/** The most calls one proposal makes. */
export const callsPerProposal = 2

export async function propose(
  input: ProposeInput,
  ask: (request: ModelRequest) => Promise<Result<ModelReply>>,
): Promise<Proposal> {
  const parent = input.signature
  // Without inline examples: they may be many, some are held out, and the analysis shows those that matter.
  const messages = tuneMessages(renderSignature(parent, { examples: false }), input.analysis)
  const first = await ask(request(input, messages))
  if (!first.ok) return { kind: 'failed', error: first.error }
  const checked = checkReply(parent, first.value.value, input.maxLength)
  if (checked.ok) return checked.value
  const second = await ask(
    request(input, [
      ...messages,
      { role: 'assistant', content: JSON.stringify(first.value.value).slice(0, maxReply) },
      { role: 'user', content: mendMessage(checked.error) },
    ]),
  )
  if (!second.ok) return { kind: 'failed', error: second.error }
  const mended = checkReply(parent, second.value.value, input.maxLength)
  return mended.ok ? mended.value : { kind: 'refused', why: mended.error }
}

/** How long the wording may become: room for rules on a short signature, no sprawl on a long one. */
export function lengthLimit(original: Signature): number {
  return 2000 + Math.round(1.5 * wordingLength(original))
}

function request(input: ProposeInput, messages: readonly Message[]): ModelRequest {
  const { model, parameters, repeat } = input
  return { purpose: 'reflection', model, messages, reply: tuneReply, parameters, repeat }
}

function mendMessage(why: string): string {
  return `That cannot be used: ${why} Reply again with the whole JSON object, and change nothing but instructions, desc and constraints.`
}

/** The typed changes of a reply, or a sentence on why it cannot be used. */
function checkReply(
  parent: Signature,
  reply: ModelReply['value'],
  maxLength: number,
): Result<Extract<Proposal, { kind: 'proposed' }>, string> {
  const { improved_signature: text, improvement_reasoning: reasoning } = reply
  if (typeof text !== 'string') return wrong('improved_signature is missing.')
  if (text.length > maxReply) return wrong(`improved_signature has ${text.length} characters, more than ${maxReply}.`)
  const document = parseSignature(withoutFence(text))
  const problem = document.problems.find(({ severity }) => severity === 'error')
  if (problem !== undefined || document.signature === undefined) {
    return wrong(`improved_signature is no valid signature: ${problem?.message ?? 'it cannot be read.'}`)
  }
  // Examples that were left out stay as they are.
  const improved = {
    ...withoutRepeats(document.signature, parent),
    examples: document.signature.examples ?? parent.examples,
  }
  const { frozen } = compareSignatures(parent, improved)
  if (frozen.length > 0) return wrong(`it changes what is frozen: ${frozen.join('; ')}.`)
  const texts = textsOf(improved)
  const length = texts.reduce((sum, item) => sum + item.text.length, 0)
  if (length > maxLength) return wrong(`its texts have ${length} characters together, more than ${maxLength}.`)
  const long = texts.find(item => item.path.includes('.constraints[') && item.text.length > maxConstraint)
  if (long !== undefined) return wrong(`${long.path} has more than ${maxConstraint} characters.`)
  const unseenIn = (text: string) => (text.match(unseen) ?? []).map(([char]) => char)
  const had = new Set(textsOf(parent).flatMap(({ text }) => unseenIn(text)))
  const odd = texts.find(({ text }) => unseenIn(text).some(char => !had.has(char)))
  if (odd !== undefined) return wrong(`${odd.path} has characters that cannot be seen.`)
  const why = typeof reasoning === 'string' ? reasoning.trim().slice(0, maxReasoning) : ''
  const placed = compareSignatures(parent, placeByOutput(parent, improved, maxConstraint))
  return { ok: true, value: { kind: 'proposed', changes: placed.changes, reasoning: why } }
}

/** Without constraints that are there twice, unless the author wrote them so. */
function withoutRepeats(improved: Signature, parent: Signature): Signature {
  const cleaned = (direction: Direction) =>
    improved[direction].map((field, i) => {
      const had = parent[direction][i]?.constraints ?? []
      const isRepeated = (text: string, at: number) =>
        field.constraints.indexOf(text) < at && had.indexOf(text) === had.lastIndexOf(text)
      return { ...field, constraints: field.constraints.filter((text, at) => !isRepeated(text, at)) }
    })
  return { ...improved, inputs: cleaned('inputs'), outputs: cleaned('outputs') }
}

/** What a reviewer cannot see: control characters, directions and tags that reorder or hide text, halves of a pair. */
const unseen = /[^\P{Cc}\n\t]|[\u00ad\u200b\u2028-\u202e\u2060-\u206f\u3164\ufeff\u{e0000}-\u{e007f}]|\p{Cs}/gu

const maxReply = 64_000
const maxConstraint = 400
const maxReasoning = 2000

function wrong(why: string): Result<never, string> {
  return { ok: false, error: why }
}

/** Models like to put YAML between fences. */
function withoutFence(text: string): string {
  const trimmed = text.trim()
  const firstLineEnd = trimmed.indexOf('\n')
  if (firstLineEnd < 0 || !/^```\w*\s*$/.test(trimmed.slice(0, firstLineEnd)) || !trimmed.endsWith('```')) return text
  return trimmed.slice(firstLineEnd + 1, -3)
}
