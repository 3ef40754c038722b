/** VS Code's Test Explorer: each signature a suite, each example a test, run by evaluating. */
import * as vscode from 'vscode'
import type { Server } from '../server.ts'
import { hasTrust } from '../trust.ts'
import { type EvaluationPorts, evaluateTests, listAsked } from './evaluation.ts'
import { createLatest } from './latest.ts'
import { chooseSuites, suitesOf } from './selection.ts'
import { createSuites, isSignature, type Suites, signatureGlob } from './suites.ts'

/** Milliseconds after the last edit, before examples are listed anew. */
const editPause = 400
/** Milliseconds in which several files are saved together. */
const savePause = 300

export function createTestExplorer(extension: vscode.ExtensionContext, server: Server): void {
  const controller = vscode.tests.createTestController('signatureTuner', 'Signatures')
  const suites = createSuites(controller, server)
  const ports: EvaluationPorts = { controller, suites, server }
  controller.resolveHandler = suite => (suite === undefined ? suites.discover() : suites.list(suite))
  controller.refreshHandler = async () => {
    await suites.discover()
    await suites.listAgain()
  }
  const profile = controller.createRunProfile(
    'Evaluate',
    vscode.TestRunProfileKind.Run,
    async (request, token) => {
      if (!(await hasTrust('Evaluating'))) return
      if (request.continuous === true) evaluateOnSave(ports, request, token)
      else await evaluateTests(ports, request, token)
    },
    true,
    undefined,
    true,
  )
  extension.subscriptions.push(controller, profile, ...followFiles(suites), ...followDocuments(suites))
}

/** Until the token is cancelled. A save during an evaluation starts it anew, as what it reads has changed. */
function evaluateOnSave(ports: EvaluationPorts, request: vscode.TestRunRequest, token: vscode.CancellationToken): void {
  const { controller, suites } = ports
  const { include, exclude, profile } = request
  const latest = createLatest<vscode.TestItem>(savePause, async (changed, signal) => {
    const cancelled = new vscode.CancellationTokenSource()
    signal.addEventListener('abort', () => cancelled.cancel())
    try {
      await Promise.all([...changed].map(suite => suites.list(suite)))
      const chosen = chooseSuites(changed, include, exclude).flatMap(({ suite, isWhole, examples }) =>
        isWhole ? [suite] : examples,
      )
      if (chosen.length === 0 || signal.aborted) return
      await evaluateTests(ports, new vscode.TestRunRequest(chosen, exclude, profile, true), cancelled.token)
    } finally {
      cancelled.dispose()
    }
  })
  // Only of listed suites is it known which file holds their examples.
  void listAsked(ports, include)
  const saving = vscode.workspace.onDidSaveTextDocument(({ uri }) => {
    const watched = include && new Set(suitesOf(include).map(({ id }) => id))
    if (isSignature(uri)) suites.suiteOf(uri)
    const known = isSignature(uri) ? [suites.suiteOf(uri)] : suites.about(uri)
    latest.add(known.filter(({ id }) => controller.items.get(id) && (watched === undefined || watched.has(id))))
  })
  token.onCancellationRequested(() => {
    saving.dispose()
    latest.dispose()
  })
}

/** What changes on disk, by whoever's hand. */
function followFiles(suites: Suites): readonly vscode.Disposable[] {
  const signatures = vscode.workspace.createFileSystemWatcher(signatureGlob)
  const others = vscode.workspace.createFileSystemWatcher('**/*.{jsonl,ndjson,json,csv,yaml,yml}')
  const listAgain = (uri: vscode.Uri) => {
    for (const suite of suites.about(uri)) void suites.list(suite)
  }
  return [
    signatures,
    others,
    signatures.onDidCreate(uri => void (isSignature(uri) && suites.suiteOf(uri))),
    signatures.onDidDelete(uri => suites.remove(uri)),
    others.onDidCreate(listAgain),
    others.onDidChange(listAgain),
    others.onDidDelete(listAgain),
  ]
}

/** A signature that is open shows its examples; what is typed counts before it is saved. */
function followDocuments(suites: Suites): readonly vscode.Disposable[] {
  const edited = createLatest<vscode.TestItem>(editPause, async changed => {
    await Promise.all([...changed].map(suite => suites.list(suite)))
  })
  const show = ({ uri }: vscode.TextDocument) => {
    if (isSignature(uri)) void suites.list(suites.suiteOf(uri))
  }
  for (const document of vscode.workspace.textDocuments) show(document)
  return [
    edited,
    vscode.workspace.onDidOpenTextDocument(show),
    vscode.workspace.onDidChangeTextDocument(({ document: { uri }, contentChanges }) => {
      if (contentChanges.length > 0 && isSignature(uri)) edited.add([suites.suiteOf(uri)])
    }),
  ]
}
