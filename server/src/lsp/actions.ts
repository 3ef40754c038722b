/** Handlers of code actions: which there are at a place, and what each changes once it is chosen. */
import {
  type CodeAction,
  type CodeActionContext,
  CodeActionTag,
  CodeActionTriggerKind,
  type Command,
  type Diagnostic,
  LSPErrorCodes,
  MessageType,
  ResponseError,
  type ServerCapabilities,
  type WorkspaceEdit,
} from 'vscode-languageserver'
import { z } from 'zod'
import { failure } from '../base/errors.ts'
import { fail } from '../base/result.ts'
import type { Span } from '../base/text.ts'
import type { Action, ActionRequest, Change, ReadBeside } from '../features/codeActions/action.ts'
import { scoreCodes } from '../features/codeActions/commands.ts'
import { touches } from '../features/codeActions/selection.ts'
import { actionKinds, codeActions } from '../features/codeActions.ts'
import type { Problem } from '../validation/problem.ts'
import type { ClientAbilities } from './capabilities.ts'
import type { Look, ServerContext } from './context.ts'
import { toEdits, toSpan } from './convert.ts'
import { diagnosticSource } from './diagnostics.ts'
import type { OpenDocument } from './documents.ts'
import { tell } from './messages.ts'

export function actionCapabilities({ codeActionLiterals }: ClientAbilities): ServerCapabilities {
  return {
    codeActionProvider: codeActionLiterals ? { codeActionKinds: [...actionKinds], resolveProvider: true } : true,
  }
}

export function registerActions(context: ServerContext): void {
  const { connection, about, wrap, look, documents, abilities } = context

  connection.onCodeAction(
    about('textDocument/codeAction', async (seen, { range, context: asked }) => {
      const { open } = seen
      const isCurrent = () => documents.get(open.uri)?.version === open.version
      const all = await problemsOf(context, open)
      // The text moved on while files were read: what fits it is asked for next.
      if (!isCurrent()) return []
      const span = toSpan(open.text, range)
      const told = matchTold(open, all, asked)
      const problems = told?.map(({ problem }) => problem) ?? all.filter(problem => touches(span, problem.span))
      const actions = codeActions(requestOf(context, seen, span, problems, all), asked.only)
      if (!abilities().codeActionLiterals) return commandsOf(actions, open.uri)
      const diagnosticOf = (problem: Problem) => told?.find(one => one.problem === problem)?.diagnostic
      // Who only moved the cursor has not asked for edits of the whole text, which come at once to some clients.
      const isUnasked = asked.triggerKind === CodeActionTriggerKind.Automatic && !abilities().resolvesCodeActions
      const offered = isUnasked ? actions.filter(({ isCostly }) => isCostly !== true) : actions
      const shown = await present(context, open, span, offered, diagnosticOf)
      return isCurrent() ? shown : []
    }),
  )

  connection.onCodeActionResolve(
    wrap('codeAction/resolve', async action => {
      const chosen = chosenSchema.safeParse(action.data)
      // A command has nothing to resolve.
      if (!chosen.success) return action
      const { uri, version, span, problem } = chosen.data
      const seen = await look(uri)
      if (seen?.open.version !== version) return outdated()
      const all = await problemsOf(context, seen.open)
      const problems = all.filter(({ code, span }) => code === problem?.code && span.start === problem.start)
      const request = requestOf(context, seen, span, problems, all)
      // Fixing all is a quick fix that is about no single problem.
      const only = action.kind === 'quickfix' && problem === undefined ? 'source.fixAll' : (action.kind ?? '')
      const found = codeActions(request, [only]).find(({ title }) => title === action.title)
      const change = await found?.change?.(readBeside(context, seen.open))
      if (documents.get(uri)?.version !== version) return outdated()
      if (change === undefined) return action
      if (!('refusal' in change)) return { ...action, edit: workspaceEdit(abilities(), seen.open, change) }
      tell(connection, MessageType.Info, change.refusal)
      return action
    }),
  )
}

function outdated(): ResponseError<never> {
  return new ResponseError(LSPErrorCodes.ContentModified, 'The text has changed since this was offered.')
}

/** What a client sends back of an action that it did not get the edit of. */
const chosenSchema = z.object({
  uri: z.string(),
  version: z.int(),
  span: z.object({ start: z.int(), end: z.int() }),
  problem: z.object({ code: z.string(), start: z.int() }).optional(),
})
type Chosen = z.infer<typeof chosenSchema>

/** Those of the signature itself; examples in a file are another document. */
async function problemsOf({ skills }: ServerContext, open: OpenDocument): Promise<readonly Problem[]> {
  const { problems } = await skills().problems(open)
  return problems.filter(({ path }) => path === undefined)
}

function requestOf(
  { abilities }: ServerContext,
  { open, document, facts }: Look,
  span: Span,
  problems: readonly Problem[],
  allProblems: readonly Problem[],
): ActionRequest {
  const fileName = decodeURIComponent(open.uri.split(/[?#]/)[0]?.split('/').at(-1) ?? '')
  const createsFiles = abilities().createsFiles && open.uri.startsWith('file:')
  return { document, facts, span, problems, allProblems, fileName, createsFiles }
}

interface Told {
  readonly problem: Problem
  readonly diagnostic: Diagnostic
}

/** The problems behind the diagnostics that the client asks about; `undefined` when it names none of ours. */
function matchTold(
  open: OpenDocument,
  problems: readonly Problem[],
  { diagnostics }: CodeActionContext,
): readonly Told[] | undefined {
  const ours = diagnostics.filter(({ source }) => source === diagnosticSource)
  if (ours.length === 0) return undefined
  return ours.flatMap(diagnostic => {
    const span = toSpan(open.text, diagnostic.range)
    const found = problems.filter(({ code, span: { start } }) => code === diagnostic.code && start === span.start)
    if (found.length > 0) return found.map(problem => ({ problem, diagnostic }))
    const { code } = diagnostic
    const message = typeof diagnostic.message === 'string' ? diagnostic.message : diagnostic.message.value
    // What is told of scores is no problem of the text.
    if (typeof code !== 'string' || !scoreCodes.has(code)) return []
    return [{ problem: { code, severity: 'info' as const, message, span }, diagnostic }]
  })
}

/** Actions as the client takes them: with their edits at once where it cannot ask for them later. */
async function present(
  context: ServerContext,
  open: OpenDocument,
  span: Span,
  actions: readonly Action[],
  diagnosticOf: (problem: Problem) => Diagnostic | undefined,
): Promise<CodeAction[]> {
  const abilities = context.abilities()
  const shown: CodeAction[] = []
  for (const action of actions) {
    const { title, kind, problem, preferred, command, change } = action
    const diagnostic = problem && diagnosticOf(problem)
    const isTagged = command?.isGenerated === true && abilities.codeActionTags.includes(CodeActionTag.LLMGenerated)
    const base: CodeAction = {
      title,
      kind,
      ...(diagnostic !== undefined && { diagnostics: [diagnostic] }),
      ...(preferred === true && { isPreferred: true }),
      ...(isTagged && { tags: [CodeActionTag.LLMGenerated] }),
      ...(command !== undefined && { command: toCommand(action, open.uri) }),
    }
    if (change === undefined) shown.push(base)
    else if (abilities.resolvesCodeActions) {
      const at = problem && { code: problem.code, start: problem.span.start }
      const data: Chosen = { uri: open.uri, version: open.version, span, ...(at !== undefined && { problem: at }) }
      shown.push({ ...base, data })
    } else {
      const made = await change(readBeside(context, open))
      if (!('refusal' in made)) shown.push({ ...base, edit: workspaceEdit(abilities, open, made) })
    }
  }
  return shown
}

function commandsOf(actions: readonly Action[], uri: string): Command[] {
  return actions.flatMap(action => toCommand(action, uri) ?? [])
}

function toCommand({ title, command }: Action, uri: string): Command | undefined {
  if (command === undefined) return undefined
  return { title, command: `signature-tuner.${command.name}`, arguments: [{ uri, ...command.arguments }] }
}

/** The text of a file beside the signature, as it is in the editor or on disk. */
function readBeside({ skills, hosts }: ServerContext, open: OpenDocument): ReadBeside {
  return async path => {
    const location = await skills().locate(open)
    if (location === undefined) return fail(failure('read_failed', 'This signature is no file of the workspace.'))
    const { files } = hosts().ports()
    const resolved = await files.resolveInside(location, path)
    return resolved.ok ? files.readText(resolved.value) : resolved
  }
}

/** With versions where the client can take them, so that no edit lands on a text that has changed. */
function workspaceEdit(
  { documentChanges }: ClientAbilities,
  open: OpenDocument,
  { edits, file }: Change,
): WorkspaceEdit {
  const textEdits = toEdits(open.text, edits)
  if (!documentChanges) return { changes: { [open.uri]: textEdits } }
  const changed = { textDocument: { uri: open.uri, version: open.version }, edits: textEdits }
  const ofText = textEdits.length === 0 ? [] : [changed]
  if (file === undefined) return { documentChanges: ofText }
  const uri = new URL(file.path.split(/[\\/]/).map(encodeURIComponent).join('/'), open.uri).href
  const start = { line: 0, character: 0 }
  const written = {
    textDocument: { uri, version: null },
    edits: [{ range: { start, end: start }, newText: file.text }],
  }
  return { documentChanges: [{ kind: 'create', uri, options: { overwrite: false } }, written, ...ofText] }
}
