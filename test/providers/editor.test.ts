/** Models of the editor: what the editor is asked, how its reply is read, and what its errors mean. */
import { expect, test } from 'vitest'
import type { CompleteInEditor, EditorError, EditorRequest } from '../../server/src/model/editorModel.ts'
import type { ModelRequest } from '../../server/src/model/model.ts'
import { createEditorModel } from '../../server/src/providers/editor.ts'
import { clock, never, question } from './ask.ts'

const model = 'vscode:copilot/gpt-4o'

function ask(complete: CompleteInEditor | undefined, request: Partial<ModelRequest> = {}, timeout = 5000) {
  return createEditorModel({ complete, clock, timeout }).complete({ ...question, model, ...request }, never)
}

async function failureOf(error: EditorError) {
  const result = await ask(async () => error)
  if (result.ok) throw new Error('the question was answered')
  return result.error
}

test('the editor is asked in words for what it cannot enforce, by its own name of the model', async () => {
  const asked: EditorRequest[] = []
  const complete: CompleteInEditor = async request => {
    asked.push(request)
    return { text: '{"answer": "because"}' }
  }
  const result = await ask(complete, { parameters: { temperature: 0, max_tokens: 300 } })
  expect(asked).toEqual([
    {
      model: 'copilot/gpt-4o',
      messages: [
        { role: 'system', content: expect.stringMatching(/^Answer the question\.\n\nReply with one JSON object/) },
        question.messages[1],
      ],
      maxOutputTokens: 300,
      jsonSchema: question.reply,
    },
  ])
  // Estimated, and paid by the editor's plan: a list price of the same model elsewhere says nothing.
  expect(result).toEqual({
    ok: true,
    value: {
      value: { answer: 'because' },
      usage: { inputTokens: 12, outputTokens: 6, cost: undefined },
      latency: 5,
    },
  })
})

test('a reply in prose, with a fence and carelessly written, is repaired; counted tokens are taken as they are', async () => {
  const text = "Of course:\n```json\n{'answer': 'because',}\n```\nAnything else?"
  expect(await ask(async () => ({ text, inputTokens: 70, outputTokens: 9 }))).toMatchObject({
    value: { value: { answer: 'because' }, usage: { inputTokens: 70, outputTokens: 9 } },
  })
})

test.each([
  ['', /^VS Code sent an empty reply/],
  ['I cannot say.', /^VS Code sent no JSON object .*"vscode:copilot\/gpt-4o"/],
])('a reply without an object is asked again: %j', async (text, message) => {
  const result = await ask(async () => ({ text }))
  expect(result).toMatchObject({
    error: { code: 'reply_invalid', retryable: true, message: expect.stringMatching(message) },
  })
})

test.each<[EditorError['code'], string, boolean, RegExp]>([
  ['no_permission', 'key_rejected', false, /does not let .*allow it/],
  ['not_found', 'model_unknown', false, /has no model .*choose another/],
  ['blocked', 'rate_limited', false, /blocks requests .*quota/],
  ['rate_limited', 'rate_limited', true, /limits the rate .*lower concurrency/],
  ['refused', 'reply_refused', false, /refused the request .*change what the examples ask/],
  ['failed', 'endpoint_failed', true, /could not ask .*try again later/],
])('%s is %s', async (code, known, retryable, message) => {
  const failure = await failureOf({ code, message: 'as it\nis', retryAfter: 7 })
  expect(failure).toMatchObject({ code: known, retryable, answered: true, retryAfter: 7 })
  expect(failure.message).toMatch(message)
  expect(failure.message).toContain('vscode:copilot/gpt-4o: "as it is"')
})

test('a broken pipe to the editor is worth another try', async () => {
  const result = await ask(async () => {
    throw new Error('the pipe broke')
  })
  expect(result).toMatchObject({ error: { code: 'endpoint_failed', retryable: true } })
})

test('without an editor nothing is asked, and the way out is said', async () => {
  const result = await ask(undefined)
  expect(result).toMatchObject({ error: { code: 'editor_needed', retryable: false, answered: false } })
  expect(!result.ok && result.error.message).toMatch(/^vscode:copilot\/gpt-4o is a model of VS Code.*--model/)
})

/** Never answers, and tells when it was given up. */
function silent() {
  const asked = Promise.withResolvers<void>()
  const aborted = Promise.withResolvers<unknown>()
  const complete: CompleteInEditor = (_, signal) => {
    asked.resolve()
    signal.addEventListener('abort', () => aborted.resolve(signal.reason))
    return new Promise(() => {})
  }
  return { complete, asked: asked.promise, aborted: aborted.promise }
}

test('a request that takes too long is given up on both sides', async () => {
  const { complete, aborted } = silent()
  const result = await ask(complete, {}, 1)
  expect(result).toMatchObject({ error: { code: 'timed_out', retryable: true, answered: false } })
  expect(await aborted).toBeInstanceOf(Error)
})

test('aborting reaches the editor, and rejects with the reason', async () => {
  const { complete, asked, aborted } = silent()
  const controller = new AbortController()
  const answer = createEditorModel({ complete, clock, timeout: 5000 }).complete(
    { ...question, model },
    controller.signal,
  )
  await asked
  const reason = new Error('enough')
  controller.abort(reason)
  await expect(answer).rejects.toBe(reason)
  expect(await aborted).toBe(reason)
})
