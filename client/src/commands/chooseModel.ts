/** Choose Model: lists what can be asked, and writes the choice into the user's own settings. */
import * as vscode from 'vscode'
import { type ListModelsParams, listModelsMethod, type OfferedModels } from '../../../server/src/protocol/client.ts'
import type { CommandContext, CommandHandler } from '../commands.ts'
import { readMachineSettings, section } from '../configuration.ts'
import { baseUrlProblem } from '../endpoint.ts'
import { describeError } from '../messages.ts'
import { type EditorModel, type ModelChoice, type ModelSources, modelChoices } from '../modelChoices.ts'
import { showInfo } from '../notify.ts'

export const chooseModel: CommandHandler = async context => {
  for (;;) {
    const choice = await pick(context)
    switch (choice?.kind) {
      case 'model':
        await use(choice)
        return context.server.configure()
      // What is offered changes with these: the list is shown anew.
      case 'key':
        await vscode.commands.executeCommand('signatureTuner.setApiKey')
        continue
      case 'endpoint':
        if (!(await askForEndpoint())) return undefined
        await context.server.configure()
        continue
      default:
        return undefined
    }
  }
}

type Item = vscode.QuickPickItem & { readonly choice?: ModelChoice }

/** Shows at once what is known, and the rest as the answers come. */
async function pick({ server }: CommandContext): Promise<ModelChoice | undefined> {
  const box = vscode.window.createQuickPick<Item>()
  const stop = new vscode.CancellationTokenSource()
  const current = vscode.workspace.getConfiguration(section).get<string>('model', '')
  let sources: ModelSources = { typed: '', current, endpoint: undefined, machine: [], editor: [] }
  const show = (more: Partial<ModelSources>) => {
    sources = { ...sources, ...more }
    box.items = modelChoices(sources).map(toItem)
  }
  const list = async (place: ListModelsParams['place']) =>
    server.request<readonly OfferedModels[]>(listModelsMethod, { place } satisfies ListModelsParams, stop.token)
  const answers = [
    list('endpoint').then(([endpoint]) => show({ endpoint })),
    list('machine').then(machine => show({ machine })),
    editorModels().then(editor => show({ editor })),
  ]
  box.title = 'Choose Model'
  box.placeholder = 'Choose a model, or type its name'
  box.matchOnDescription = true
  box.ignoreFocusOut = true
  box.busy = true
  show({})
  void Promise.all(answers.map(answer => answer.catch(error => stop.token.isCancellationRequested || log(error)))).then(
    () => {
      if (!stop.token.isCancellationRequested) box.busy = false
    },
  )
  const log = (error: unknown) => server.log.error(`chooseModel: ${describeError(error)}`)
  try {
    return await new Promise<ModelChoice | undefined>(done => {
      box.onDidChangeValue(typed => show({ typed }))
      box.onDidAccept(() => {
        const choice = box.activeItems[0]?.choice
        if (choice?.kind !== 'problem') done(choice)
      })
      box.onDidHide(() => done(undefined))
      box.show()
    })
  } finally {
    stop.cancel()
    stop.dispose()
    box.dispose()
  }
}

function toItem(choice: ModelChoice): Item {
  switch (choice.kind) {
    case 'heading':
      return { label: choice.label, kind: vscode.QuickPickItemKind.Separator }
    case 'model':
      return { label: choice.label, description: choice.description, choice, ...(choice.typed && { alwaysShow: true }) }
    case 'endpoint':
      return { label: choice.label, description: choice.description, choice, alwaysShow: true }
    case 'key':
    case 'problem':
      return { label: choice.label, detail: choice.detail, choice, alwaysShow: true }
  }
}

async function editorModels(): Promise<readonly EditorModel[]> {
  const models = await vscode.lm.selectChatModels()
  return models.map(({ vendor, id, name }) => ({ vendor, id, name }))
}

/** True when there is a new one. */
async function askForEndpoint(): Promise<boolean> {
  const typed = await vscode.window.showInputBox({
    title: 'Endpoint',
    prompt: 'Base URL of an endpoint that speaks Chat Completions',
    placeHolder: 'https://api.openai.com/v1',
    value: readMachineSettings().baseUrl ?? '',
    ignoreFocusOut: true,
    validateInput: text => (text === '' ? undefined : baseUrlProblem(text)),
  })
  if (typed === undefined || baseUrlProblem(typed) !== undefined) return false
  await write('baseUrl', typed.trim())
  return true
}

async function use({ model, baseUrl }: Extract<ModelChoice, { readonly kind: 'model' }>): Promise<void> {
  if (baseUrl !== undefined) await write('baseUrl', baseUrl)
  await write('model', model)
  const { workspaceValue, workspaceFolderValue } =
    vscode.workspace.getConfiguration(section).inspect<string>('model') ?? {}
  const nearer = workspaceFolderValue ?? workspaceValue
  if (nearer === undefined || nearer === '' || nearer === model) return
  offerRemoval(nearer, model)
}

/** Nobody waits for the answer. */
function offerRemoval(nearer: string, model: string): void {
  const remove = `Use ${model} Here`
  const message = `The settings of this workspace name ${nearer}, which goes before your own choice.`
  void showInfo(message, remove).then(async answer => {
    if (answer !== remove) return
    const configuration = vscode.workspace.getConfiguration(section)
    const { workspaceFolderValue } = configuration.inspect<string>('model') ?? {}
    const { WorkspaceFolder, Workspace } = vscode.ConfigurationTarget
    const place = workspaceFolderValue === undefined ? Workspace : WorkspaceFolder
    await configuration.update('model', undefined, place)
  })
}

async function write(name: 'baseUrl' | 'model', value: string): Promise<void> {
  await vscode.workspace.getConfiguration(section).update(name, value, vscode.ConfigurationTarget.Global)
}
