/** A canary key: wherever it is used and whoever echoes it, it is found nowhere but in requests to its endpoint. */
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createWorkspace, shoutSignature } from '../support/cli.ts'
import { sendError, startModelServer } from '../support/modelServer.ts'
import { startServer } from '../support/server.ts'

const canary = 'sk-canary-5f1d0c9ab27e'
/** As it may be written in a header, a URL, or another text. */
const forms = [canary, encodeURIComponent(canary), Buffer.from(canary).toString('base64'), 'canary-5f1d']

function everyFile(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => join(folder, name))
    .filter(path => statSync(path).isFile())
}

test('the key is in no file, reply, message or diagnostic report', async () => {
  let trouble = 0
  let reached: () => void = () => {}
  const midway = new Promise<void>(resolve => {
    reached = resolve
  })
  await using model = await startModelServer({
    requireKey: canary,
    latency: 5,
    // A reply may hold the key, and an error, as some servers send, the whole header.
    answer({ messages }) {
      if (messages[0]?.content.includes('TuneSignature')) {
        const improved = shoutSignature.replace('desc: A word', `desc: A word such as ${canary}`)
        return { improved_signature: improved, improvement_reasoning: `Because of ${canary}.` }
      }
      const word = /w\d+/.exec(messages.at(-1)?.content ?? '')?.[0] ?? ''
      if (word === 'w30') reached()
      return { loud: `${word.toUpperCase()} ${canary}` }
    },
    respond({ headers, text }, response) {
      if (!/w1\d/.test(text) || trouble++ > 12) return false
      sendError(response, trouble % 2 === 0 ? 500 : 400, { message: `Bad: ${headers.authorization} ${canary}` })
      return true
    },
  })
  await using refusing = await startModelServer({
    respond({ headers }, response) {
      sendError(response, 401, { message: `Incorrect API key: ${headers.authorization}` })
      return true
    },
  })
  const workspace = createWorkspace()
  workspace.write('skills/shout/signature.yaml', shoutSignature)
  const lines = Array.from({ length: 60 }, (_, n) => JSON.stringify({ word: `w${n}`, loud: `W${n}` }))
  workspace.write('skills/shout/examples.jsonl', lines.join('\n'))
  const reports = join(workspace.root, 'reports')
  mkdirSync(reports)
  const env = {
    OPENAI_API_KEY: canary,
    SIGNATURE_TUNER_MODEL: 'm',
    NODE_OPTIONS: `--report-on-signal --report-on-fatalerror --report-uncaught-exception --report-directory=${reports}`,
  }
  const said: string[] = []
  const tell = (value: unknown) => void said.push(JSON.stringify(value))

  for (const args of [['evaluate'], ['tune', '--max-calls', '200'], ['doctor']]) {
    const skill = args[0] === 'doctor' ? [] : ['skills/shout']
    const [command = '', ...flags] = args
    const typed = [command, ...skill, ...flags]
    tell(await workspace.run([...typed, '--base-url', refusing.url], env))
    tell(await workspace.run([...typed, '--base-url', model.url, '--json'], env))
  }
  const server = await startServer(workspace, ['--base-url', model.url, '--concurrency', '2'], env)
  const started = await server.request('POST', '/signatures/evaluate', { skill_path: 'skills/shout', model: 'n' })
  tell(started.body)
  await midway
  // Reports of both processes, and then the worker's sudden end.
  const worker = Number(readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').trim().split(' ')[0])
  for (const pid of [server.pid, worker]) process.kill(pid, 'SIGUSR2')
  while (readdirSync(reports).length < 2) await delay(20)
  process.kill(worker, 'SIGABRT')
  tell(await server.events(`/signatures/evaluate/${started.body.job_id}`))
  for (const path of ['/jobs', '/doctor?connect=true', '/signatures/history?skill_path=skills/shout']) {
    tell((await server.request('GET', path)).body)
  }
  tell((await server.request('POST', '/signatures/validate', { paths: ['skills'] })).body)
  tell((await server.request('POST', '/signatures/tune', { skill_path: canary })).body.code)
  tell(await server.stop())

  // The key was really sent, and really echoed.
  expect(model.requests.some(({ headers }) => headers.authorization === `Bearer ${canary}`)).toBe(true)
  expect(trouble).toBeGreaterThan(4)
  expect(said.join('\n')).toMatch(/\[key\]/)
  const files = everyFile(workspace.root)
  expect(files.some(path => path.endsWith('jobs.db'))).toBe(true)
  for (const form of forms) {
    expect(said.filter(text => text.includes(form))).toEqual([])
    expect(files.filter(path => readFileSync(path).includes(form))).toEqual([])
  }
}, 90_000)
