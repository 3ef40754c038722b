/** The Test Explorer: an evaluation told as a run of tests, of a whole signature, of one example, and at each save. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { type TestContext, test, waitFor } from '../harness/test.ts'
import { openSkill, readText } from './skillFile.ts'

/** Of the proposed API `testObserver`, as far as it is needed here. */
interface Snapshot {
  readonly id: string
  readonly uri?: vscode.Uri
  readonly taskStates: readonly { readonly state: State; readonly messages: readonly vscode.TestMessage[] }[]
  readonly children: readonly Snapshot[]
}
type State = (typeof states)[keyof typeof states]

const states = { queued: 1, running: 2, passed: 3, failed: 4, skipped: 5, errored: 6 } as const
const observer: {
  readonly onDidChangeTestResults: vscode.Event<void>
  /** Newest first. */
  readonly testResults: readonly { readonly completedAt: number; readonly results: readonly Snapshot[] }[]
} = Object(vscode.tests)

/** A skill of its own that the Test Explorer knows. */
async function openSuite(context: TestContext, change?: (text: string) => string) {
  const skill = await openSkill(context, change)
  await vscode.commands.executeCommand('testing.refreshTests')
  return { ...skill, examples: vscode.Uri.joinPath(skill.uri, '../examples.jsonl') }
}

/** The suite as the newest run tells of it that ended since `before`. */
function toldOf(suite: vscode.Uri, before: ReadonlySet<number>): Promise<Snapshot> {
  return waitFor(observer.onDidChangeTestResults, () =>
    observer.testResults
      .filter(({ completedAt }) => !before.has(completedAt))
      .flatMap(({ results }) => results.flatMap(root => [root, ...root.children]))
      .find(
        ({ uri, children, taskStates }) => `${uri}` === `${suite}` && (children.length > 0 || taskStates.length > 0),
      ),
  )
}

const runsSoFar = () => new Set(observer.testResults.map(({ completedAt }) => completedAt))
const stateOf = ({ taskStates }: Snapshot) => taskStates.at(-1)?.state

test('a signature is evaluated as a suite, and failures are differences at the lines of their examples', async context => {
  // By the level alone: the demo's first wording never has the whole answer right.
  const { uri, examples } = await openSuite(context, text => text.replaceAll(/^ {2}answer_\w+: \{.*\n/gm, ''))
  const before = runsSoFar()
  await vscode.commands.executeCommand('testing.runCurrentFile')
  const { children: told } = await toldOf(uri, before)
  assert.equal(told.length, 121)
  assert.deepEqual(new Set(told.map(stateOf)), new Set([states.passed, states.failed]))
  const failed = told.find(example => stateOf(example) === states.failed)
  const [message] = failed?.taskStates[0]?.messages ?? []
  assert.match(message?.expectedOutput ?? '', /(beginner|advanced)$/)
  assert.match(message?.actualOutput ?? '', /(beginner|advanced)$/)
  assert.equal(`${message?.location?.uri}`, `${examples}`)
  const text = await readText(examples)
  const line = text.split('\n')[message?.location?.range?.start.line ?? -1] ?? ''
  assert.ok(failed?.id.endsWith(JSON.parse(line)._id), `${failed?.id} is not at ${line}`)
  // What is run from here makes no version.
  const files = await vscode.workspace.fs.readDirectory(vscode.Uri.joinPath(uri, '..'))
  assert.ok(!files.some(([name]) => name.includes('history')))
})

test('one example is run alone, from its line in the examples file', async context => {
  const { uri, examples } = await openSuite(context)
  const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(examples))
  editor.selection = new vscode.Selection(6, 0, 6, 0)
  const before = runsSoFar()
  await vscode.commands.executeCommand('testing.runAtCursor')
  const run = (await toldOf(uri, before)).children.filter(example => example.taskStates.length > 0)
  assert.deepEqual(
    run.map(({ id }) => id.slice(-9)),
    ['async-007'],
  )
})

test('what cannot be evaluated is an error, not a failure', async context => {
  const { uri } = await openSuite(context, text => text.replace('kind: f1, field: answer', 'kind: f1, field: none'))
  const before = runsSoFar()
  await vscode.commands.executeCommand('testing.runCurrentFile')
  const { taskStates } = await toldOf(uri, before)
  assert.deepEqual(
    taskStates.map(({ state }) => state),
    [states.errored],
  )
  assert.match(String(taskStates[0]?.messages[0]?.message), /none/)
})

test('while it is run continuously, a save evaluates it anew', async context => {
  const { uri, editor } = await openSuite(context)
  await vscode.commands.executeCommand('testing.startContinuousRun')
  context.onFinished(() => vscode.commands.executeCommand('testing.stopContinuousRun'))
  const before = runsSoFar()
  await editor.edit(edit => edit.insert(editor.document.positionAt(0), '# changed\n'))
  await editor.document.save()
  const told = await toldOf(uri, before)
  assert.equal(told.children.length, 121)
})
