/** The report of an evaluation: one skill with its failing examples, or a table of many. */
import type { z } from 'zod'
import type { EvaluateResult } from '../../app/jobView.ts'
import type { evaluate } from '../../app/operations/evaluate.ts'
import { line, printable, score, type Terminal, table, wrap } from '../terminal.ts'
import { costLine, demoNotice } from './tuned.ts'

type Evaluation = z.output<typeof evaluate.output>
type Evaluated = Evaluation['skills'][number]

export function renderEvaluated(terminal: Terminal, evaluation: Evaluation): string {
  const [only] = evaluation.skills
  const blocks =
    evaluation.skills.length === 1 && only?.result !== undefined
      ? [renderOne(terminal, only, only.result)]
      : [renderMany(terminal, evaluation)]
  if (evaluation.skills.some(skill => skill.result?.demo)) {
    blocks.push(terminal.style('yellow', wrap(demoNotice, terminal.columns)))
  }
  return blocks.join('\n\n')
}

function renderOne(terminal: Terminal, skill: Evaluated, result: EvaluateResult): string {
  const threshold = skill.threshold ?? 0
  const verdict = result.score >= threshold ? 'meets' : 'is below'
  const lines = [
    `${skill.skill_path}: ${terminal.style('bold', score(result.score))} ${verdict} the threshold ${threshold}`,
    `  ${result.passed} of ${result.examples} examples entirely right`,
    '',
    ...Object.entries(result.scores).map(([name, value]) => `  ${line(name, 24).padEnd(24)} ${score(value)}`),
  ]
  if (result.failing.length > 0) {
    lines.push('', `Failing examples (${Math.min(5, result.failing.length)} of ${result.failing_count}, worst first)`)
    for (const example of result.failing.slice(0, 5)) lines.push(...failingLines(terminal, example))
    if (result.failing_count > 5) lines.push('  … all of them with --json')
  }
  if (result.errors.length > 0) {
    lines.push('', 'Errors (left out of the score)')
    for (const error of result.errors) {
      lines.push(`  • ${wrap(`${error.count} × ${error.code}: ${error.message}`, terminal.columns - 4, 4)}`)
    }
  }
  lines.push('', `  ${wrap(costLine(result), terminal.columns - 4, 2)}`)
  return lines.join('\n')
}

function failingLines(terminal: Terminal, example: EvaluateResult['failing'][number]): string[] {
  const width = terminal.columns - 4
  const head = `  ${terminal.style('bold', `Example ${printable(example.id)}`)} (line ${example.line}) ${score(example.score)}`
  return [head, ...example.feedback.map(sentence => `    ${line(sentence, width)}`)]
}

function renderMany(terminal: Terminal, evaluation: Evaluation): string {
  const rows = evaluation.skills.map(skill => [
    skill.skill_path,
    skill.result === undefined ? 'failed' : score(skill.result.score),
    skill.threshold === undefined ? '' : String(skill.threshold),
    skill.result === undefined ? '' : `${skill.result.passed}/${skill.result.examples}`,
  ])
  const lines = [
    table(
      [
        { title: 'SKILL', fill: true },
        { title: 'SCORE', align: 'right' },
        { title: 'THRESHOLD', align: 'right' },
        { title: 'RIGHT', align: 'right' },
      ],
      rows,
      terminal.columns,
    ),
    '',
    `${evaluation.skills.length} skills, mean score ${score(evaluation.mean_score)}, ${evaluation.failed} failed`,
  ]
  for (const skill of evaluation.skills) {
    if (skill.error !== undefined)
      lines.push(`  ${wrap(`${skill.skill_path}: ${skill.error.message}`, terminal.columns - 2, 4)}`)
  }
  return lines.join('\n')
}
