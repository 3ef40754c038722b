/** Models of the editor answer for the server: each by its vendor and id, with the person's consent. */
import * as vscode from 'vscode'
import {
  type CompleteChatError,
  type CompleteChatParams,
  type CompleteChatReply,
  completeChatMethod,
} from '../../server/src/protocol/client.ts'
import { editorModelError } from './editorModelError.ts'
import type { Server } from './server.ts'

const justification = 'Evaluating and tuning a signature asks the model for each of its examples.'

export function answerForEditorModels(extension: vscode.ExtensionContext, server: Server): void {
  /** The first request asks for consent; the others wait for the person's answer, which is theirs too. */
  const asking = new Map<string, Promise<CompleteChatError | undefined>>()

  server.onRequest<CompleteChatParams, CompleteChatReply | CompleteChatError>(
    completeChatMethod,
    async (params, token) => {
      try {
        return await complete(params, token)
      } catch (error) {
        return editorModelError(error)
      }
    },
  )

  async function complete(
    { model: name, messages }: CompleteChatParams,
    token: vscode.CancellationToken,
  ): Promise<CompleteChatReply | CompleteChatError> {
    const [vendor = '', ...rest] = name.split('/')
    const [model] = await vscode.lm.selectChatModels({ vendor, id: rest.join('/') })
    if (model === undefined) return { code: 'not_found', message: `the editor has no model ${name}` }
    while (asking.has(name)) {
      const refused = await asking.get(name)
      if (refused !== undefined) return refused
    }
    const access = extension.languageModelAccessInformation.canSendRequest(model)
    if (access === false) return { code: 'no_permission', message: `you have not allowed the use of ${model.name}` }
    const request = model.sendRequest(messages.map(toEditor), { justification }, token)
    if (access === undefined)
      asking.set(
        name,
        consentOf(request).finally(() => asking.delete(name)),
      )
    const response = await request
    let text = ''
    for await (const part of response.text) text += part
    return { text }
  }
}

async function consentOf(request: Thenable<unknown>): Promise<CompleteChatError | undefined> {
  try {
    await request
    return undefined
  } catch (error) {
    const read = editorModelError(error)
    return read.code === 'no_permission' ? read : undefined
  }
}

/** Editors know no system messages: what they say comes first, in the person's name. */
function toEditor({ role, content }: CompleteChatParams['messages'][number]): vscode.LanguageModelChatMessage {
  const { LanguageModelChatMessage } = vscode
  return role === 'assistant' ? LanguageModelChatMessage.Assistant(content) : LanguageModelChatMessage.User(content)
}
