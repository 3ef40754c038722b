/** What the manifest promises the editor, held against the code that keeps it. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { settingsSchema } from '../../server/src/lsp/settings.ts'
import { machineSettings } from '../../server/src/protocol/client.ts'

const project = resolve(import.meta.dirname, '../..')
const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
const { contributes, capabilities } = manifest

interface Setting {
  readonly type: string | readonly string[]
  readonly default: unknown
  readonly scope: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
}
const settings: Readonly<Record<string, Setting>> = contributes.configuration.properties

/** Leaves of the server's schema by their dotted names, as JSON Schema. */
function leaves(schema: Json, prefix: string): readonly (readonly [string, Json])[] {
  if (schema.properties === undefined) return [[prefix, schema]]
  return Object.entries(schema.properties).flatMap(([name, below]) => leaves(below as Json, `${prefix}.${name}`))
}
type Json = ReturnType<typeof JSON.parse>

describe('settings', () => {
  const known = new Map(leaves(z.toJSONSchema(settingsSchema, { io: 'input' }), 'signatureTuner'))

  test('are those that the server reads', () => {
    expect(new Set(Object.keys(settings))).toEqual(new Set(known.keys()))
  })

  test.each([...known])('%s has the type and the bounds of the server', (name, schema) => {
    const setting = settings[name]
    const types = [setting?.type].flat().filter(type => type !== 'null')
    expect(types).toEqual([schema.type])
    expect(bounds(setting)).toEqual(bounds(schema))
  })

  test('have defaults that the server takes, where they say anything', () => {
    for (const [name, { default: given }] of Object.entries(settings)) {
      if (given === '' || given === null) continue
      const nested = name
        .split('.')
        .slice(1)
        .reduceRight<unknown>((value, key) => ({ [key]: value }), given)
      expect(settingsSchema.safeParse(nested), name).toMatchObject({ success: true, data: nested })
    }
  })

  test('of the machine are told to the editor as such, and no others', () => {
    const ofMachine = Object.keys(settings).filter(name => settings[name]?.scope === 'machine')
    expect(new Set(ofMachine)).toEqual(new Set(machineSettings.map(name => `signatureTuner.${name}`)))
  })

  test('that choose a model, an endpoint or a cost do not count in Restricted Mode', () => {
    const harmless = ['signatureTuner.inlayHints.enable', 'signatureTuner.codeLens.enable']
    const { supported, restrictedConfigurations } = capabilities.untrustedWorkspaces
    expect(supported).toBe('limited')
    expect(new Set(restrictedConfigurations)).toEqual(
      new Set(Object.keys(settings).filter(name => !harmless.includes(name))),
    )
  })
})

/** A whole number above 0 is one from 1; zod names the bounds of safe integers, too. */
function bounds(schema: Json) {
  const { type, minimum, maximum, exclusiveMinimum } = schema
  const whole = [type].flat().includes('integer')
  const low = minimum ?? (whole && exclusiveMinimum === 0 ? 1 : undefined)
  return {
    from: low,
    above: whole ? undefined : exclusiveMinimum,
    to: maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum,
  }
}

describe('commands', () => {
  const declared: readonly string[] = contributes.commands.map(({ command }: { command: string }) => command)
  const sources = globSync('client/src/**/*.ts', { cwd: project }).map(file =>
    readFileSync(join(project, file), 'utf8'),
  )
  const table = /const handlers: [^=]*= \{([^}]*)\}/.exec(readFileSync(join(project, 'client/src/commands.ts'), 'utf8'))
  const handled = new Set([
    ...[...(table?.[1] ?? '').matchAll(/\b(\w+)\b,/g)].map(([, name]) => `signatureTuner.${name}`),
    ...sources.flatMap(text => [...text.matchAll(/registerCommand\('(signatureTuner\.\w+)'/g)].map(([, name]) => name)),
  ])

  test('each has a handler, and each handler is declared', () => {
    expect(handled).toEqual(new Set(declared))
  })

  test('each is declared once, under the category, in Title Case', () => {
    expect(new Set(declared).size).toBe(declared.length)
    for (const { category, title } of contributes.commands) {
      expect(category).toBe('Signature Tuner')
      expect(title).toMatch(/^[A-Z]\S*(?: [A-Z]\S*)*$/)
    }
  })

  test('menus, links and completion events name commands that there are', () => {
    const entries: readonly { command?: string }[] = Object.values(contributes.menus).flat() as Json[]
    const text = readFileSync(join(project, 'package.json'), 'utf8')
    const links = [...text.matchAll(/(?:command|onCommand):(signatureTuner\.\w+)/g)].map(([, name]) => name)
    const named = [...entries.flatMap(({ command }) => command ?? []), ...links]
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter(name => !declared.includes(name ?? ''))).toEqual([])
  })

  test('every command that the code runs by name is declared', () => {
    const run = sources.flatMap(text => [...text.matchAll(/executeCommand\(\s*'(signatureTuner\.\w+)'/g)])
    expect(run.length).toBeGreaterThan(0)
    expect(run.map(([, name]) => name).filter(name => !declared.includes(name ?? ''))).toEqual([])
  })

  test('messages are shown where words of files and models cannot become links', () => {
    const files = globSync('client/src/**/*.ts', { cwd: project })
    const showing = files.filter(file =>
      /\.show(?:Information|Warning|Error)Message/.test(readFileSync(join(project, file), 'utf8')),
    )
    expect(showing).toEqual([join('client/src/notify.ts')])
  })

  test('what asks a model is switched off in Restricted Mode', () => {
    const spending = ['tune', 'evaluate', 'resumeJob', 'testConnection']
    for (const name of spending) {
      const command = contributes.commands.find((one: Json) => one.command === `signatureTuner.${name}`)
      expect(command, name).toMatchObject({ enablement: 'isWorkspaceTrusted' })
    }
  })
})

test('activation loads the registration of commands and nothing else', () => {
  const imports = (file: string) =>
    [
      ...readFileSync(join(project, 'client/src', file), 'utf8').matchAll(/^import (?!type )[^;]*? from '(\.[^']+)'/gm),
    ].map(([, path]) => path)
  expect(imports('extension.ts')).toEqual(['./registerCommands.ts'])
  expect(imports('registerCommands.ts')).toEqual([])
  expect(manifest.activationEvents).toEqual(['onLanguage:skill-signature', 'onWebviewPanel:signatureTuner.history'])
})

describe('files', () => {
  const paths = [
    ...JSON.stringify({ ...contributes, icon: manifest.icon }).matchAll(/"(?:\.\/)?([\w/-]+\.(?:svg|png|md|json))"/g),
  ].map(([, path]) => path ?? '')
  const shipped = readFileSync(join(project, '.vscodeignore'), 'utf8')
    .split('\n')
    .filter(line => line.startsWith('!'))
    .map(line => line.slice(1))

  test.each([
    ...new Set(paths),
    'examples/skills/python/async/signature.yaml',
    'examples/skills/python/async/examples.jsonl',
  ])('%s is there and in the package', path => {
    expect(existsSync(join(project, path))).toBe(true)
    expect(
      shipped.some(pattern => globSync(pattern, { cwd: project }).some(file => file.replaceAll('\\', '/') === path)),
    ).toBe(true)
  })
})
