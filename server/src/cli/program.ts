/** The commands and their help, derived from the operations. */
import { Command, Option } from 'commander'
import packageJson from '../../../package.json' with { type: 'json' }
import { operations } from '../app/app.ts'
import type { AnyOperation } from '../app/operation.ts'
import type { Failure } from '../base/errors.ts'
import type { Result } from '../base/result.ts'
import { addFlags, readInput } from './flags.ts'
import { type ValidateFormat, validateFormats } from './render/validated.ts'
import type { HostFlags } from './settings.ts'

export interface Invocation {
  readonly operation: AnyOperation
  readonly input: Result<Readonly<Record<string, unknown>>, Failure>
  readonly hostFlags: HostFlags
  readonly json: boolean
  readonly quiet: boolean
  /** Reads the settings of a model. */
  readonly usesModel: boolean
  /** Of `validate`. */
  readonly format: ValidateFormat
}

/** Lines shown under "Examples" in a command's help. */
const examples: Readonly<Record<string, readonly string[]>> = {
  tune: [
    'signature-tuner tune skills/python/async --model embedded',
    'signature-tuner tune skills/triage --model gpt-4.1-mini --max-calls 500',
    'signature-tuner tune skills/a --base-url http://localhost:8080/v1 --model m',
  ],
  evaluate: [
    'signature-tuner evaluate skills/python/async',
    'signature-tuner evaluate skills/python/async --examples 17,31',
    'signature-tuner evaluate skills --fail-under 0.8 --json',
  ],
  validate: ['signature-tuner validate', 'signature-tuner validate skills --format sarif > problems.sarif'],
  new: ['signature-tuner new skills/support/triage'],
  history: ['signature-tuner history skills/python/async'],
  diff: ['signature-tuner diff skills/python/async', 'signature-tuner diff skills/python/async 1 2'],
  restore: ['signature-tuner restore skills/python/async 1'],
  jobs: ['signature-tuner jobs', 'signature-tuner jobs --state failed --json'],
  'jobs show': ['signature-tuner jobs show job_abcdefghijklmnop'],
  'jobs resume': [
    'signature-tuner jobs resume job_abcdefghijklmnop',
    'signature-tuner jobs resume job_abcdefghijklmnop --max-calls 4000 --apply',
  ],
  'jobs cancel': ['signature-tuner jobs cancel job_abcdefghijklmnop'],
  'jobs apply': [
    'signature-tuner jobs apply job_abcdefghijklmnop --preview',
    'signature-tuner jobs apply job_abcdefghijklmnop --only instructions',
  ],
  'jobs discard': ['signature-tuner jobs discard job_abcdefghijklmnop'],
  'jobs prune': ['signature-tuner jobs prune --older-than 90', 'signature-tuner jobs prune job_abcdefghijklmnop'],
  doctor: ['signature-tuner doctor', 'signature-tuner doctor --no-connect'],
}

const usesModel = new Set<string>(['tune', 'evaluate', 'jobs resume', 'doctor'])

const environmentHelp = `
Environment:
  SIGNATURE_TUNER_MODEL             model to use when --model is not given
  SIGNATURE_TUNER_REFLECTION_MODEL  model that proposes better wording
  OPENAI_BASE_URL                   endpoint (default: api.openai.com)
  OPENAI_API_KEY                    its key, sent nowhere else
  HTTPS_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS, NO_COLOR

Exit status: 0 done, 1 findings, 2 usage, 3 the job or provider failed,
130 interrupted.`

/** Short command lines leave room for what a command does; the command's own help shows its flags. */
const help = {
  helpWidth: 80,
  subcommandTerm: (command: Command) => command.name(),
}

/** What `serve` was called with. */
export interface ServeInvocation {
  readonly hostFlags: HostFlags
  readonly root: string | undefined
  readonly port: string | undefined
  readonly json: boolean
  readonly quiet: boolean
}

export interface Hosts {
  readonly run: (invocation: Invocation) => Promise<void>
  readonly serve: (invocation: ServeInvocation) => Promise<void>
}

export function createProgram({ run, serve }: Hosts): Command {
  const program = new Command('signature-tuner')
    .description('Validate, score and tune LLM signatures. Tuning accepts only what is proven to be better.')
    .version(packageJson.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .addHelpText('after', environmentHelp)
    .showSuggestionAfterError()
    .configureHelp(help)
    .configureOutput({ outputError: () => {} })
    .exitOverride()
  const all: readonly AnyOperation[] = Object.values(operations)
  for (const operation of all) addCommand(program, operation, run)
  addServe(program, serve)
  addLsp(program)
  return program
}

function createCommand(name: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .helpOption('-h, --help', 'show help')
    .configureHelp(help)
    .configureOutput({ outputError: () => {} })
    .exitOverride()
}

function addServe(program: Command, serve: Hosts['serve']): void {
  const command = createCommand('serve', 'answer the HTTP API of a workspace on 127.0.0.1, until Ctrl-C')
    .option('--root <folder>', 'workspace to serve (default: the one here)')
    .option('--port <n>', 'port to listen on; 0 picks a free one (default: 7717)')
    .option('--model <name>', "model to evaluate with; 'embedded' is the offline demo")
    .option('--reflection-model <name>', 'model that proposes better wording (default: the model)')
  addModelFlags(command)
  command.option('--temperature <n>', 'sent with every call (default: not sent)')
  command.option('--json', 'one line of JSON with the URL and the token file')
  command.option('-q, --quiet', 'no lines about jobs')
  addExamples(command, ['signature-tuner serve', 'signature-tuner serve --root ~/skills --port 0 --json'])
  command.action(async options => {
    const { root, port, json, quiet } = options
    await serve({ hostFlags: options, root, port, json: Boolean(json), quiet: Boolean(quiet) })
  })
  program.addCommand(command)
}

/** Started by bin.ts itself; here it is only explained. */
function addLsp(program: Command): void {
  const command = createCommand('lsp', 'the language server on standard input and output, for any editor').option(
    '--stdio',
    'speak on standard input and output (always so)',
  )
  program.addCommand(command)
}

function addModelFlags(command: Command): void {
  command.option('--base-url <url>', 'OpenAI-compatible endpoint (default: OPENAI_BASE_URL)')
  command.option('--concurrency <n>', 'model calls at a time (default: 8)')
  command.option('--timeout <seconds>', 'for one model call (default: 60)')
}

function addExamples(command: Command, lines: readonly string[]): void {
  command.addHelpText('after', `\nExamples:\n${lines.map(text => `  ${text}`).join('\n')}`)
}

function addCommand(program: Command, operation: AnyOperation, run: Hosts['run']): void {
  const words = operation.name.split(' ')
  const parent = words.length === 1 ? program : program.commands.find(command => command.name() === words[0])
  const command = createCommand(words.at(-1) ?? '', operation.summary)
  addFlags(command, operation.input)
  if (operation.name === 'validate') {
    command.addOption(new Option('--format <word>', 'how to print the problems').choices(validateFormats))
  }
  if (usesModel.has(operation.name)) {
    addModelFlags(command)
    if (operation.name !== 'jobs resume') {
      command.option('--temperature <n>', 'sent with every call (default: not sent)')
    }
  }
  command.option('--json', 'one JSON document on standard output, nothing else')
  command.option('-q, --quiet', 'no progress')
  const lines = examples[operation.name]
  if (lines !== undefined) addExamples(command, lines)
  command.action(async (...received: unknown[]) => {
    // Commander passes the positionals, then the options, then the command itself. Options that the parent
    // command shares (`jobs --json show`) are looked up there, too.
    const options = command.optsWithGlobals()
    const positionals = received.slice(0, -2)
    const format = validateFormats.find(known => known === options.format) ?? 'text'
    await run({
      operation,
      input: readInput(operation.input, positionals, options),
      hostFlags: options,
      usesModel: usesModel.has(operation.name),
      json: Boolean(options.json) || format === 'json',
      quiet: Boolean(options.quiet),
      format,
    })
  })
  ;(parent ?? program).addCommand(command)
}
