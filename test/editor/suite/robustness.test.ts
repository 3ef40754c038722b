/** What ends in the middle begins again by itself, and what was applied is undone in one step. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { ConfigurationTarget, commands, languages, type Uri, WorkspaceEdit, window, workspace } from 'vscode'
import { startModelServer } from '../../support/modelServer.ts'
import { type TestContext, test, waitFor } from '../harness/test.ts'
import { problemOf, writeSkill } from './skillFile.ts'

interface Preview {
  readonly changes: readonly string[]
}

/** Ids of processes below this one, the extension host, whose command line holds a text. */
function processesOf(text: string): readonly number[] {
  const listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  const all = listed.split('\n').flatMap(line => {
    const [, pid, parent, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), args }]
  })
  const isOurs = (pid: number): boolean => {
    const parent = all.find(one => one.pid === pid)?.parent
    return parent === process.pid || (parent !== undefined && parent > 1 && isOurs(parent))
  }
  return all.filter(({ pid, args }) => args.includes(text) && isOurs(pid)).map(({ pid }) => pid)
}

const languageServer = 'bin.cjs lsp'

function kill(text: string): void {
  const found = processesOf(text)
  assert.ok(found.length > 0, `no process runs ${text}`)
  for (const pid of found) process.kill(pid, 'SIGKILL')
}

async function configure(context: TestContext, name: string, value: unknown, target: ConfigurationTarget) {
  const settings = () => workspace.getConfiguration('signatureTuner')
  await settings().update(name, value, target)
  context.onFinished(() => settings().update(name, undefined, target))
}

async function openSkill(context: TestContext, change = (text: string) => text) {
  const uri = await writeSkill(context, text => change(text.replace('skill_id: python-async\n', '')))
  const document = await workspace.openTextDocument(uri)
  await window.showTextDocument(document)
  context.onFinished(() => commands.executeCommand('workbench.action.closeAllEditors'))
  // Nothing asks whether to save when it is closed.
  context.onFinished(() => document.isDirty && document.save())
  return { uri, document }
}

function isNamed(uri: Uri): boolean {
  return languages.getDiagnostics(uri).some(({ message }) => message.startsWith('7 '))
}

function previewOf(uri: Uri): Thenable<Preview> {
  return commands.executeCommand('signature-tuner.apply', { uri: uri.toString(), preview: true, reviewed: true })
}

test('a language server that was killed starts again, names mistakes, and tunes', async context => {
  await configure(context, 'model', 'embedded', ConfigurationTarget.Workspace)
  const { uri, document } = await openSkill(context, text => text.replace('threshold: 0.75', 'threshold: 7'))
  await problemOf('threshold-range', uri)
  const [before] = processesOf(languageServer)
  kill(languageServer)
  // Those of the one that was killed go; these are of the next.
  await waitFor(languages.onDidChangeDiagnostics, () => !isNamed(uri) || undefined)
  const mistake = await problemOf('threshold-range', uri)
  assert.notEqual(processesOf(languageServer)[0], before)
  const edit = new WorkspaceEdit()
  edit.replace(uri, mistake.range, '0.75')
  await workspace.applyEdit(edit)
  await waitFor(languages.onDidChangeDiagnostics, () => !isNamed(uri) || undefined)
  assert.match(document.getText(), /threshold: 0\.75/)
  await document.save()
  await commands.executeCommand('signatureTuner.tune', uri)
  assert.notDeepEqual((await previewOf(uri)).changes, [])
}, 120_000)

test('a tuning whose worker was killed goes on, and asks nothing twice that was answered', async context => {
  const gate = Promise.withResolvers<void>()
  const halfway = Promise.withResolvers<void>()
  const model = await startModelServer({
    async answer({ messages }) {
      // All that may be asked at a time are asked, so what was answered before is kept.
      if (model.count === 14) halfway.resolve()
      if (model.count > 6) await gate.promise
      const [, current] =
        /<current_signature>\s*([\s\S]*?)<\/current_signature>/.exec(messages.at(-1)?.content ?? '') ?? []
      if (current === undefined) return { answer: 'an event loop', level: 'beginner' }
      return { improved_signature: current, improvement_reasoning: 'It is good as it is.' }
    },
  })
  context.onFinished(() => model.close())
  await configure(context, 'model', 'some-model', ConfigurationTarget.Workspace)
  await configure(context, 'baseUrl', model.url, ConfigurationTarget.Global)
  await configure(context, 'concurrency', 8, ConfigurationTarget.Global)
  const { uri } = await openSkill(context)
  const ended = commands.executeCommand('signatureTuner.tune', uri)
  assert.equal(await Promise.race([halfway.promise.then(() => 'halfway'), ended.then(() => 'ended')]), 'halfway')
  const answered = model.requests.slice(0, 6).map(({ text }) => text)
  kill('worker.cjs')
  gate.resolve()
  await ended
  assert.ok(model.count > 14)
  const asked = model.requests.map(({ text }) => text)
  for (const one of answered) assert.equal(asked.filter(text => text === one).length, 1)
}, 120_000)

test('what a tuning changed is undone in one step', async context => {
  await configure(context, 'model', 'embedded', ConfigurationTarget.Workspace)
  const { uri, document } = await openSkill(context)
  const before = document.getText()
  await commands.executeCommand('signatureTuner.tune', uri)
  await commands.executeCommand('signatureTuner.reviewResult', uri)
  await commands.executeCommand('signature-tuner.apply', { uri: uri.toString(), reviewed: true, unproven: true })
  assert.notEqual(document.getText(), before)
  await window.showTextDocument(document)
  await commands.executeCommand('undo')
  assert.equal(document.getText(), before)
  await commands.executeCommand('redo')
  assert.notEqual(document.getText(), before)
}, 120_000)
