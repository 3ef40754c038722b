/** The formats in which contestants ask for a reflection, and in which they want it answered. */
import { parseSignature } from '../../server/src/signature/document.ts'
import { renderSignature } from '../../server/src/signature/render.ts'
import type { Signature } from '../../server/src/signature/signature.ts'
import { hears, readPrompt, statementsOf } from './reading.ts'
import type { Asked, Sentence, Thought } from './reflector.ts'
import type { ChatMessage } from './server.ts'
import { systemOf } from './truth.ts'
import type { World } from './world.ts'

type ThinkUnseeded = (asked: Omit<Asked, 'seed'>) => Thought

/** `undefined` for what is no reflection request. */
export function reflectionReply(
  messages: readonly ChatMessage[],
  world: World,
  think: ThinkUnseeded,
): string | undefined {
  const request = messages.map(({ content }) => content).join('\n')
  const signature = between(request, '<current_signature>\n', '</current_signature>')
  if (signature !== undefined) return signatureReply(signature, request, world, think)
  const asked = messages.findLast(({ role }) => role === 'user')?.content ?? ''
  if (request.includes('(wire key: `newValue`)')) return componentReply(asked, world, think)
  if (request.includes('(wire key: `feedbackSummary`)')) return criticReply(asked, think)
  return undefined
}

/** A whole signature and why, as a TuneSignature call asks. */
function signatureReply(yaml: string, request: string, world: World, think: ThinkUnseeded): string | undefined {
  const { signature } = parseSignature(yaml)
  if (signature === undefined) return undefined
  const stated = statedBy(systemOf(signature), world)
  const { sentences, drifts, breaks } = think({ request, findings: '', stated, only: undefined })
  const improved = sentences.reduce(withSentence, signature)
  const text = JSON.stringify({
    improved_signature: renderSignature(drifts ? drifted(improved) : improved, { examples: true }),
    improvement_reasoning: sentences.map(({ field, text }) => `${field ?? 'instructions'}: ${text}`).join(' '),
  })
  return breaks ? text.slice(0, text.length / 2) : text
}

/** AxGEPA's request for one component: the instructions, or an output's description. */
function componentReply(request: string, world: World, think: ThinkUnseeded): string {
  const key = labelled(request, 'Component Key', 'Component Kind').trim()
  const current = labelled(request, 'Current Value', 'Feedback Summary|Previous Validation Error|Minibatch')
  const findings = labelled(request, 'Feedback Summary', 'Previous Validation Error|Minibatch')
  const only = key === 'instructions' ? undefined : key
  const stated = new Set(
    world.rules
      .filter(
        rule => (only === undefined || rule.field === only) && statementsOf(current).some(text => hears(rule, text)),
      )
      .map(rule => rule.id),
  )
  const { sentences, breaks } = think({ request, findings, stated, only })
  // An instruction that names the field counts as much as the field's own text.
  const lines = sentences.map(({ field, text }) =>
    only !== undefined || field === undefined ? text : `For ${field}: ${text}`,
  )
  return breaks ? '' : `newValue: ${[current.trim(), ...lines].join('\n')}`
}

/** AxGEPA's critic: what it makes of the minibatch, in words. */
function criticReply(request: string, think: ThinkUnseeded): string {
  const { sentences, breaks } = think({ request, findings: '', stated: new Set(), only: undefined })
  const lines = sentences.map(({ field, text }) => (field === undefined ? text : `${field}: ${text}`))
  return breaks ? '' : `feedbackSummary: ${lines.join(' ')}`
}

function statedBy(system: string, world: World): ReadonlySet<string> {
  const reading = readPrompt(system, world)
  return new Set(world.rules.filter(rule => reading.effect(rule.id) === 1).map(rule => rule.id))
}

function withSentence(signature: Signature, { field, text }: Sentence): Signature {
  if (field === undefined) return { ...signature, instructions: `${signature.instructions.trimEnd()}\n${text}` }
  return {
    ...signature,
    outputs: signature.outputs.map(output =>
      output.name === field ? { ...output, constraints: [...output.constraints, text] } : output,
    ),
  }
}

function drifted(signature: Signature): Signature {
  return {
    ...signature,
    outputs: signature.outputs.map((output, index) =>
      index === 0 ? { ...output, name: `${output.name}_text` } : output,
    ),
  }
}

function labelled(text: string, label: string, next: string): string {
  return new RegExp(`(?:^|\\n)${label}: ([\\s\\S]*?)\\n\\n?(?:${next}): `).exec(text)?.[1] ?? ''
}

function between(text: string, start: string, end: string): string | undefined {
  const from = text.indexOf(start)
  const to = text.indexOf(end, from)
  return from === -1 || to === -1 ? undefined : text.slice(from + start.length, to)
}
