/** Bundles the tests that run in the extension host into an extension of their own. */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'

const here = import.meta.dirname
const manifest = {
  name: 'signature-tuner-tests',
  publisher: 'signature-tuner',
  version: '0.0.0',
  engines: { vscode: '^1.101.0' },
  // Beside the files, as the extension itself.
  extensionKind: ['workspace'],
  // Tests of Restricted Mode run in it.
  capabilities: { untrustedWorkspaces: { supported: true } },
  // Results of the Test Explorer are read with it; an extension under development may.
  enabledApiProposals: ['testObserver'],
  // A test answers in the name of a model of the editor.
  contributes: { languageModelChatProviders: [{ vendor: 'suite', displayName: 'Suite' }] },
}

/** Files in `suite/` run in a trusted window, those in `suite/restricted/` in Restricted Mode. */
export type SuiteName = 'suite' | 'suite/restricted'

export interface BundledSuite {
  readonly folder: string
  readonly module: string
}

/** Names of the test files in a folder beside this file whose name, or the name of one of whose tests, holds the filter. */
export function testFiles(folder: SuiteName | 'page', filter: string): readonly string[] {
  const holds = (file: string) =>
    file.includes(filter) || readFileSync(join(here, folder, file), 'utf8').includes(filter)
  return globSync('*.test.ts', { cwd: join(here, folder) })
    .filter(holds)
    .sort((one, other) => one.localeCompare(other))
}

/** Writes the extension into `folder`. */
export async function bundleSuite(suite: SuiteName, folder: string, filter: string): Promise<BundledSuite> {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  const module = join(folder, 'tests.cjs')
  const loads = testFiles(suite, filter).map(
    file => `{ name: ${JSON.stringify(basename(file))}, load: () => require(${JSON.stringify(`./${suite}/${file}`)}) }`,
  )
  await build({
    stdin: {
      contents: `import { runFiles } from './harness/run.ts'
export const run = () => runFiles([${loads.join(', ')}], ${JSON.stringify(filter)})`,
      resolveDir: here,
      loader: 'ts',
    },
    outfile: module,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22.14',
    sourcemap: 'inline',
    external: ['vscode'],
    logLevel: 'warning',
  })
  return { folder, module }
}
