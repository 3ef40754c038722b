/** Reads a request into the input of its route, or says in one sentence what is wrong with it. */
import type { z } from 'zod'
import { wantedInput } from '../app/inputIssue.ts'
import { failure } from '../base/errors.ts'
import { isRecord, parseJson } from '../base/json.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { nearest } from '../base/text.ts'
import { pathParameters, type Route } from './routes.ts'

export interface RequestParts {
  /** Of the path, by name. */
  readonly parameters: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Empty where there is none. */
  readonly body: string
}

type Input = Readonly<Record<string, unknown>>

export function readInput(route: Route, parts: RequestParts): Result<Input> {
  const { schema } = route
  const given = givenInputs(route, parts, schema)
  if (!given.ok) return given
  const parsed = route.input.safeParse(given.value)
  if (parsed.success) return ok({ ...parsed.data, ...route.fixed })
  const { issues } = parsed.error
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  if (issue?.code === 'unrecognized_keys') {
    const name = issue.keys[0] ?? ''
    const known = nearest(name, Object.keys(schema.properties ?? {}))
    const way = known === undefined ? 'see /api/v1/openapi.json for those there are' : `did you mean '${known}'?`
    return fail(failure('usage', `There is no input '${name.slice(0, 60)}': ${way}.`.replace('?.', '?')))
  }
  const name = String(issue?.path[0] ?? '')
  const value = given.value[name]
  const wrong = value === undefined ? 'is missing' : `cannot be ${shown(value)}`
  return fail(failure('usage', `'${name}' ${wrong}: ${wantedInput(schema, issue)}.`))
}

/** What was given, in a few words; never what may be nested without end. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60))
  if (typeof value !== 'object' || value === null) return String(value)
  return Array.isArray(value) ? 'a list' : 'an object'
}

function givenInputs(
  route: Route,
  { parameters, query, body }: RequestParts,
  schema: z.core.JSONSchema.BaseSchema,
): Result<Input> {
  const inPath = Object.fromEntries(pathParameters(route.path).map(name => [name, parameters[name]]))
  if (route.method === 'post') {
    if (query.size > 0) return fail(failure('usage', 'Inputs of a POST belong into its JSON body, not into the query.'))
    const value = body.trim() === '' ? {} : parseJson(body)
    if (!isRecord(value)) {
      const what = value === undefined ? 'is no JSON' : 'is no JSON object'
      return fail(failure('usage', `The body ${what}: send an object such as {"skill_path": "skills/a"}.`))
    }
    const twice = Object.keys(inPath).find(name => Object.hasOwn(value, name))
    if (twice !== undefined) return fail(failure('usage', `'${twice}' belongs into the path, not into the body.`))
    return ok({ ...value, ...inPath })
  }
  if (body !== '') return fail(failure('usage', `A ${route.method.toUpperCase()} takes no body.`))
  const names = [...query.keys()]
  const twice = names.find((name, at) => names.indexOf(name) !== at || Object.hasOwn(inPath, name))
  if (twice !== undefined) return fail(failure('usage', `'${twice.slice(0, 60)}' is given twice.`))
  const typed = [...query].map(([name, text]): [string, unknown] => [name, typedValue(text, schema.properties?.[name])])
  return ok({ ...Object.fromEntries(typed), ...inPath })
}

/** The query holds texts; what is to be a number or a switch becomes one, where it is one. */
function typedValue(text: string, property: z.core.JSONSchema._JSONSchema | undefined): unknown {
  const type = typeof property === 'object' ? property.type : undefined
  if ((type === 'number' || type === 'integer') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  return type === 'boolean' && /^(true|false)$/.test(text) ? text === 'true' : text
}
