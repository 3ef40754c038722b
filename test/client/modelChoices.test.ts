/** What Choose Model offers of what is known. */
import { describe, expect, test } from 'vitest'
import { asksEndpoint, type ModelSources, modelChoices } from '../../client/src/modelChoices.ts'

const nothing: ModelSources = { typed: '', current: '', endpoint: undefined, machine: [], editor: [] }
const endpoint = { name: 'https://models.example', baseUrl: 'https://models.example/v1', models: ['a', 'b'] }

/** One line a choice; headings in brackets. */
function shown(more: Partial<ModelSources>): readonly string[] {
  return modelChoices({ ...nothing, ...more }).map(choice => {
    if (choice.kind === 'heading') return `[${choice.label}]`
    const base = 'baseUrl' in choice && choice.baseUrl !== undefined ? ` @ ${choice.baseUrl}` : ''
    return `${choice.label}${base}`
  })
}

const other = ['[Other]', 'embedded', 'Use Another Endpoint…']

describe('choices of a model', () => {
  test('the demo and another endpoint are there before anything answers', () => {
    expect(shown({})).toEqual(other)
  })

  test('each place has its heading, and a local server brings its address', () => {
    const machine = [{ name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', models: ['llama3.2'] }]
    const editor = [{ vendor: 'copilot', id: 'gpt-4o', name: 'GPT-4o' }]
    expect(shown({ endpoint, machine, editor })).toEqual([
      ...['[https://models.example]', 'a', 'b'],
      ...['[Ollama on this machine]', 'llama3.2 @ http://127.0.0.1:11434/v1'],
      ...['[Models of the editor]', 'vscode:copilot/gpt-4o'],
      ...other,
    ])
  })

  test('the configured endpoint is not offered a second time as a server of this machine', () => {
    const local = { name: 'http://localhost:11434', baseUrl: 'http://localhost:11434/v1/', models: ['m'] }
    const machine = [{ name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', models: ['m'] }]
    expect(shown({ endpoint: local, machine })).toEqual(['[http://localhost:11434]', 'm', ...other])
  })

  test('a typed name comes first unless it is listed', () => {
    expect(shown({ endpoint, typed: ' new-model ' })[0]).toBe('new-model')
    expect(shown({ endpoint, typed: 'a' }).filter(label => label === 'a')).toHaveLength(1)
  })

  test('what is in use is marked, but not a model of the same name elsewhere', () => {
    const machine = [{ name: 'vLLM', baseUrl: 'http://127.0.0.1:8000/v1', models: ['a'] }]
    const marked = modelChoices({ ...nothing, current: 'a', endpoint, machine }).filter(
      choice => 'description' in choice && choice.description === 'in use now',
    )
    expect(marked).toMatchObject([{ label: 'a' }])
    expect(marked[0]).not.toHaveProperty('baseUrl')
  })

  test.each([
    ['key_missing', 'Set API Key for https://models.example…'],
    ['key_rejected', 'Set API Key for https://models.example…'],
    ['endpoint_unreachable', 'Models are not listed: type a name'],
  ])('an endpoint that lists none for %s says why', (code, label) => {
    const problem = { code, message: 'In its own words.' }
    const choices = modelChoices({ ...nothing, endpoint: { ...endpoint, models: [], problem } })
    expect(choices[1]).toMatchObject({ label, detail: 'In its own words.' })
  })
})

test.each([
  ['gpt-5-mini', true],
  ['embedded', false],
  ['vscode:copilot/gpt-4o', false],
  ['', false],
])('a model named %j is asked over the network: %s', (name, asked) => {
  expect(asksEndpoint(name)).toBe(asked)
})
