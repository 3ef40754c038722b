/** Times the language server beside yaml-language-server. Run: `npm run build && node bench/lsp/run.ts`. */
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { signatureSchema } from '../../server/src/signature/schema.ts'
import { longSignatureText } from '../validate/generate.ts'
import { type Session, type servers, startSession } from './session.ts'

type Name = keyof typeof servers
/** Milliseconds, sorted. */
type Times = readonly number[]

const project = resolve(import.meta.dirname, '../..')
const root = mkdtempSync(join(tmpdir(), 'signature-bench-'))
const schema = join(root, 'schema.json')
const rows: string[][] = []
const editCount = 60
const requestCount = 200
const startCount = 5

mkdirSync(join(root, '.git'))
mkdirSync(join(root, 'skills/bench'), { recursive: true })
cpSync(join(project, 'examples/skills/python/async'), join(root, 'skills/tuned'), { recursive: true })
writeFileSync(schema, JSON.stringify(z.toJSONSchema(signatureSchema, { io: 'input' })))

try {
  await timeStarts()
  for (const tuning of [false, true]) for (const lines of [200, 1_000, 10_000]) await timeSizes(lines, tuning)
  print()
} finally {
  rmSync(root, { recursive: true, force: true })
}

async function timeStarts(): Promise<void> {
  const times: Record<Name, number[]> = { ours: [], yaml: [] }
  // The first start of a new version compiles what the others find compiled.
  for (let n = -1; n < startCount; n++) {
    for (const name of ['ours', 'yaml'] as const) {
      const start = performance.now()
      const session = await startSession(name, root, schema)
      await session.open(longSignatureText(200).replace('type: str', 'typx: str'))
      await session.until(errors => errors > 0)
      const time = performance.now() - start
      if (n < 0) console.error(`first start of ${name}  ${time.toFixed(1)}`)
      else times[name].push(time)
      await session.quit()
    }
  }
  add('start to first diagnostics, 200 lines', sorted(times.ours), sorted(times.yaml), '400')
}

async function timeSizes(lines: number, tuning: boolean): Promise<void> {
  const text = longSignatureText(lines)
  writeFileSync(join(root, 'skills/bench/signature.yaml'), text)
  const ours = await measure('ours', text, tuning)
  const yaml = await measure('yaml', text, tuning)
  const what = (name: string) =>
    `${name}, ${lines.toLocaleString('en')} lines${tuning ? ', while a skill is tuned' : ''}`
  const bar = { 200: '30', 1000: '60', 10000: '150' }[lines] ?? ''
  add(what('edit to diagnostics'), ours.edits, yaml.edits, bar)
  add(what('hover'), ours.hovers, yaml.hovers, '')
  if (ours.completions !== undefined) add(what('completion'), ours.completions, yaml.completions ?? [], '')
}

async function measure(name: Name, text: string, tuning: boolean) {
  const session = await startSession(name, root, schema)
  const lines = text.split('\n')
  const line = lines.findIndex(content => /^ {4}type: str/.test(content))
  const stopTuning = !tuning ? () => {} : name === 'ours' ? tuneInServer(session) : tuneBeside()
  try {
    await session.open(text)
    await session.until(errors => errors === 0)
    const edits = await repeat(editCount, async n => {
      const broken = n % 2 === 0
      await session.replace(line, 4, 4, broken ? 'typx' : 'type')
      await session.until(errors => errors > 0 === broken)
    })
    const at = (n: number) => ({ textDocument: { uri: session.uri }, position: { line: line - (n % 2), character: 5 } })
    const hovers = await repeat(requestCount, n => session.request('textDocument/hover', at(n)))
    const completions = await timeCompletions(session, line)
    return { edits, hovers, completions }
  } finally {
    stopTuning()
    session.stop()
  }
}

/** At the beginning of a key, typed anew each time, as an editor asks for them. */
async function timeCompletions(session: Session, line: number): Promise<Times | undefined> {
  if (session.capabilities.completionProvider === undefined) return undefined
  return repeat(requestCount, async n => {
    await session.replace(line, 4, n === 0 ? 9 : (n - 1) % 3, 'des'.slice(0, n % 3))
    const position = { line, character: 4 + (n % 3) }
    await session.request('textDocument/completion', { textDocument: { uri: session.uri }, position })
  })
}

async function repeat(count: number, run: (n: number) => Promise<unknown>): Promise<Times> {
  const times: number[] = []
  for (let n = 0; n < count; n++) {
    const start = performance.now()
    await run(n)
    times.push(performance.now() - start)
  }
  // The first ones warm up whatever is compiled late.
  return sorted(times.slice(Math.floor(count / 10)))
}

/** The server that is measured tunes another skill with the offline demo model, over and over. Returns what ends it. */
function tuneInServer(session: Session): () => void {
  let stopped = false
  const uri = pathToFileURL(join(root, 'skills/tuned/signature.yaml')).href
  const tune = async (): Promise<void> => {
    while (!stopped) {
      await session.request('workspace/executeCommand', {
        command: 'signature-tuner.tune',
        arguments: [{ uri, force: true, apply: false }],
      })
    }
  }
  // What is still asked when the session ends is not answered.
  tune().catch(error => {
    if (!stopped) throw error
  })
  return () => {
    stopped = true
  }
}

/** The same in a process of the command line's, for a server that has no such thing. */
function tuneBeside(): () => void {
  let child: ChildProcess
  let stopped = false
  const args = ['tune', 'skills/tuned', '--model', 'embedded', '--force', '--no-apply', '--quiet']
  const start = () => {
    if (stopped) return
    child = spawn(process.execPath, [join(project, 'dist/bin.cjs'), ...args], { cwd: root, stdio: 'ignore' })
    child.on('exit', start)
  }
  start()
  return () => {
    stopped = true
    child.kill('SIGINT')
  }
}

function add(what: string, ours: Times, theirs: Times, bar: string): void {
  const pair = (times: Times) => `${percentile(times, 0.5).toFixed(1)} / ${percentile(times, 0.95).toFixed(1)}`
  const ratio = percentile(theirs, 0.5) / percentile(ours, 0.5)
  rows.push([what, pair(ours), pair(theirs), `${ratio.toFixed(1)}×`, bar])
  console.error(rows.at(-1)?.join('  '))
}

function print(): void {
  const head = ['median / p95 in ms', 'ours', 'yaml-language-server', 'quicker', 'bar for p95']
  for (const row of [head, head.map(() => '---'), ...rows]) console.log(`| ${row.join(' | ')} |`)
}

function sorted(times: Times): Times {
  return [...times].sort((a, b) => a - b)
}

function percentile(times: Times, share: number): number {
  return times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN
}
