/** `tune` on the command line: on a terminal it shows the result and asks before writing. */
import { createInterface } from 'node:readline/promises'
import type { z } from 'zod'
import { operations } from '../app/app.ts'
import type { TuneJobView } from '../app/jobView.ts'
import type { OperationContext } from '../app/operation.ts'
import { jobCommand } from '../app/operations/jobFailure.ts'
import type { Ports } from '../app/ports.ts'
import { errorTable, type Failure } from '../base/errors.ts'
import { renderApplied } from './render/jobs.ts'
import { renderTuned } from './render/tuned.ts'
import { skillName, type Terminal, wrap } from './terminal.ts'

interface TuneOutput {
  readonly terminal: Terminal
  readonly json: boolean
  readonly finish: () => void
}

/** The exit status, or what went wrong. */
export async function runTune(
  ports: Ports,
  input: z.output<typeof operations.tune.input>,
  context: OperationContext,
  { terminal, json, finish }: TuneOutput,
): Promise<number | Failure> {
  const asks = input.apply === undefined && terminal.interactive && !json
  const tuned = await operations.tune.run(ports, input, context)
  finish()
  if (!tuned.ok) return tuned.error
  if (json) {
    terminal.print(JSON.stringify(tuned.value, null, 2))
    return 0
  }
  // For a person the skill is called what it was called on the command line; the job knows its path in the workspace.
  const shown = { ...tuned.value, skill_path: input.skill_path.replace(/(?<=.)\/+$/, '') }
  terminal.print(renderTuned(terminal, shown))
  const { result, job_id } = tuned.value
  if (result?.signature_version !== undefined) {
    terminal.print(`\nWritten as version ${result.signature_version}.`)
    return 0
  }
  if (result === undefined || result.changes.length === 0) return 0
  const unproven = result.evidence === 'unproven'
  const located = await ports.files.locate(input.skill_path)
  if (!located.ok) return located.error
  const { root } = located.value
  const answer = asks ? await ask(question(terminal, shown), context.signal) : 'no'
  if (answer === 'yes' || (answer === 'default' && defaultsToYes(tuned.value))) {
    const applied = await operations['jobs apply'].run(ports, { job_id, root, unproven, preview: false }, context)
    if (!applied.ok) return applied.error
    terminal.print(`\n${renderApplied(terminal, { ...applied.value, skill_path: shown.skill_path, changes: [] })}`)
    return 0
  }
  const command = await jobCommand(ports, root, 'apply', job_id)
  terminal.print(`\nNot written. To write it:\n  ${command}${unproven ? ' --unproven' : ''}`)
  return answer === 'interrupt' ? errorTable.cancelled.exit : 0
}

/** Only a proven gain of a real model is worth a bare Enter. */
function defaultsToYes({ result }: TuneJobView): boolean {
  return result?.tuned === true && !result.demo
}

function question(terminal: Terminal, job: TuneJobView): string {
  const choice = defaultsToYes(job) ? '[Y/n]' : '[y/N]'
  const doubt = job.result?.evidence === 'unproven' ? 'The gain is unproven. ' : ''
  return `\n${wrap(`${doubt}Write this to ${skillName(job.skill_path)}? ${choice}`, terminal.columns)} `
}

type Answer = 'yes' | 'no' | 'default' | 'interrupt'

/** Asks until the answer is one; Ctrl-D is no, Ctrl-C ends the program without a loss. */
async function ask(question: string, signal: AbortSignal): Promise<Answer> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  const interrupted = new Promise<Answer>(resolve => prompt.once('SIGINT', () => resolve('interrupt')))
  const closed = new Promise<Answer>(resolve => prompt.once('close', () => resolve('no')))
  const asked = async (): Promise<Answer> => {
    for (;;) {
      const words = (await prompt.question(question, { signal })).trim().toLowerCase()
      if (words === '') return 'default'
      if (/^y(es)?$/.test(words)) return 'yes'
      if (/^no?$/.test(words)) return 'no'
    }
  }
  try {
    // Closing rejects what is still being asked: the other answers have won by then.
    return await Promise.race([interrupted, closed, asked().catch((): Answer => 'interrupt')])
  } finally {
    prompt.close()
  }
}
