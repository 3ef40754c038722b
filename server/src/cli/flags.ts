/** Command-line flags derived from an operation's input schema. */
import { type Command, Option } from 'commander'
import { z } from 'zod'
import { wantedInput } from '../app/inputIssue.ts'
import { type Failure, failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'

interface Property {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly string[]
  readonly positional?: boolean
}

/** Adds an argument or an option for each input; `a_b` becomes `--a-b`. */
export function addFlags(command: Command, input: z.ZodObject): void {
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
  const required = new Set(schema.required ?? [])
  for (const [name, value] of Object.entries(schema.properties ?? {})) {
    const property = value as Property
    const description = describe(property)
    if (property.positional) {
      const word = kebab(name) + (property.type === 'array' ? '...' : '')
      command.argument(required.has(name) ? `<${word}>` : `[${word}]`, description)
    } else if (property.type === 'array') command.option(`--${kebab(name)} <a,b,…>`, description)
    else if (property.type === 'boolean') addSwitch(command, name, property, description)
    else {
      const option = new Option(`--${kebab(name)} <${placeholderOf(property)}>`, description)
      if (property.enum) option.choices(property.enum)
      command.addOption(option)
    }
  }
}

/** Items of a list have commas between them. */
function placeholderOf({ type, enum: words }: Property): string {
  if (type === 'array') return 'a,b'
  if (type !== 'string') return 'n'
  return words ? 'word' : 'text'
}

/** A switch that is on by default is turned off with `--no-…`; one without a default has both. */
function addSwitch(command: Command, name: string, property: Property, description: string): void {
  if (property.default === true) command.option(`--no-${kebab(name)}`, `do not ${description}`)
  else {
    command.option(`--${kebab(name)}`, description)
    if (property.default === undefined) command.option(`--no-${kebab(name)}`, `do not ${description}`)
  }
}

function describe(property: Property): string {
  const shown = property.default
  const silent = shown === undefined || typeof shown === 'boolean' || property.positional
  return silent ? (property.description ?? '') : `${property.description ?? ''} (default: ${String(shown)})`
}

/** The operation's input from what commander parsed, or which flag is wrong and what it takes. */
export function readInput<Input extends z.ZodObject>(
  input: Input,
  positionals: readonly unknown[],
  options: Readonly<Record<string, unknown>>,
): Result<z.output<Input>, Failure> {
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
  const raw: Record<string, unknown> = {}
  let position = 0
  for (const [name, value] of Object.entries(schema.properties ?? {})) {
    const property = value as Property
    const given = property.positional ? positionals[position++] : options[camel(name)]
    if (given === undefined || (Array.isArray(given) && given.length === 0)) continue
    if (property.type === 'array' && typeof given === 'string') {
      raw[name] = given.split(',').map(item => item.trim())
      continue
    }
    const numeric = property.type === 'number' || property.type === 'integer'
    const isList = property.type === 'array' && typeof given === 'string'
    if (isList) raw[name] = given.split(',').map(item => item.trim())
    else raw[name] = numeric && typeof given === 'string' && given.trim() !== '' ? Number(given) : given
  }
  const parsed = input.safeParse(raw)
  if (parsed.success) return ok(parsed.data)
  const issue = parsed.error.issues[0]
  const name = String(issue?.path[0] ?? '')
  const property = (schema.properties?.[name] ?? {}) as Property
  const flag = property.positional ? `<${kebab(name)}>` : `--${kebab(name)}`
  const given = property.positional ? positionals[positionalNames(schema).indexOf(name)] : options[camel(name)]
  return fail(failure('usage', `${flag} cannot be ${JSON.stringify(given)}: ${wantedInput(schema, issue)}.`))
}

function positionalNames(schema: z.core.JSONSchema.BaseSchema): string[] {
  const properties = Object.entries(schema.properties ?? {})
  return properties.flatMap(([name, value]) => ((value as Property).positional ? [name] : []))
}

function kebab(name: string): string {
  return name.replaceAll('_', '-')
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
