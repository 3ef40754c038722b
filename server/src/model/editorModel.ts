/** Models of the editor: named by a prefix, and asked through the editor instead of at an endpoint. */
import { type Failure, failure } from '../base/errors.ts'
import { embeddedModel, type Message } from './model.ts'

/** Prefix of their names, and the origin of calls to them. */
export const editorOrigin = 'vscode:'

export function isEditorModel(name: string): boolean {
  return name.startsWith(editorOrigin)
}

/** The vendor and the model's id, as the editor knows it. */
export function editorNameOf(name: string): string {
  return name.slice(editorOrigin.length)
}

/** What is wrong with these models where the editor can be asked or not; `undefined` when nothing is. */
export function editorProblem(models: readonly string[], editorAnswers: boolean): Failure | undefined {
  const name = models.find(isEditorModel)
  if (name === undefined) return undefined
  if (!editorAnswers) return editorNeeded(name)
  const broken = models.find(model => isEditorModel(model) && !/^[^/]+\/./.test(editorNameOf(model)))
  if (broken === undefined) return undefined
  return failure('usage', `'${broken}' names no model: write ${editorOrigin}VENDOR/ID, such as vscode:copilot/gpt-4o.`)
}

/** Here is no editor to ask. */
export function editorNeeded(name: string): Failure {
  const way = `start or resume this in VS Code, or choose another model with --model or SIGNATURE_TUNER_MODEL`
  return failure('editor_needed', `${name} is a model of VS Code, which only VS Code can ask: ${way}.`)
}

/** Where the requests for a model go, given the configured endpoint's origin. */
export function originFor(model: string, endpointOrigin: string): string {
  if (model === embeddedModel) return embeddedModel
  return isEditorModel(model) ? editorOrigin : endpointOrigin
}

/** The origin of a job with these models: the endpoint's where any of them is there. */
export function jobOrigin(models: readonly string[], endpointOrigin: string): string {
  const origins = models.map(model => originFor(model, endpointOrigin))
  return [endpointOrigin, editorOrigin].find(origin => origins.includes(origin)) ?? embeddedModel
}

export interface EditorRequest {
  /** Vendor and id, without the prefix. */
  readonly model: string
  readonly messages: readonly Message[]
  readonly maxOutputTokens?: number
  /** What the messages ask for in words; for editors that can enforce it. */
  readonly jsonSchema?: { readonly name: string; readonly schema: object }
}

export interface EditorReply {
  readonly text: string
  /** Where the editor counts them. */
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
}

export interface EditorError {
  readonly code: EditorErrorCode
  readonly message: string
  /** Milliseconds to wait before another try. */
  readonly retryAfter?: number | undefined
}

export type EditorErrorCode = 'no_permission' | 'blocked' | 'not_found' | 'rate_limited' | 'refused' | 'failed'

/** Asks a model of the editor; aborting the signal cancels the request there and rejects with the signal's reason. */
export type CompleteInEditor = (request: EditorRequest, signal: AbortSignal) => Promise<EditorReply | EditorError>
