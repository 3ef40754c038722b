/** Runs the built command line in a workspace of its own, with an environment that names no model and no key. */
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'

const project = resolve(import.meta.dirname, '../..')
/** Programs of all tests share what was compiled: each has a home of its own otherwise, and would compile anew. */
export const sharedCache = { XDG_CACHE_HOME: join(project, 'node_modules/.cache') }

export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Workspace {
  readonly root: string
  write(path: string, text: string): void
  /** Copies a sample skill to the same place below the workspace. */
  copySkill(skill: string): void
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran>
  /** Starts without waiting; `ended` resolves when it is over. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Started
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ran>
}

/** A small sound signature; its examples belong into `examples.jsonl` beside it. */
export const shoutSignature = `name: Shout
instructions: Repeat the word in capitals.
inputs:
  word: { type: str, desc: A word }
outputs:
  loud: { type: str, desc: The word in capitals }
metrics:
  loud_match: { kind: exact_match, field: loud }
examples: examples.jsonl
`

/** Tests that run concurrently pass their own context's `onTestFinished`. */
export function createWorkspace(whenFinished: (cleanUp: () => void) => void = onTestFinished): Workspace {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'signature-tuner-')))
  mkdirSync(join(root, '.git'))
  whenFinished(() => rmSync(root, { recursive: true, force: true }))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Started => {
    const child = spawn(process.execPath, [join(project, 'dist/bin.cjs'), ...args], {
      cwd: root,
      env: { PATH: process.env.PATH ?? '', HOME: join(root, '.home'), ...sharedCache, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk
    })
    whenFinished(() => void child.kill('SIGKILL'))
    const ended = new Promise<Ran>((done, reject) => {
      child.on('error', reject)
      child.on('close', status => done({ status, stdout, stderr }))
    })
    return { child, ended }
  }
  return {
    root,
    write,
    copySkill: skill =>
      cpSync(join(project, 'examples/skills', skill), join(root, 'skills', skill), { recursive: true }),
    run: (args, env) => start(args, env).ended,
    start,
  }
}
