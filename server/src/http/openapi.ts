/** The OpenAPI document, generated from the routes and the schemas of the operations. */
import { z } from 'zod'
import packageJson from '../../../package.json' with { type: 'json' }
import { problemSchema, problemType } from './problem.ts'
import { base, pathParameters, type Route, routes, shownJobSchema } from './routes.ts'

type JsonSchema = z.core.JSONSchema.BaseSchema

export const healthSchema = z
  .object({ status: z.literal('ok'), version: z.string(), root: z.string().describe('the workspace, absolute') })
  .meta({ id: 'Health' })

/** OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1), whose schemas are JSON Schema 2020-12. `url` is the server's. */
export function openApiDocument(url = 'http://127.0.0.1:7717') {
  const schemas: Record<string, JsonSchema> = {}
  const describe = (schema: z.ZodType, io: 'input' | 'output') => jsonSchemaOf(schema, io, schemas)
  const content = { [problemType]: { schema: describe(problemSchema.meta({ id: 'Problem' }), 'output') } }
  const paths: Record<string, Record<string, object>> = {}
  const add = (method: string, path: string, operation: object) => {
    paths[path] = { ...paths[path], [method]: operation }
  }
  for (const route of routes) {
    add(route.method, route.path, describeRoute(route, describe))
    const events = eventsPath(route)
    if (events !== undefined) add('get', events, describeEvents(events))
  }
  add('get', `${base}/health`, {
    operationId: 'getHealth',
    summary: 'whether the server is there',
    responses: { 200: jsonReply('It is.', describe(healthSchema, 'output')), ...problems },
  })
  add('get', `${base}/openapi.json`, {
    operationId: 'getOpenApi',
    summary: 'this document',
    responses: { 200: jsonReply('The document.', { type: 'object' }), ...problems },
  })
  return {
    openapi: '3.1.1',
    info: {
      title: 'Signature Tuner',
      version: packageJson.version,
      summary: packageJson.description,
      license: { name: packageJson.license, identifier: packageJson.license },
    },
    servers: [{ url, description: 'on this machine alone' }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'from the file that the server names at its start' },
      },
      parameters: {
        IdempotencyKey: {
          name: 'Idempotency-Key',
          in: 'header',
          description: 'A request sent again with the same key gets the first reply, for a day.',
          schema: { type: 'string', minLength: 1, maxLength: 255 },
        },
      },
      responses: { Problem: { description: 'What went wrong, and the way out.', content } },
      schemas,
    },
  }
}

/** Where the events of a job are, for the route that shows it. */
export function eventsPath({ path, output }: Route): string | undefined {
  return output === shownJobSchema ? `${path}/events` : undefined
}

const problem = { $ref: '#/components/responses/Problem' }
const problems = { '4XX': problem, '5XX': problem }

function describeRoute(
  route: Route,
  describe: (schema: z.ZodType, io: 'input' | 'output') => JsonSchema,
): Record<string, unknown> {
  const inPath = pathParameters(route.path)
  const { properties = {}, required = [] } = describe(route.input, 'input')
  const rest = Object.entries(properties).filter(([name]) => !inPath.includes(name))
  const parameters = inPath.map(name => parameter(name, 'path', true, properties[name]))
  if (route.method === 'post') {
    const schema = {
      type: 'object',
      properties: Object.fromEntries(rest),
      ...requiredOf(required.filter(name => !inPath.includes(name))),
      additionalProperties: false,
    }
    return {
      ...head(route),
      parameters: [...parameters, { $ref: '#/components/parameters/IdempotencyKey' }],
      ...(rest.length > 0 && {
        requestBody: { required: 'required' in schema, content: { 'application/json': { schema } } },
      }),
      responses: responses(route, describe),
    }
  }
  const query = rest.map(([name, schema]) => parameter(name, 'query', required.includes(name), schema))
  return { ...head(route), parameters: [...parameters, ...query], responses: responses(route, describe) }
}

function requiredOf(required: readonly string[]): { readonly required?: readonly string[] } {
  return required.length === 0 ? {} : { required }
}

function describeEvents(path: string) {
  const job = pathParameters(path).map(name => parameter(name, 'path', true, { type: 'string' }))
  const what =
    'Events `progress`, then `completed`, `failed` or `cancelled`, each with data as in the schema ShownJob; or ' +
    '`interrupted`, when nobody runs the job, with data as in the schema Problem.'
  return {
    operationId: operationId('get', path),
    summary: 'follow a job to its end',
    parameters: job,
    responses: {
      200: {
        description: what,
        content: { 'text/event-stream': { schema: { type: 'string' } } },
      },
      ...problems,
    },
  }
}

function head({ method, path, summary }: Route) {
  return { operationId: operationId(method, path), summary }
}

/** Such as `postSignaturesTuneCancel`. */
function operationId(method: string, path: string): string {
  const words = path.slice(base.length).match(/\w+/g) ?? []
  return (
    method + words.map(word => (word === 'job_id' ? 'Job' : word.slice(0, 1).toUpperCase() + word.slice(1))).join('')
  )
}

function parameter(name: string, place: 'path' | 'query', required: boolean, schema: unknown) {
  const { description, ...rest } = Object(schema)
  return { name, in: place, required, ...(description !== undefined && { description }), schema: rest }
}

function responses(route: Route, describe: (schema: z.ZodType, io: 'output') => JsonSchema) {
  const [status, description] = { result: [200, 'Done.'], created: [201, 'Created.'], job: [202, 'The job goes on.'] }[
    route.answer
  ]
  const reply = jsonReply(String(description), describe(route.output, 'output'))
  const location = {
    Location: { description: 'where the job is', required: true, schema: { type: 'string', format: 'uri-reference' } },
  }
  return {
    [String(status)]: route.answer === 'job' ? { ...reply, headers: location } : reply,
    ...problems,
  }
}

function jsonReply(description: string, schema: JsonSchema | { readonly type: 'object' }) {
  return { description, content: { 'application/json': { schema } } }
}

/** Schemas with an id of their own move to `schemas` and are referred to. */
function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Record<string, JsonSchema>): JsonSchema {
  // Inside of another schema one with an id becomes a reference.
  const wrapped = z.toJSONSchema(z.object({ schema }), {
    io,
    unrepresentable: 'any',
    override({ jsonSchema }) {
      delete jsonSchema.positional
      delete jsonSchema.id
    },
  })
  const text = JSON.stringify(wrapped).replaceAll('"#/$defs/', '"#/components/schemas/')
  const { $defs = {}, properties }: JsonSchema = JSON.parse(text)
  Object.assign(schemas, $defs)
  return Object(properties?.schema)
}
