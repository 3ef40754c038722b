/** The messages of the Language Server Protocol as a JSON Schema, derived from the declarations of the installed package. */
import { createHash } from 'node:crypto'
import { globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

type Json = ReturnType<typeof JSON.parse>

export interface LspSchema {
  readonly messages: Readonly<Record<string, LspMessage>>
  /** By the name of the type, or the method with `/params` or `/result`; `error` is that of any response. */
  readonly schemas: Readonly<Record<string, object>>
}

export interface LspMessage {
  readonly kind: 'request' | 'notification'
  readonly from: 'client' | 'server' | 'both'
  readonly hasParams: boolean
}

const project = resolve(import.meta.dirname, '../..')
const folder = join(project, 'node_modules/.cache/signature-tuner')
const cache = join(folder, 'lspSchema.json')

/** For vitest, before any test runs: takes about two seconds after an installation, nothing later. */
export async function setup(): Promise<void> {
  const key = keyOf()
  if (readCache()?.key === key) return
  const { createGenerator } = await import('ts-json-schema-generator')
  const declared = await declaredMessages()
  mkdirSync(folder, { recursive: true })
  const source = join(folder, 'lspMessages.ts')
  writeFileSync(source, sourceOf(declared))
  const generator = createGenerator({
    path: source,
    tsconfig: join(project, 'tsconfig.json'),
    type: 'Messages',
    expose: 'export',
    topRef: false,
    jsDoc: 'none',
    additionalProperties: false,
    // The project's settings are for a later compiler than the generator's own.
    skipTypeCheck: true,
  })
  const { definitions = {}, properties = {} } = generator.createSchema('Messages')
  const carried = Object.entries(properties).flatMap(([method, { properties: parts }]: [string, Json]) =>
    method === 'error' ? [] : Object.entries(parts ?? {}).map(([part, schema]) => [`${method}/${part}`, schema]),
  )
  const all = { ...definitions, ...narrowed(definitions), ...Object.fromEntries(carried), error: properties.error }
  // Each type is a schema of its own, so that only those are compiled which a test meets.
  const schemas = JSON.parse(JSON.stringify(all).replaceAll('"#/definitions/', '"'))
  const messages = Object.fromEntries(
    declared.map(({ method, kind, from, params }) => [method, { kind, from, hasParams: params !== undefined }]),
  )
  const temporary = `${cache}.${process.pid}`
  writeFileSync(temporary, JSON.stringify({ key, messages, schemas }))
  renameSync(temporary, cache)
}

export function readLspSchema(): LspSchema {
  const found = readCache()
  if (found === undefined) throw new Error(`${cache} is missing: vitest's global setup writes it`)
  return found
}

function readCache(): (LspSchema & { readonly key: string }) | undefined {
  try {
    return JSON.parse(readFileSync(cache, 'utf8'))
  } catch {
    return undefined
  }
}

/** Changes with the installed packages and with this file. */
function keyOf(): string {
  const texts = [join(project, 'package-lock.json'), import.meta.filename].map(path => readFileSync(path, 'utf8'))
  return createHash('sha256').update(texts.join('\0')).digest('hex')
}

interface Declared extends Omit<LspMessage, 'hasParams'> {
  readonly method: string
  /** TypeScript's text of the types; nothing where the message has none. */
  readonly params?: string
  readonly result?: string
}

/** What the package has as a namespace with the constants `method`, `messageDirection` and `type`; types, as text. */
async function declaredMessages(): Promise<readonly Declared[]> {
  const protocol: Readonly<Record<string, unknown>> = await import('vscode-languageserver')
  const { RegistrationType } = await import('vscode-languageserver')
  const server = createRequire(import.meta.url).resolve('vscode-languageserver')
  const lib = dirname(createRequire(server).resolve('vscode-languageserver-protocol'))
  const text = globSync('**/*.d.ts', { cwd: lib }).map(path => readFileSync(join(lib, path), 'utf8'))
  const blocks = text.join('\n').matchAll(/^export declare namespace (\w+) \{\n([\s\S]*?)^\}/gm)
  const found = [...blocks].flatMap(([, name = '', block = '']): Declared[] => {
    const [, type, bare, given = ''] = /const type: Protocol(Request|Notification)Type(0?)<(.*)>;/.exec(block) ?? []
    if (type === undefined) return []
    const { method, messageDirection } = protocol[name] as { method: string; messageDirection: string }
    const from = messageDirection === 'both' ? 'both' : messageDirection === 'serverToClient' ? 'server' : 'client'
    const [first = 'void', second = 'void'] = typeArguments(given)
    if (type === 'Notification') return [{ method, kind: 'notification', from, ...(!bare && { params: first }) }]
    return [{ method, kind: 'request', from, ...(bare ? { result: first } : { params: first, result: second }) }]
  })
  const known = new Set(found.map(({ method }) => method))
  const missed = Object.values(protocol)
    .map(value => Object(value))
    .filter(({ type, messageDirection }) => messageDirection !== undefined && !(type instanceof RegistrationType))
    .filter(({ method }) => !known.has(method))
  if (missed.length > 0) throw new Error(`the types of ${missed.map(({ method }) => method).join(', ')} were not found`)
  return [...found, ...ofTheTransport]
}

/** Messages that the protocol package leaves to its transport, which declares them in another way. */
const ofTheTransport: readonly Declared[] = [
  { method: '$/cancelRequest', kind: 'notification', from: 'both', params: '{ id: integer | string }' },
  {
    method: '$/progress',
    kind: 'notification',
    from: 'both',
    params: '{ token: ProgressToken; value: WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd }',
  },
  { method: '$/setTrace', kind: 'notification', from: 'client', params: '{ value: TraceValue }' },
  { method: '$/logTrace', kind: 'notification', from: 'server', params: '{ message: string; verbose?: string }' },
]

/** `A, B<C, D> | E` are two. */
function typeArguments(text: string): readonly string[] {
  const found = ['']
  let depth = 0
  for (const character of text) {
    if ('<{(['.includes(character)) depth++
    if ('>})]'.includes(character)) depth--
    if (character === ',' && depth === 0) found.push('')
    else found.push(`${found.pop()}${character}`)
  }
  return found.map(type => type.trim())
}

function sourceOf(declared: readonly Declared[]): string {
  const rows = declared.map(({ method, params, result }) => {
    const fields = [
      ...(params === undefined ? [] : [`params: ${params}`]),
      // What returns nothing is answered with null.
      ...(result === undefined ? [] : [`result: ${result === 'void' ? 'null' : result}`]),
    ]
    return `  '${method}': { ${fields.join('; ')} }`
  })
  const body = [...rows, '  error: { code: integer; message: string; data?: LSPAny }'].join('\n')
  const names = new Set(body.match(/\b(?:[A-Z]\w*|integer)\b/g))
  const imports = `import type { ${[...names].join(', ')} } from 'vscode-languageserver'`
  return `${imports}\n\nexport interface Messages {\n${body}\n}\n`
}

const largest = 2 ** 31 - 1
const uri = { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9+.-]*:' }

/** What the protocol says of its types in words only. */
function narrowed(definitions: Readonly<Record<string, unknown>>): Record<string, object> {
  const said: Record<string, object> = {
    integer: { type: 'integer', minimum: -largest - 1, maximum: largest },
    uinteger: { type: 'integer', minimum: 0, maximum: largest },
    DocumentUri: uri,
    URI: uri,
    ProgressToken: { anyOf: [{ $ref: '#/definitions/integer' }, { type: 'string' }] },
    Range: { ...Object(definitions.Range), endsAfterStart: true },
  }
  const missing = Object.keys(said).filter(name => definitions[name] === undefined)
  if (missing.length > 0) throw new Error(`the protocol no longer has ${missing.join(', ')}`)
  return said
}
