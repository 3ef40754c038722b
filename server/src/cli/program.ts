/** The commands and their help, derived from the operations. */
import { Command, Option } from 'commander'
import type { z } from 'zod'
import packageJson from '../../../package.json' with { type: 'json' }
import { operations } from '../app/app.ts'
import type { Operation } from '../app/operation.ts'
import type { Failure } from '../base/errors.ts'
import type { Result } from '../base/result.ts'
import { addFlags, readInput } from './flags.ts'
import { type ValidateFormat, validateFormats } from './render/validated.ts'
import type { HostFlags } from './settings.ts'

/** An operation whose input and output are only known by its schemas. */
export type AnyOperation = Operation<z.ZodObject, z.ZodType>

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
  evaluate: ['signature-tuner evaluate skills/python/async', 'signature-tuner evaluate skills --fail-under 0.8 --json'],
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
  'jobs apply': ['signature-tuner jobs apply job_abcdefghijklmnop --unproven'],
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

export function createProgram(run: (invocation: Invocation) => Promise<void>): Command {
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
  return program
}

function addCommand(program: Command, operation: AnyOperation, run: (invocation: Invocation) => Promise<void>): void {
  const words = operation.name.split(' ')
  const parent = words.length === 1 ? program : program.commands.find(command => command.name() === words[0])
  const command = new Command(words.at(-1))
    .description(operation.summary)
    .helpOption('-h, --help', 'show help')
    .configureHelp(help)
    .configureOutput({ outputError: () => {} })
    .exitOverride()
  addFlags(command, operation.input)
  if (operation.name === 'validate') {
    command.addOption(new Option('--format <word>', 'how to print the problems').choices(validateFormats))
  }
  if (usesModel.has(operation.name)) {
    command.option('--base-url <url>', 'OpenAI-compatible endpoint (default: OPENAI_BASE_URL)')
    command.option('--concurrency <n>', 'model calls at a time (default: 8)')
    command.option('--timeout <seconds>', 'for one model call (default: 60)')
    if (operation.name !== 'jobs resume') {
      command.option('--temperature <n>', 'sent with every call (default: not sent)')
    }
  }
  command.option('--json', 'one JSON document on standard output, nothing else')
  command.option('-q, --quiet', 'no progress')
  const lines = examples[operation.name]
  if (lines !== undefined) command.addHelpText('after', `\nExamples:\n${lines.map(text => `  ${text}`).join('\n')}`)
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
