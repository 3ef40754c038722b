/** What Choose Model offers: models of the endpoint, of this machine, of the editor, the demo, and what is typed. */
import type { OfferedModels } from '../../server/src/protocol/client.ts'
import { inEditorWords } from './editorWords.ts'

export const demoModel = 'embedded'

export interface EditorModel {
  readonly vendor: string
  readonly id: string
  readonly name: string
}

/** What is known so far; `undefined` where the answer is still to come. */
export interface ModelSources {
  /** What is typed into the box. */
  readonly typed: string
  readonly current: string
  readonly endpoint: OfferedModels | undefined
  readonly machine: readonly OfferedModels[]
  readonly editor: readonly EditorModel[]
}

export type ModelChoice =
  | { readonly kind: 'heading'; readonly label: string }
  | {
      readonly kind: 'model'
      readonly label: string
      readonly description: string
      readonly model: string
      /** Of a server that is not the configured one. */
      readonly baseUrl?: string
      readonly typed?: true
    }
  | { readonly kind: 'key' | 'problem'; readonly label: string; readonly detail: string }
  | { readonly kind: 'endpoint'; readonly label: string; readonly description: string }

/** Whether a model of this name is asked over the network; not so if there is none. */
export function asksEndpoint(model: string): boolean {
  return model !== '' && model !== demoModel && !model.startsWith('vscode:')
}

export function modelChoices(sources: ModelSources): readonly ModelChoice[] {
  const { endpoint, current, editor } = sources
  const group = (label: string, choices: readonly ModelChoice[]): readonly ModelChoice[] =>
    choices.length === 0 ? [] : [{ kind: 'heading', label }, ...choices]
  const describe = (model: string, text: string) =>
    [text, model === current ? 'in use now' : ''].filter(Boolean).join(', ')
  const models = (offered: OfferedModels, baseUrl?: string): readonly ModelChoice[] =>
    offered.models.map(model => ({
      kind: 'model',
      label: model,
      description: baseUrl === undefined ? describe(model, '') : '',
      model,
      ...(baseUrl !== undefined && { baseUrl }),
    }))
  const machine = sources.machine.filter(({ baseUrl }) => !isSame(baseUrl, endpoint?.baseUrl))
  const listed: readonly ModelChoice[] = [
    ...(endpoint === undefined ? [] : group(endpoint.name, [...models(endpoint), ...problemOf(endpoint)])),
    ...machine.flatMap(server => group(`${server.name} on this machine`, models(server, server.baseUrl))),
    ...group(
      'Models of the editor',
      editor.map(({ vendor, id, name }) => {
        const model = `vscode:${vendor}/${id}`
        return { kind: 'model', label: model, description: describe(model, name), model }
      }),
    ),
    ...group('Other', [
      {
        kind: 'model',
        label: demoModel,
        description: describe(demoModel, 'the offline demo: no endpoint, no key'),
        model: demoModel,
      },
      { kind: 'endpoint', label: 'Use Another Endpoint…', description: 'by its base URL' },
    ]),
  ]
  return [...typedChoice(sources.typed.trim(), listed), ...listed]
}

/** The name as it was typed, where nothing that is listed has it. */
function typedChoice(typed: string, listed: readonly ModelChoice[]): readonly ModelChoice[] {
  if (typed === '' || listed.some(choice => choice.label === typed)) return []
  return [{ kind: 'model', label: typed, description: 'as typed', model: typed, typed: true }]
}

function problemOf({ name, problem }: OfferedModels): readonly ModelChoice[] {
  if (problem === undefined) return []
  if (problem.code === 'key_missing' || problem.code === 'key_rejected') {
    return [{ kind: 'key', label: `Set API Key for ${name}…`, detail: inEditorWords(problem.message) }]
  }
  return [{ kind: 'problem', label: 'Models are not listed: type a name', detail: inEditorWords(problem.message) }]
}

function isSame(one: string, other: string | undefined): boolean {
  if (other === undefined) return false
  const plain = (url: string) => url.replace('//localhost', '//127.0.0.1').replace(/\/+$/, '')
  return plain(one) === plain(other)
}
