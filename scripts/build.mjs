// Bundles the program into dist/: CommonJS (.cjs), because bundled dependencies use dynamic require.
import { chmodSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { writeNotices } from './notices.mjs'

const project = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(project, 'dist')
rmSync(dist, { recursive: true, force: true })
const { metafile } = await build({
  absWorkingDir: project,
  entryPoints: {
    bin: 'server/src/bin.ts',
    tuneSignature: 'server/src/tuneSignature.ts',
    cli: 'server/src/cli/main.ts',
    http: 'server/src/http/main.ts',
    lsp: 'server/src/lsp/main.ts',
    parseThread: 'server/src/lsp/parseThread.ts',
    worker: 'server/src/worker/main.ts',
    sandbox: 'server/src/sandbox/thread.ts',
    validateThread: 'server/src/validateThread.ts',
    openai: 'openai',
    extension: 'client/src/extension.ts',
    parts: 'client/src/parts.ts',
    languageClient: 'client/src/languageClient.ts',
    transport: 'server/src/providers/transport.ts',
  },
  outdir: dist,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22.14',
  sourcemap: 'linked',
  minify: true,
  // Stack traces that people report name the functions.
  keepNames: true,
  sourcesContent: false,
  metafile: true,
  // Its build for Node reads environment variables at every token, which costs a fifth of the time.
  alias: { yaml: './node_modules/yaml/browser/index.js' },
  // The driver finds its prebuilt binary beside itself.
  external: ['better-sqlite3', 'vscode', './cli.cjs', './worker.cjs', './http.cjs', './lsp.cjs'],
  plugins: [loadedLate(), englishOnly()],
  logLevel: 'warning',
})
writeNotices(project, metafile, join(dist, 'THIRD_PARTY_NOTICES.txt'))
for (const name of ['bin.cjs', 'tuneSignature.cjs']) chmodSync(join(dist, name), 0o755)
if (!process.argv.includes('--quiet')) {
  for (const [path, { bytes }] of Object.entries(metafile.outputs)) {
    if (path.endsWith('.cjs')) console.log(`${path}  ${Math.ceil(bytes / 1024)} kB`)
  }
}

/** What only some runs need, and an activation must not wait for, is a bundle of its own: starts are the quicker for it. */
function loadedLate() {
  return {
    name: 'loaded late',
    setup({ onResolve }) {
      onResolve({ filter: /^(openai|\.\/transport\.ts|\.\/languageClient\.ts|\.\/parts\.ts)$/ }, ({ kind, path }) => {
        if (kind !== 'dynamic-import') return undefined
        return { path: `./${path.replace(/^\.\/|\.ts$/g, '')}.cjs`, external: true }
      })
    },
  }
}

/** Zod brings its messages in fifty languages; the program shows none but English. */
function englishOnly() {
  return {
    name: 'english only',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.(c?js)$/ }, () => ({
        contents: "export { default as en } from './en.js'",
        resolveDir: join(project, 'node_modules/zod/v4/locales'),
      }))
    },
  }
}
