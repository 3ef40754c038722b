/** The tree of tests: signatures as suites, their examples as tests, listed when they are asked for. */
import * as vscode from 'vscode'
import { type ExamplesAnswer, examplesMethod, type ListedExample } from '../../../server/src/protocol/client.ts'
import { inEditorWords } from '../editorWords.ts'
import { describeError } from '../messages.ts'
import type { Server } from '../server.ts'

export interface Suites {
  /** Finds the signatures of the workspace. */
  discover(): Promise<void>
  /** Lists the examples of a suite anew. */
  list(suite: vscode.TestItem): Promise<void>
  /** Lists them, unless that was done or begun before. */
  ensureListed(suite: vscode.TestItem): Promise<void>
  /** Lists those of all suites anew that were listed before. */
  listAgain(): Promise<void>
  /** The suite of a signature; made where there is none yet. */
  suiteOf(signature: vscode.Uri): vscode.TestItem
  remove(signature: vscode.Uri): void
  /** Listed suites that this file is the signature or holds the examples of. */
  about(file: vscode.Uri): readonly vscode.TestItem[]
}

interface Listing {
  /** URI of the file that holds the examples. */
  examples?: string | undefined
  asked: number
  newest: Promise<void>
}

export const signatureGlob = '**/{signature.yaml,*.signature.yaml}'
const leftOut = '**/node_modules/**'

export function isSignature({ scheme, path }: vscode.Uri): boolean {
  return scheme === 'file' && /(?:^|[/.])signature\.yaml$/.test(path) && !path.includes('/node_modules/')
}

export function createSuites(controller: vscode.TestController, server: Pick<Server, 'request'>): Suites {
  /** By id of the suite. */
  const listed = new Map<string, Listing>()

  function suiteOf(signature: vscode.Uri): vscode.TestItem {
    const id = signature.toString()
    const known = controller.items.get(id)
    if (known !== undefined) return known
    const path = vscode.workspace.asRelativePath(signature)
    const suite = controller.createTestItem(id, path.replace(/\/signature\.yaml$/, ''), signature)
    suite.canResolveChildren = true
    suite.range = new vscode.Range(0, 0, 0, 0)
    controller.items.add(suite)
    return suite
  }

  function remove(signature: vscode.Uri): void {
    listed.delete(signature.toString())
    controller.items.delete(signature.toString())
  }

  /** Resolves with the newest listing, also where it began later than the one that was asked for. */
  async function list(suite: vscode.TestItem): Promise<void> {
    const state: Listing = listed.get(suite.id) ?? { asked: 0, newest: Promise.resolve() }
    listed.set(suite.id, state)
    state.asked++
    state.newest = read(suite, state, state.asked)
    await newestOf(state)
  }

  async function read(suite: vscode.TestItem, state: Listing, asked: number): Promise<void> {
    const isNewest = () => listed.get(suite.id) === state && state.asked === asked
    suite.busy = true
    try {
      const answer = await server.request<ExamplesAnswer>(examplesMethod, { uri: suite.id })
      if (!isNewest()) return
      state.examples = answer.examplesUri && vscode.Uri.parse(answer.examplesUri).toString()
      show(suite, answer)
    } catch (error) {
      if (isNewest()) suite.error = describeError(error)
    } finally {
      if (isNewest()) suite.busy = false
    }
  }

  function show(suite: vscode.TestItem, { examples, examplesUri, total, problem }: ExamplesAnswer): void {
    const uri = examplesUri === undefined ? suite.uri : vscode.Uri.parse(examplesUri)
    suite.error = problem && inEditorWords(problem)
    suite.description = total > examples.length ? `first ${examples.length} of ${total} examples` : undefined
    suite.children.replace(examples.map(example => itemOf(suite, uri, example)))
  }

  function itemOf(suite: vscode.TestItem, uri: vscode.Uri | undefined, example: ListedExample): vscode.TestItem {
    const known = suite.children.get(example.id)
    // Runs that go on tell of the item that they were started with.
    const item =
      known?.uri?.toString() === uri?.toString() && known !== undefined
        ? known
        : controller.createTestItem(example.id, example.label, uri)
    item.label = example.label
    item.description = example.split
    item.sortText = String(example.line).padStart(9, '0')
    item.range = new vscode.Range(example.line - 1, 0, example.line - 1, 0)
    return item
  }

  return {
    suiteOf,
    remove,
    list,
    ensureListed(suite) {
      const state = listed.get(suite.id)
      return state === undefined ? list(suite) : newestOf(state)
    },
    async listAgain() {
      const known = [...controller.items].map(([, suite]) => suite).filter(({ id }) => listed.has(id))
      for (const suite of known) await list(suite)
    },
    async discover() {
      const found = await vscode.workspace.findFiles(signatureGlob, leftOut)
      const ids = new Set(found.map(uri => uri.toString()))
      for (const uri of found) suiteOf(uri)
      // One that is open is a suite wherever it lies.
      const open = new Set(vscode.workspace.textDocuments.map(({ uri }) => uri.toString()))
      for (const [id, { uri }] of controller.items) if (uri && !ids.has(id) && !open.has(id)) remove(uri)
    },
    about(file) {
      const id = file.toString()
      return [...listed].flatMap(([suiteId, { examples }]) => {
        const suite = suiteId === id || examples === id ? controller.items.get(suiteId) : undefined
        return suite === undefined ? [] : [suite]
      })
    },
  }
}

async function newestOf(state: Listing): Promise<void> {
  for (;;) {
    const { newest } = state
    await newest
    if (state.newest === newest) return
  }
}
