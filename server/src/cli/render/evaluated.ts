/** The report of an evaluation: one skill with its failing examples, or a table of many. */
import type { z } from 'zod'
import type { EvaluateResult } from '../../app/jobView.ts'
import type { evaluate } from '../../app/operations/evaluate.ts'
import { line, printable, score, skillName, type Terminal, table, wrap } from '../terminal.ts'
import { costLine, demoNotice, errorLines } from './tuned.ts'

type Evaluation = z.output<typeof evaluate.output>
type Evaluated = Evaluation['skills'][number]

export function renderEvaluated(terminal: Terminal, evaluation: Evaluation): string {
  const [only] = evaluation.skills
  const blocks =
    evaluation.skills.length === 1 && only?.result !== undefined
      ? [renderScores(terminal, only, only.result)]
      : [renderMany(terminal, evaluation)]
  if (only?.result !== undefined && only.error !== undefined) blocks.push(wrap(only.error.message, terminal.columns))
  if (evaluation.below.length > 0) {
    const names = evaluation.below.map(skillName).join(', ')
    blocks.push(wrap(`Below --fail-under ${evaluation.fail_under}: ${names}`, terminal.columns))
  }
  if (evaluation.skills.some(skill => skill.result?.demo)) {
    blocks.push(terminal.style('yellow', wrap(demoNotice, terminal.columns)))
  }
  return blocks.join('\n\n')
}

/** The scores of one evaluation and its worst examples. */
export function renderScores(
  terminal: Terminal,
  skill: Pick<Evaluated, 'skill_path' | 'threshold'>,
  result: EvaluateResult,
): string {
  const { columns } = terminal
  const { threshold } = skill
  const some = result.of_examples !== undefined
  const among = some ? ` of the ${result.of_examples} it has; their scores are not those of the signature` : ''
  // What a few examples score meets no threshold.
  const verdict =
    threshold === undefined || some
      ? ''
      : ` ${result.score >= threshold ? 'meets' : 'is below'} the threshold ${threshold}`
  const row = (name: string, value: number) => `  ${line(name, 24).padEnd(24)} ${score(value)}`
  const lines = [
    wrap(`${skillName(skill.skill_path)}: ${score(result.score)}${verdict}`, columns),
    `  ${wrap(`${result.passed} of ${result.examples} examples entirely right${among && `,${among}`}`, columns, 2)}`,
    '',
    'By metric',
    ...Object.entries(result.scores).map(([name, value]) => row(name, value)),
    'By field',
    ...Object.entries(result.scores_by_field).map(([name, value]) => row(name, value)),
  ]
  if (result.failing.length > 0) {
    lines.push('', `Failing examples (${Math.min(5, result.failing.length)} of ${result.failing_count}, worst first)`)
    for (const example of result.failing.slice(0, 5)) lines.push(...failingLines(terminal, example))
    if (result.failing_count > 5) lines.push('  … more of them with --json')
  }
  if (result.errors.length > 0) lines.push('', ...errorLines(terminal, result.errors))
  lines.push('', `  ${wrap(costLine(result), columns, 2)}`)
  return lines.join('\n')
}

function failingLines(terminal: Terminal, example: EvaluateResult['failing'][number]): string[] {
  const { columns } = terminal
  const name = terminal.style('bold', `Example ${line(example.id, 40)}`)
  const inputs = Object.entries(example.inputs).map(([field, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return `    ${terminal.style('dim', line(`${field}: ${text}`, columns - 4))}`
  })
  return [
    `  ${name} (line ${example.line}) ${score(example.score)}`,
    ...inputs,
    ...example.feedback.map(sentence => `    ${wrap(sentence, columns, 4)}`),
  ]
}

function renderMany(terminal: Terminal, evaluation: Evaluation): string {
  const rows = evaluation.skills.map(skill => [
    skillName(skill.skill_path),
    skill.result === undefined ? 'failed' : score(skill.result.score),
    skill.threshold === undefined ? '' : String(skill.threshold),
    skill.result === undefined ? '' : `${skill.result.passed}/${skill.result.examples}`,
  ])
  const columns = [
    { title: 'SKILL', fill: true, keepEnd: true },
    { title: 'SCORE', align: 'right' },
    { title: 'THRESHOLD', align: 'right' },
    { title: 'RIGHT', align: 'right' },
  ] as const
  const mean = evaluation.mean_score === undefined ? '' : `, mean score ${score(evaluation.mean_score)}`
  const lines = [
    table(columns, rows, terminal.columns),
    '',
    `${evaluation.skills.length} skills${mean}, ${evaluation.failed} could not be scored`,
  ]
  for (const skill of evaluation.skills) {
    // Not wrapped: it may hold a command to copy.
    if (skill.error !== undefined) lines.push(`  • ${printable(skill.error.message)}`)
  }
  return lines.join('\n')
}
