/** Holds the import table of ARCHITECTURE.md, the header line of every source file, and the size of files. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const project = resolve(import.meta.dirname, '..')
const source = join(project, 'server/src')
const architecture = readFileSync(join(project, 'server/ARCHITECTURE.md'), 'utf8')
const files = globSync('**/*.ts', { cwd: source }).map(path => path.replaceAll('\\', '/'))

interface Import {
  readonly from: string
  readonly to: string
}

/** Rows of the table "Who may import whom": folder (or file at the top) to what it may import. */
function importTable(): Map<string, readonly string[]> {
  const rows = architecture.matchAll(/^\| `([\w./`, ]+)` \| ([^|]*) \|$/gm)
  const table = new Map<string, readonly string[]>()
  for (const [, importers = '', imported = ''] of rows) {
    const allowed = [...imported.matchAll(/`([\w./]+)`/g)].map(([, name = '']) => name)
    for (const importer of importers.split(/`, `/)) table.set(importer, allowed)
  }
  return table
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(source, file), 'utf8')
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, specifier = '']) => ({
    from: file,
    to: relative(source, resolve(dirname(join(source, file)), specifier)).replaceAll('\\', '/'),
  }))
}

/** The folder of a file, or the file itself where it lies at the top. */
function roomOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] ?? file) : file
}

function isAllowed(table: Map<string, readonly string[]>, { from, to }: Import): boolean {
  if (to.endsWith('.json') || roomOf(from) === roomOf(to)) return true
  const allowed = table.get(from) ?? table.get(roomOf(from)) ?? []
  return allowed.some(name => name === roomOf(to) || name === to)
}

describe('architecture', () => {
  const table = importTable()

  test('the table names every folder', () => {
    const rooms = new Set(files.map(roomOf))
    expect([...rooms].filter(room => !table.has(room))).toEqual([])
  })

  test('nobody imports what the table does not allow', () => {
    const broken = files.flatMap(importsOf).filter(edge => !isAllowed(table, edge))
    expect(broken.map(({ from, to }) => `${from} -> ${to}`)).toEqual([])
  })

  test('the client for VS Code imports nothing of the server but the wire types', () => {
    const client = globSync('client/src/**/*.ts', { cwd: project })
    const imports = client.flatMap(file => [
      ...readFileSync(join(project, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']*server\/src[^']*)'/g),
    ])
    expect(imports.length).toBeGreaterThan(0)
    expect(imports.map(([, path]) => path).filter(path => !/\/server\/src\/protocol\//.test(path ?? ''))).toEqual([])
  })

  test('only sqlite/database.ts imports the driver, and only sqlite/ holds SQL', () => {
    const drivers = files.filter(file =>
      /from 'better-sqlite3'|require\('better-sqlite3/.test(readFileSync(join(source, file), 'utf8')),
    )
    expect(drivers).toEqual(['sqlite/database.ts'])
    const sql = files.filter(file =>
      /\b(SELECT \w|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE)\b/.test(
        readFileSync(join(source, file), 'utf8'),
      ),
    )
    expect(sql.filter(file => !file.startsWith('sqlite/'))).toEqual([])
  })

  test('domain code reads no clock, randomness, process, files or network', () => {
    const domain = /^(base|signature|validation|metrics|model|examples|evaluation|tuner|jobs|history|features|app)\//
    const impure =
      /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.(env|argv|pid|cwd|exit|std|on|kill|versions|platform|hrtime|next)|\bfetch\(|from 'node:(fs|http|https|net|child_process|worker_threads|os)|\bsetTimeout\(/
    const broken = files.filter(file => domain.test(file) && impure.test(withoutComments(file)))
    expect(broken).toEqual([])
  })

  test('every source file starts with one sentence on what it is', () => {
    const broken = files.filter(file => !/^(#!.*\n)?\/\*\*\s/.test(readFileSync(join(source, file), 'utf8')))
    expect(broken).toEqual([])
  })

  test('no source file is longer than 500 lines', () => {
    const long = files.filter(file => readFileSync(join(source, file), 'utf8').split('\n').length > 500)
    expect(long).toEqual([])
  })

  test('the command line bundle holds no database driver', () => {
    const bundle = readFileSync(join(project, 'dist/cli.cjs'), 'utf8')
    expect(bundle).not.toMatch(/better-sqlite3"\)/)
    expect(readFileSync(join(project, 'dist/worker.cjs'), 'utf8')).toMatch(/better-sqlite3/)
  })
})

function withoutComments(file: string): string {
  return readFileSync(join(source, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
}
