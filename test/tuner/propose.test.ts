/** Proposals: what a reply may change, and what becomes of one that changes more. */
import { describe, expect, test } from 'vitest'
import { ok } from '../../server/src/base/result.ts'
import type { ModelRequest } from '../../server/src/model/model.ts'
import { describeChange } from '../../server/src/signature/compare.ts'
import type { Signature } from '../../server/src/signature/signature.ts'
import { lengthLimit, propose } from '../../server/src/tuner/propose.ts'
import {
  constrained,
  createRuleModel,
  type Reflection,
  reflection,
  reworded,
  ruleWorld,
  textOf,
} from '../support/ruleModel.ts'
import { tuned } from '../support/tuneWorld.ts'
import { plainSignature, textField } from '../support/tuning.ts'

const signature = plainSignature({
  skillId: 'answers',
  inputs: [textField('context'), textField('question')],
  outputs: [textField('answer', ['short']), textField('source')],
  examples: { kind: 'file', path: 'examples.jsonl' },
})

/** Proposes over a reflector that gives these replies in turn, the last one for ever. */
function proposed(...replies: readonly Reflection[]) {
  return proposedFor(signature, ...replies)
}

async function proposedFor(signature: Signature, ...replies: readonly Reflection[]) {
  const requests: ModelRequest[] = []
  const input = {
    signature,
    analysis: 'analysis',
    model: 'm',
    parameters: {},
    repeat: 3,
    maxLength: lengthLimit(signature),
  }
  const proposal = await propose(input, async request => {
    const value = replies[Math.min(requests.length, replies.length - 1)]
    requests.push(request)
    return ok({ value: { ...value }, usage: { inputTokens: 1, outputTokens: 1, cost: undefined }, latency: 1 })
  })
  return { proposal, requests }
}

const bare = { ...signature, examples: undefined }
const [context, question] = bare.inputs
const [answer, source] = bare.outputs
if (!context || !question || !answer || !source) throw new Error('unreachable')

describe('frozen', () => {
  const metric = { name: 'answer_match', kind: 'exact_match', field: 'answer', weight: 1, options: {} } as const
  test.each<[string, Partial<Signature>]>([
    ['the name', { name: 'Other' }],
    ['the skill id', { skillId: 'other' }],
    ['a field name', { outputs: [{ ...answer, name: 'reply' }, source] }],
    ['a type', { outputs: [{ ...answer, type: { kind: 'int' } }, source] }],
    ['the order of fields', { inputs: [question, context] }],
    ['a field added', { inputs: [context, question, textField('hint')] }],
    ['a field dropped', { outputs: [answer] }],
    ['a metric weight', { metrics: [{ ...metric, weight: 5 }] }],
    ['a metric option', { metrics: [{ ...metric, options: { ignore_case: true } }] }],
    ['a metric dropped', { metrics: [] }],
    ['the threshold', { threshold: 0.1 }],
    ['the examples', { examples: { kind: 'file', path: 'easy.jsonl' } }],
  ])('%s', async (_, drift) => {
    const { proposal, requests } = await proposed(reflection({ ...bare, ...drift }))
    expect(proposal.kind).toBe('refused')
    expect(requests).toHaveLength(2)
  })

  test('constraints given twice are kept once', async () => {
    const outputs = [{ ...answer, constraints: ['short', 'short', 'new', 'new'] }, source]
    const { proposal } = await proposed(reflection({ ...bare, outputs }))
    expect(proposal.kind === 'proposed' && proposal.changes.flatMap(describeChange)).toEqual([
      "Field 'answer': added constraint 'new'",
    ])
  })

  test.each(['\u202e', '\u2066', '\u200b', '\u{e0041}', '\0', '\u001b[31m'])('a text with %j', async hidden => {
    const { proposal, requests } = await proposed(constrained(bare, `short${hidden}est`))
    expect(proposal).toMatchObject({ kind: 'refused', why: expect.stringContaining('cannot be seen') })
    expect(requests).toHaveLength(2)
  })

  test('characters that the author wrote may be there again', async () => {
    const own = { ...bare, instructions: 'Donau\u00addampf.' }
    const { proposal } = await proposedFor(
      { ...signature, instructions: own.instructions },
      reflection({ ...own, instructions: `${own.instructions} Be brief.` }),
    )
    expect(proposal.kind).toBe('proposed')
  })

  test('what is written in another script is taken', async () => {
    const { proposal } = await proposed(constrained(bare, 'kurz 👩‍💻 کوتاه‌تر'))
    expect(proposal.kind).toBe('proposed')
  })

  test('drift costs no task call', async () => {
    const world = ruleWorld(60, 3)
    const model = createRuleModel(world, { reflect: (_, current) => reflection({ ...current, threshold: 0 }) })
    const outcome = await tuned(world, model.call)
    expect(model.tasks()).toHaveLength(60)
    // Two reflections each, and one repair of both.
    expect(model.reflections()).toHaveLength(4 * outcome.candidates.length)
    expect(outcome.candidates.map(({ decision }) => decision)[0]).toBe(
      'refused: it changes what is frozen: the threshold changed.',
    )
  })
})

describe('repair', () => {
  test('is asked for once, names what was wrong, and is taken', async () => {
    const good = constrained(bare, 'in one word')
    const { proposal, requests } = await proposed({ improved_signature: 'name: [', improvement_reasoning: '' }, good)
    expect(proposal).toMatchObject({ kind: 'proposed', reasoning: 'The failures shown lack this.' })
    expect(requests).toHaveLength(2)
    expect(requests[1]?.messages).toHaveLength(4)
    expect(requests[1]?.messages[3]?.content).toContain('That cannot be used: improved_signature is no valid signature')
  })

  test('is not asked for when the reply can be used, fenced or not', async () => {
    const good = constrained(bare, 'in one word')
    const fenced = { ...good, improved_signature: `\`\`\`yaml\n${String(good.improved_signature)}\`\`\`\n` }
    const { proposal, requests } = await proposed(fenced)
    expect(requests).toHaveLength(1)
    expect(proposal).toMatchObject({
      kind: 'proposed',
      changes: [
        {
          part: 'constraints',
          direction: 'outputs',
          field: 'answer',
          before: ['short'],
          after: ['short', 'in one word'],
        },
        { part: 'constraints', direction: 'outputs', field: 'source', before: [], after: ['in one word'] },
      ],
    })
  })

  test.each<[string, Reflection]>([
    ['what is no text', { improved_signature: 7, improvement_reasoning: '' }],
    ['what is no signature', { improved_signature: '- a\n- b\n', improvement_reasoning: '' }],
    ['too long a text', reworded(bare, 'long '.repeat(2000))],
    ['too long a constraint', constrained(bare, 'long '.repeat(100))],
    ['an enormous reply', { improved_signature: 'x'.repeat(70_000), improvement_reasoning: '' }],
  ])('gives up on %s', async (_, reply) => {
    const { proposal, requests } = await proposed(reply)
    expect(proposal.kind).toBe('refused')
    expect(requests).toHaveLength(2)
    expect(requests.every(request => textOf(request).length < 150_000)).toBe(true)
  })
})

test('the question holds the signature, the analysis, and the number of the proposal', async () => {
  const { requests } = await proposed(constrained(bare, 'in one word'))
  expect(textOf(requests[0] as ModelRequest)).toContain('examples: examples.jsonl')
  expect(requests[0]).toMatchObject({ purpose: 'reflection', model: 'm', repeat: 3 })
  expect(textOf(requests[0] as ModelRequest)).toMatch(/<failure_analysis>\nanalysis\n<\/failure_analysis>$/)
})
