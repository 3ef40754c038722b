/** One run of tests: evaluates what was chosen and tells the editor of each example. */
import * as vscode from 'vscode'
import { mostListedExamples } from '../../../server/src/protocol/client.ts'
import { describeError } from '../messages.ts'
import type { Server } from '../server.ts'
import { type ChosenSuite, chooseSuites, suitesOf } from './selection.ts'
import type { Suites } from './suites.ts'
import { createVerdicts, summaryLines, type Verdict, withLineEnds } from './verdict.ts'

export interface EvaluationPorts {
  readonly controller: vscode.TestController
  readonly suites: Suites
  readonly server: Pick<Server, 'run'>
}

/** Ends the run when all is told, or soon after the token is cancelled. The workspace must be trusted. */
export async function evaluateTests(
  { controller, suites, server }: EvaluationPorts,
  request: vscode.TestRunRequest,
  token: vscode.CancellationToken,
): Promise<void> {
  const run = controller.createTestRun(request)
  const cancelled = new vscode.CancellationTokenSource()
  const listening = [token, run.token].map(one => one.onCancellationRequested(() => cancelled.cancel()))
  if (token.isCancellationRequested) cancelled.cancel()
  try {
    const asked = await listAsked({ controller, suites }, request.include)
    const chosen = chooseSuites(asked, request.include, request.exclude)
    for (const { suite, examples } of chosen) for (const item of [suite, ...examples]) run.enqueued(item)
    // One after the other: each uses all the calls at a time that the settings allow.
    for (const one of chosen) await evaluateSuite(server, run, one, cancelled.token)
  } finally {
    for (const one of listening) one.dispose()
    cancelled.dispose()
    run.end()
  }
}

/** The suites that a request is about, each with its examples; nothing included means all. */
export async function listAsked(
  { controller, suites }: Pick<EvaluationPorts, 'controller' | 'suites'>,
  include: readonly vscode.TestItem[] | undefined,
): Promise<readonly vscode.TestItem[]> {
  if (include === undefined) await suites.discover()
  const asked = include === undefined ? [...controller.items].map(([, suite]) => suite) : suitesOf(include)
  for (const suite of asked) await suites.ensureListed(suite)
  return asked
}

async function evaluateSuite(
  server: EvaluationPorts['server'],
  run: vscode.TestRun,
  { suite, isWhole, examples }: ChosenSuite<vscode.TestItem>,
  token: vscode.CancellationToken,
): Promise<void> {
  const items = examples.length === 0 ? [suite] : examples
  const skipAll = () => {
    for (const item of items) run.skipped(item)
  }
  if (token.isCancellationRequested) return skipAll()
  for (const item of items) run.started(item)
  try {
    const { skills } = await server.run(
      'evaluate',
      {
        skill_path: suite.uri?.fsPath,
        record: false,
        max_failing: mostListedExamples,
        ...(!isWhole && { examples: examples.map(({ id }) => id) }),
      },
      token,
    )
    const result = skills[0]?.result
    if (result === undefined) throw new Error(skills[0]?.error?.message ?? 'There is no result.')
    const verdictOf = createVerdicts(result)
    for (const item of examples) tell(run, item, verdictOf(item.id))
    run.appendOutput(withLineEnds(summaryLines(suite.label, result)), undefined, suite)
  } catch (error) {
    if (token.isCancellationRequested) return skipAll()
    const message = describeError(error)
    for (const item of items) run.errored(item, at(item, new vscode.TestMessage(message)))
    run.appendOutput(withLineEnds([`${suite.label}: ${message}`]), undefined, suite)
  }
}

function tell(run: vscode.TestRun, item: vscode.TestItem, verdict: Verdict): void {
  if (verdict.kind === 'passed') run.passed(item)
  else if (verdict.kind === 'skipped') run.skipped(item)
  else if (verdict.kind === 'errored') run.errored(item, at(item, new vscode.TestMessage(verdict.message)))
  else {
    const { message, compared } = verdict
    const told =
      compared === undefined
        ? new vscode.TestMessage(message)
        : vscode.TestMessage.diff(message, compared.expected, compared.actual)
    run.failed(item, at(item, told))
  }
}

function at({ uri, range }: vscode.TestItem, message: vscode.TestMessage): vscode.TestMessage {
  if (uri !== undefined && range !== undefined) message.location = new vscode.Location(uri, range)
  return message
}
