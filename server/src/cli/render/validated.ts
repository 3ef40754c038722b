/** Problems as text for people, and as the formats that CI systems read: SARIF, JUnit XML, GitHub. */
import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { z } from 'zod'
import packageJson from '../../../../package.json' with { type: 'json' }
import type { ReportedProblem, validate } from '../../app/operations/validate.ts'
import { problemCatalogue } from '../../validation/problem.ts'
import { printable, type Terminal, wrap } from '../terminal.ts'

type Validated = z.output<typeof validate.output>
export const validateFormats = ['text', 'json', 'sarif', 'junit', 'github'] as const
export type ValidateFormat = (typeof validateFormats)[number]

export function renderValidated(terminal: Terminal, format: ValidateFormat, validated: Validated): string {
  if (format === 'json') return JSON.stringify(validated, null, 2)
  if (format === 'sarif') return JSON.stringify(sarif(validated), null, 2)
  if (format === 'junit') return junit(validated)
  if (format === 'github') return validated.problems.map(githubLine).join('\n')
  return text(terminal, validated)
}

const colours = { error: 'red', warning: 'yellow', info: 'blue', hint: 'dim' } as const

function text(terminal: Terminal, validated: Validated): string {
  const lines: string[] = []
  for (const problem of validated.problems) {
    const label = terminal.style(colours[problem.severity], problem.severity)
    const where = `${printable(problem.path)}:${problem.line}:${problem.column}`
    lines.push(`${where} ${label} ${terminal.style('dim', problem.code)}`)
    lines.push(`  ${wrap(problem.message, terminal.columns, 2)}`)
  }
  if (lines.length > 0) lines.push('')
  const parts = [
    plural(validated.files.length, 'file'),
    plural(validated.errors, 'error'),
    plural(validated.warnings, 'warning'),
  ]
  if (validated.hints > 0) parts.push(plural(validated.hints, 'hint'))
  lines.push(parts.join(', '))
  return lines.join('\n')
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** SARIF 2.1.0, OASIS standard. */
function sarif(validated: Validated) {
  const codes = [...new Set(validated.problems.map(problem => problem.code))]
  const levels = { error: 'error', warning: 'warning', info: 'note', hint: 'note' } as const
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'signature-tuner',
            version: packageJson.version,
            rules: codes.map(code => ({ id: code, shortDescription: { text: explain(code) } })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: validated.problems.map(problem => ({
          ruleId: problem.code,
          ruleIndex: codes.indexOf(problem.code),
          level: levels[problem.severity],
          message: { text: problem.message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uriOf(problem.path) },
                region: {
                  startLine: problem.line,
                  startColumn: problem.column,
                  endLine: problem.end_line,
                  endColumn: problem.end_column,
                },
              },
            },
          ],
        })),
      },
    ],
  }
}

/** Relative to where the program ran, unless the path is absolute. */
function uriOf(path: string): string {
  if (isAbsolute(path)) return pathToFileURL(path).href
  return path.split(/[\\/]/).map(encodeURIComponent).join('/')
}

function explain(code: string): string {
  return Object.hasOwn(problemCatalogue, code)
    ? problemCatalogue[code as keyof typeof problemCatalogue].explanation
    : code.replaceAll('-', ' ')
}

/** One test case a file; errors and warnings fail it. */
function junit(validated: Validated): string {
  const byPath = new Map<string, ReportedProblem[]>(validated.files.map(path => [path, []]))
  for (const problem of validated.problems) {
    if (problem.severity !== 'error' && problem.severity !== 'warning') continue
    const known = byPath.get(problem.path)
    if (known === undefined) byPath.set(problem.path, [problem])
    else known.push(problem)
  }
  const failures = [...byPath.values()].filter(problems => problems.length > 0).length
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="signature-tuner validate" tests="${byPath.size}" failures="${failures}" errors="0">`,
    ...[...byPath].map(([path, problems]) => testCase(path, problems)),
    '  </testsuite>',
    '</testsuites>',
  ].join('\n')
}

function testCase(path: string, problems: readonly ReportedProblem[]): string {
  const head = `    <testcase classname="signature" name="${xml(path)}"`
  if (problems.length === 0) return `${head}/>`
  const details = problems.map(problem => `${positionOf(problem)} ${problem.code}: ${problem.message}`)
  const first = problems[0]
  const message = xml(first === undefined ? '' : first.message)
  return `${head}><failure message="${message}">${xml(details.join('\n'))}</failure></testcase>`
}

function positionOf(problem: ReportedProblem): string {
  return `${problem.path}:${problem.line}:${problem.column}`
}

function xml(text: string): string {
  const names: Readonly<Record<string, string>> = { '<': 'lt', '>': 'gt', '&': 'amp', '"': 'quot', "'": 'apos' }
  return printable(text).replace(/[<>&"']/g, character => `&${names[character]};`)
}

/** Workflow command of GitHub Actions. */
function githubLine(problem: ReportedProblem): string {
  const kind = problem.severity === 'error' ? 'error' : problem.severity === 'warning' ? 'warning' : 'notice'
  const property = (value: string) => escapeData(value).replaceAll(':', '%3A').replaceAll(',', '%2C')
  const place = `file=${property(problem.path)},line=${problem.line},col=${problem.column}`
  return `::${kind} ${place},title=${property(problem.code)}::${escapeData(problem.message)}`
}

function escapeData(value: string): string {
  return value.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
