/** What Test Connection says of the checks, and what the server hears of errors of the editor's models. */
import { describe, expect, test } from 'vitest'
import { describeConnection } from '../../client/src/connection.ts'
import { editorModelError } from '../../client/src/editorModelError.ts'

const program = { name: 'program', status: 'ok', detail: 'signature-tuner 0.1.0' } as const
const model = { name: 'model', status: 'ok', detail: 'small, large proposes' } as const

describe('a tested connection', () => {
  test('that works names the model and its time', () => {
    const endpoint = { name: 'endpoint', status: 'ok', detail: 'https://m.example/v1 answered in 12 ms' } as const
    expect(describeConnection([program, model, endpoint])).toEqual({
      healthy: true,
      message: 'small: https://m.example/v1 answered in 12 ms.',
      actions: ['Show Checks'],
      lines: [
        'ok       program: signature-tuner 0.1.0',
        'ok       model: small, large proposes',
        'ok       endpoint: https://m.example/v1 answered in 12 ms',
      ],
    })
  })

  test('of the offline demo needs nobody', () => {
    const checks = [
      { ...model, detail: 'embedded' },
      { name: 'endpoint', status: 'ok', detail: 'none: the offline demo model answers' } as const,
    ]
    expect(describeConnection(checks).message).toBe('The offline demo answers; nothing is sent.')
  })

  test.each([
    [
      'key_rejected',
      'https://m.example rejected the API key (status 401: "No; set OPENAI_API_KEY: it is wrong"); set OPENAI_API_KEY to the one that belongs to it.',
      'https://m.example rejected the API key (status 401: "No; set OPENAI_API_KEY: it is wrong"); use “Set API Key” for the one that belongs to it.',
      'Set API Key',
    ],
    [
      'model_unknown',
      'https://m.example has no model "x" (status 404); check --model and --base-url.',
      'https://m.example has no model "x" (status 404); use “Choose Model” for one that it has.',
      'Choose Model',
    ],
    [
      'endpoint_unreachable',
      'Cannot reach https://m.example; check it.',
      'Cannot reach https://m.example; check it.',
      'Try Again',
    ],
  ])('that fails with %s tells so in the provider’s words, with a next step', (code, detail, message, step) => {
    const checks = [program, { name: 'endpoint', status: 'error', detail, code } as const]
    const { actions, ...connection } = describeConnection(checks)
    expect(connection).toMatchObject({ healthy: false, message })
    expect(actions[0]).toBe(step)
    expect(actions.at(-1)).toBe('Show Checks')
  })
})

describe('errors of the editor’s models', () => {
  const error = (message: string, more: object = {}) => Object.assign(new Error(message), more)

  test.each([
    [error('not now', { code: 'NoPermissions' }), { code: 'no_permission', message: 'not now' }],
    [error('quota', { code: 'Blocked' }), { code: 'blocked', message: 'quota' }],
    [error('gone', { code: 'NotFound' }), { code: 'not_found', message: 'gone' }],
    [
      error('', { code: 'Unknown', cause: error('rate limit reached') }),
      { code: 'rate_limited', message: 'rate limit reached' },
    ],
    [error('Unknown', { cause: error('responsible AI filter') }), { code: 'refused', message: 'Unknown' }],
    [error('socket hang up', { code: 'Unknown' }), { code: 'failed', message: 'socket hang up' }],
    ['a text', { code: 'failed', message: 'the model failed' }],
  ])('%s', (thrown, told) => {
    expect(editorModelError(thrown)).toEqual(told)
  })
})
