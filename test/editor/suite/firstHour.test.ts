/** The demo skill is copied and evaluated without a key, and models of the editor answer as any other. */
import assert from 'node:assert/strict'
import {
  ConfigurationTarget,
  commands,
  type Disposable,
  LanguageModelTextPart,
  lm,
  Uri,
  window,
  workspace,
} from 'vscode'
import { type TestContext, test } from '../harness/test.ts'
import { readText, versionsOf, writeSkill } from './skillFile.ts'

function settings() {
  return workspace.getConfiguration('signatureTuner', workspace.workspaceFolders?.[0]?.uri)
}

function folder({ onFinished }: TestContext): Uri {
  const [root] = workspace.workspaceFolders ?? []
  assert.ok(root)
  const uri = Uri.joinPath(root.uri, 'demo')
  onFinished(() => workspace.fs.delete(uri, { recursive: true }))
  onFinished(() => settings().update('model', undefined, ConfigurationTarget.WorkspaceFolder))
  return uri
}

test('the demo skill is copied into the folder, and its model is named in this workspace alone', async context => {
  const demo = folder(context)
  await commands.executeCommand('signatureTuner.openDemoSkill', demo)
  const opened = window.activeTextEditor?.document
  assert.equal(opened?.uri.path, Uri.joinPath(demo, 'skills/python/async/signature.yaml').path)
  assert.equal(opened?.languageId, 'skill-signature')
  const { workspaceValue, workspaceFolderValue, globalValue } = settings().inspect('model') ?? {}
  assert.equal(workspaceFolderValue ?? workspaceValue, 'embedded')
  assert.equal(globalValue, undefined)
  await commands.executeCommand('signatureTuner.evaluate')
  const [version] = await versionsOf(Uri.joinPath(demo, 'skills/python/async/signature.yaml'))
  assert.ok((version?.metric_score ?? 0) > 0)
})

test('a second copy leaves the first one alone', async context => {
  const demo = folder(context)
  const first = Uri.joinPath(demo, 'skills/python/async/signature.yaml')
  await commands.executeCommand('signatureTuner.openDemoSkill', demo)
  await workspace.fs.writeFile(first, new TextEncoder().encode('name: Mine\n'))
  await commands.executeCommand('signatureTuner.openDemoSkill', demo)
  assert.equal(
    window.activeTextEditor?.document.uri.path,
    Uri.joinPath(demo, 'skills/python/async-2/signature.yaml').path,
  )
  assert.equal(await readText(first), 'name: Mine\n')
})

/** Of newer editors. */
interface ModelProviders {
  registerLanguageModelChatProvider?(vendor: string, provider: object): Disposable
}

test('a model of the editor evaluates, and is given the texts that an endpoint would be', async context => {
  const { registerLanguageModelChatProvider: register } = lm as ModelProviders
  if (register === undefined) return
  const asked: { readonly content: readonly { readonly value: string }[] }[][] = []
  const about = { family: 'suite', version: '1', maxInputTokens: 100_000, maxOutputTokens: 10_000, capabilities: {} }
  const provider = register('suite', {
    provideLanguageModelChatInformation: async () => [{ id: 'answerer', name: 'Answerer', ...about }],
    async provideLanguageModelChatResponse(
      _: unknown,
      messages: (typeof asked)[number],
      __: unknown,
      progress: { report(part: LanguageModelTextPart): void },
    ) {
      asked.push(messages)
      // In pieces, as models write.
      for (const part of ['{"answer": "an event', ' loop", "level": "beginner"}']) {
        progress.report(new LanguageModelTextPart(part))
      }
    },
    provideTokenCount: async () => 1,
  })
  context.onFinished(() => provider.dispose())
  await settings().update('model', 'vscode:suite/answerer', ConfigurationTarget.WorkspaceFolder)
  context.onFinished(() => settings().update('model', undefined, ConfigurationTarget.WorkspaceFolder))
  const uri = await writeSkill(context, text => text.replace('skill_id: python-async\n', ''))
  await commands.executeCommand('signatureTuner.evaluate', uri)
  assert.ok(asked.length > 0)
  assert.match(JSON.stringify(asked[0]), /asyncio/)
  const [version] = await versionsOf(uri)
  assert.equal(version?.model, 'vscode:suite/answerer')
})
