/** The offline demo model: reads the prompt, obeys its rules, and is sloppy where they are vague. */
import { describe, expect, it } from 'vitest'
import type { ModelRequest } from '../../server/src/model/model.ts'
import { type PromptField, taskMessages } from '../../server/src/model/prompt.ts'
import { createEmbeddedModel } from '../../server/src/providers/embedded.ts'

const model = createEmbeddedModel()

async function complete(request: ModelRequest): Promise<Readonly<Record<string, unknown>>> {
  const result = await model.complete(request, new AbortController().signal)
  if (!result.ok) throw new Error(result.error.message)
  return result.value.value
}

interface Asked {
  readonly output: Partial<PromptField>
  readonly schema: Readonly<Record<string, string | readonly string[]>>
  readonly values: Readonly<Record<string, string>>
  readonly instructions?: string
}

/** The value of one output, asked for over the real prompt. */
async function ask({ output, schema, values, instructions = 'Do the task.' }: Asked): Promise<unknown> {
  const field = { name: 'answer', type: 'str', desc: '', constraints: [], ...output }
  const inputs = Object.keys(values).map(name => ({ name, type: 'str', desc: '', constraints: [] }))
  const reply = await complete({
    purpose: 'task',
    model: 'embedded',
    messages: taskMessages({ instructions, inputs, outputs: [field], values }),
    reply: { name: 'reply', schema: { type: 'object', properties: { [field.name]: schema } } },
    parameters: {},
    repeat: 0,
  })
  return reply[field.name]
}

const reef = {
  context:
    'Coral bleaching happens when water stays too warm. The Great Barrier Reef lost half of its corals by 2016. Dr. Ana Silva founded the reef watch programme.',
  question: 'Who founded the reef watch programme?',
}
const text = { type: 'string' } as const

describe('text', () => {
  it('answers a vague prompt with a whole sentence', async () => {
    expect(await ask({ output: {}, schema: text, values: reef })).toBe(
      'According to the context, Dr. Ana Silva founded the reef watch programme.',
    )
  })

  it.each(['concise, 1-5 words', 'Write 1 to 5 words.', 'At most five words', 'no more than 4 words'])(
    'obeys %s',
    async constraint => {
      expect(await ask({ output: { constraints: [constraint] }, schema: text, values: reef })).toContain('Ana Silva')
      expect(
        String(await ask({ output: { constraints: [constraint] }, schema: text, values: reef })).split(' ').length,
      ).toBeLessThan(6)
    },
  )
})
