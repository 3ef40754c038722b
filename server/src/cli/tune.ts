/** `tune` on the command line: on a terminal it shows the result and asks before writing. */
import { createInterface } from 'node:readline/promises'
import type { z } from 'zod'
import { operations } from '../app/app.ts'
import type { TuneJobView } from '../app/jobView.ts'
import type { OperationContext } from '../app/operation.ts'
import type { Ports } from '../app/ports.ts'
import type { Failure } from '../base/errors.ts'
import { renderApplied } from './render/jobs.ts'
import { renderTuned } from './render/tuned.ts'
import type { Terminal } from './terminal.ts'

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
  terminal.print(renderTuned(terminal, tuned.value))
  const { result, job_id } = tuned.value
  if (result?.signature_version !== undefined) {
    terminal.print(
      `\nWritten as version ${result.signature_version}. See 'signature-tuner diff ${tuned.value.skill_path}'.`,
    )
    return 0
  }
  if (result === undefined || result.changes.length === 0) return 0
  const unproven = result.evidence === 'unproven'
  if (asks && (await confirm(question(tuned.value), context.signal))) {
    const applied = await operations['jobs apply'].run(ports, { job_id, unproven }, context)
    if (!applied.ok) return applied.error
    terminal.print(`\n${renderApplied(terminal, applied.value)}`)
    return 0
  }
  terminal.print(`\nNot written. To write it: signature-tuner jobs apply ${job_id}${unproven ? ' --unproven' : ''}`)
  return 0
}

function question(job: TuneJobView): string {
  return job.result?.evidence === 'unproven'
    ? `\nThe gain is unproven. Write it to ${job.skill_path} anyway? [y/N] `
    : `\nWrite this to ${job.skill_path}? [Y/n] `
}

async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = (await prompt.question(question, { signal })).trim().toLowerCase()
    return answer === '' ? question.includes('[Y/n]') : /^y(es)?$/.test(answer)
  } finally {
    prompt.close()
  }
}
