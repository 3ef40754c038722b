/** The command line: arguments to an operation, its result to text or JSON, and an exit status. */
import { CommanderError } from 'commander'
import { operations } from '../app/app.ts'
import { flagsOf, jobCommand } from '../app/operations/jobFailure.ts'
import { armFaults } from '../armFaults.ts'
import { errorTable, failure } from '../base/errors.ts'
import { createRedactor } from '../base/redact.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { composeHost } from '../compose.ts'
import { createProgram, type Invocation } from './program.ts'
import { createProgressView } from './progress.ts'
import { render } from './render/render.ts'
import { report } from './report.ts'
import { runServe } from './serve.ts'
import { readModelSettings, takeEnvironment } from './settings.ts'
import { createTerminal } from './terminal.ts'
import { runTune } from './tune.ts'

// A reader that went away (`| head`) is no reason to stop: the command ends with its own status.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

armFaults(process.env)
const argv = process.argv.slice(2)
const environment = takeEnvironment()
const redactor = createRedactor(environment.OPENAI_API_KEY?.trim())
main(argv).then(
  status => {
    process.exitCode = status
  },
  (bug: unknown) => {
    const said = redactor.message(bug instanceof Error ? (bug.stack ?? bug.message) : String(bug))
    process.stderr.write(`signature-tuner failed in an unforeseen way; please report this:\n${said}\n`)
    if (argv.includes('--json')) {
      const { code, message } = failure('internal', 'signature-tuner failed in an unforeseen way: see standard error.')
      process.stdout.write(`${JSON.stringify({ code, message }, null, 2)}\n`)
    }
    process.exitCode = errorTable.internal.exit
  },
)

/** The exit status: 0 done, 1 findings, 2 usage, 3 the job or provider failed, 130 interrupted. */
async function main(argv: readonly string[]): Promise<number> {
  let status = 0
  const program = createProgram({
    async run(invocation) {
      status = await runCommand(invocation)
    },
    async serve(invocation) {
      status = await runServe(createTerminal(invocation.quiet), invocation, environment)
    },
  })
  try {
    // `jobs list` is what people type first.
    const words = argv[0] === 'jobs' && argv[1] === 'list' ? argv.toSpliced(1, 1) : argv
    await program.parseAsync(words, { from: 'user' })
    return status
  } catch (error) {
    if (error instanceof CommanderError) return usageStatus(error, argv)
    throw error
  }
}

function usageStatus(error: CommanderError, argv: readonly string[]): number {
  if (error.exitCode === 0) return 0
  const message = error.message.replace(/^error: /, '')
  const noCommand = message === '(outputHelp)'
  const help = `See 'signature-tuner ${commandOf(argv)}--help'.`
  const usage = failure('usage', noCommand ? `No command given. ${help}` : `${capital(message)}. ${help}`)
  if (argv.includes('--json') || !noCommand) report(createTerminal(false), argv.includes('--json'), usage)
  return errorTable.usage.exit
}

/** The command that was meant, as far as it is one. */
function commandOf(argv: readonly string[]): string {
  const words = argv.filter(word => !word.startsWith('-')).slice(0, 2)
  const names = [words.join(' '), words[0] ?? '']
  const name = names.find(known => Object.hasOwn(operations, known))
  return name === undefined ? '' : `${name} `
}

function capital(text: string): string {
  const clean = text.replaceAll('\n', ' ').replace(/[.]$/, '')
  return clean.slice(0, 1).toUpperCase() + clean.slice(1)
}

async function runCommand(invocation: Invocation): Promise<number> {
  const { json, quiet } = invocation
  const terminal = createTerminal(quiet)
  // A command without a model must not stumble over the settings of one.
  const settings = readModelSettings(invocation.hostFlags, invocation.usesModel ? environment : {})
  if (!settings.ok) return report(terminal, json, settings.error)
  if (!invocation.input.ok) return report(terminal, json, invocation.input.error)
  const cwd = workingFolder()
  if (!cwd.ok) return report(terminal, json, cwd.error)
  const interrupt = new AbortController()
  const stopListening = interruptOnSignals(interrupt)
  const host = composeHost({ cwd: cwd.value, programFolder: __dirname, models: settings.value })
  const view = createProgressView(terminal, () => performance.now())
  let running: { readonly jobId: string; readonly root: string } | undefined
  const context = {
    signal: interrupt.signal,
    onEvent: (event: Parameters<typeof view.onEvent>[0]) => {
      if (event.kind === 'started') running = event
      view.onEvent(event)
    },
  }
  try {
    const { operation, input } = invocation
    if (operation.name === operations.tune.name) {
      const tuneInput = operations.tune.input.parse(input.value)
      const status = await runTune(host.ports, tuneInput, context, { terminal, json, finish: view.finish })
      return typeof status === 'number' ? status : report(terminal, json, status)
    }
    const result = await operation.run(host.ports, input.value, context)
    view.finish()
    if (!result.ok) return report(terminal, json, result.error)
    const { text, status } = render(terminal, operation.name, result.value, invocation.format)
    terminal.print(json ? JSON.stringify(result.value, null, 2) : text())
    return status
  } catch (error) {
    view.finish()
    if (!interrupt.signal.aborted) throw error
    const { apply, accept_unproven } = invocation.input.value
    const terms = { apply: apply === true, accept_unproven: accept_unproven === true }
    const way =
      running === undefined
        ? ''
        : ` Resume with: ${await jobCommand(host.ports, running.root, 'resume', running.jobId)}${flagsOf(terms)}`
    return report(terminal, json, failure('cancelled', `Interrupted; nothing is lost.${way}`))
  } finally {
    stopListening()
    await host.dispose()
  }
}

function workingFolder(): Result<string> {
  try {
    return ok(process.cwd())
  } catch {
    return fail(failure('path_not_found', 'The working folder no longer exists: change to another one.'))
  }
}

/** The first signal asks for an orderly end, the second ends at once. */
function interruptOnSignals(interrupt: AbortController): () => void {
  const onSignal = () => {
    if (interrupt.signal.aborted) process.exit(errorTable.cancelled.exit)
    interrupt.abort(new Error('interrupted'))
    process.stderr.write('\nStopping; once more ends at once.\n')
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, onSignal)
  return () => {
    for (const signal of signals) process.off(signal, onSignal)
  }
}
