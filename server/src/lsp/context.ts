/** What the handlers of the server share. */
import type { CancellationToken, Connection, ResponseError, TextDocuments } from 'vscode-languageserver'
import type { SkillFacts } from '../features/facts.ts'
import type { EditorConfiguration } from '../protocol/client.ts'
import type { SignatureDocument } from '../signature/document.ts'
import type { ClientAbilities } from './capabilities.ts'
import type { OpenDocument } from './documents.ts'
import type { Hosts } from './hosts.ts'
import type { Settings } from './settings.ts'
import type { Skills } from './skills.ts'

/** What a feature is given of an open signature. */
export interface Look {
  readonly open: OpenDocument
  readonly document: SignatureDocument
  readonly facts: SkillFacts
}

export interface ServerContext {
  readonly connection: Connection
  readonly documents: TextDocuments<OpenDocument>
  /** Known once the client has introduced itself, as are those below. */
  readonly abilities: () => ClientAbilities
  readonly settings: () => Settings
  /** What our own client said of itself; `undefined` for any other. */
  readonly editor: () => EditorConfiguration | undefined
  /** Once the settings that the client was last asked for count: a command may follow the change of one at once. */
  readonly configured: () => Promise<void>
  readonly hosts: () => Hosts
  readonly skills: () => Skills
  /** Absolute paths of the workspace's folders. */
  readonly folders: () => readonly string[]
  /** The open signature; `undefined` for anything else. */
  readonly look: (uri: string) => Look | undefined
  /** A handler of requests about an open signature; anything else is answered with null. */
  readonly about: <Params extends { readonly textDocument: { readonly uri: string } }, Answer>(
    name: string,
    handle: (look: Look, params: Params, token: CancellationToken) => Answer | Promise<Answer>,
  ) => (params: Params, token: CancellationToken) => Promise<Answer | null | ResponseError<never>>
  /** Any other handler. */
  readonly wrap: <Params, Answer>(
    name: string,
    handle: (params: Params, token: CancellationToken) => Answer | Promise<Answer>,
  ) => (params: Params, token: CancellationToken) => Promise<Answer | ResponseError<never>>
}
