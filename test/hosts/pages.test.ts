/** What the command line prints: fits 80 columns, shows no control characters, and is one document with --json. */
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { columnsOf } from '../../server/src/cli/terminal.ts'
import { createWorkspace, type Ran, type Workspace } from '../support/cli.ts'

function expectPage(ran: Ran): void {
  // A diff shows the file's own lines.
  const page = ran.stdout.replace(/^@@.*/ms, '')
  const wide = page.split('\n').filter(line => columnsOf(line) > 80)
  expect(wide).toEqual([])
  expect(ran.stdout).not.toMatch(/[^\P{Cc}\n]/u)
}

function arrange(): Workspace {
  const workspace = createWorkspace()
  workspace.copySkill('python/async')
  workspace.copySkill('finance/invoice-extraction')
  return workspace
}

const commands = ['tune', 'evaluate', 'validate', 'new', 'history', 'diff', 'restore', 'jobs', 'doctor']

describe('pages', () => {
  test.each([
    [],
    ...commands.map(command => [command]),
    ['jobs', 'resume'],
    ['jobs', 'apply'],
    ['jobs', 'discard'],
    ['jobs', 'prune'],
  ])('help of %s %s', async (...words) => {
    const ran = await createWorkspace().run([...words, '--help'])
    expect(ran.status).toBe(0)
    expect(ran.stdout).toMatch(/^Usage: signature-tuner/)
    expectPage(ran)
  })

  test('evaluating a folder sums it up, and --fail-under is for CI', async () => {
    const workspace = arrange()
    const table = await workspace.run(['evaluate', 'skills', '--model', 'embedded'])
    expect(table.status, table.stderr).toBe(0)
    expectPage(table)
    expect(table.stdout).toMatch(/skills\/finance\/invoice-extraction\s+0\.\d\d\s+0\.75\s+\d+\/110/)
    expect(table.stdout).toMatch(/2 skills, mean score 0\.\d\d, 0 could not be scored/)
    const failing = await workspace.run(['evaluate', 'skills', '--model', 'embedded', '--fail-under', '0.6', '--json'])
    expect(failing.status).toBe(1)
    const document = JSON.parse(failing.stdout)
    expect(document.below).toHaveLength(2)
    expect(document.skills[0].result.failing.length).toBeGreaterThan(5)
    // The first run recorded versions; one for CI records none.
    expect(
      JSON.parse((await workspace.run(['history', 'skills/python/async', '--json'])).stdout).versions,
    ).toHaveLength(1)
  })

  test('colours are colours, and nothing else controls the terminal', async () => {
    const workspace = createWorkspace()
    workspace.write(
      'evil/signature.yaml',
      `name: Evil\ninstructions: Say it.\ninputs:\n  a: { type: str, desc: Some text }\noutputs:\n  b: { type: str, desc: A word }\nmetrics:\n  m: { kind: contains, field: b }\nthreshold: 0\nexamples:\n  - { _id: "\\e]0;pwned\\a", a: x, b: y }\n`,
    )
    const env = { FORCE_COLOR: '1', NO_COLOR: '' }
    for (const command of ['tune', 'evaluate']) {
      const ran = await workspace.run([command, 'evil', '--model', 'embedded'], env)
      expect(ran.status, ran.stderr).toBe(0)
      const plain = stripVTControlCharacters(ran.stdout)
      expect(plain).not.toBe(ran.stdout)
      expect(plain).not.toMatch(/[^\P{Cc}\n]/u)
      expect(plain).not.toMatch(/\\u001b\[/)
      expect(ran.stdout).not.toContain(']0;pwned\u0007')
    }
  })

  test('one skill shows its worst examples', async () => {
    const ran = await arrange().run(['evaluate', 'skills/python/async', '--model', 'embedded'])
    expectPage(ran)
    expect(ran.stdout).toMatch(/is below the threshold 0\.75/)
    expect(ran.stdout).toMatch(/Example async-\d+ \(line \d+\)/)
  })

  test('history, diff, jobs, doctor and validate', async () => {
    const workspace = arrange()
    const tune = ['tune', 'skills/python/async', '--model', 'embedded', '--json']
    const { job_id } = JSON.parse((await workspace.run([...tune, '--no-apply'])).stdout)
    const shown = await workspace.run(['jobs', 'apply', job_id, '--preview'])
    expect(shown.stdout).toMatch(/would make these changes to .*\n(.*\n)*@@/)
    expectPage(shown)
    expect((await workspace.run(['jobs', 'apply', job_id])).status).toBe(0)
    const pages = [
      ['history', 'skills/python/async'],
      ['diff', 'skills/python/async'],
      ['jobs'],
      ['doctor', '--model', 'embedded'],
    ]
    for (const args of pages) {
      const ran = await workspace.run(args)
      expect(ran.status, ran.stderr).toBe(0)
      expectPage(ran)
      const json = await workspace.run([...args, '--json'])
      expect(() => JSON.parse(json.stdout)).not.toThrow()
    }
    workspace.write('skills/bad/signature.yaml', 'name: "\u001b[31mred\u0007"\ninputs: 7\n')
    const problems = await workspace.run(['validate', 'skills'])
    expect(problems.status).toBe(1)
    expectPage(problems)
  }, 60_000)

  test('problems in the formats of CI systems', async () => {
    const workspace = createWorkspace()
    workspace.write('skills/<bad>/signature.yaml', 'name: lower\nunknown: 1\n')
    const sarif = JSON.parse((await workspace.run(['validate', '--format', 'sarif'])).stdout)
    expect(sarif.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri).toBe(
      'skills/%3Cbad%3E/signature.yaml',
    )
    expect(sarif.runs[0].tool.driver.rules.map((rule: { id: string }) => rule.id)).toContain('unknown-key')
    const junit = (await workspace.run(['validate', '--format', 'junit'])).stdout
    expect(junit).toMatch(/<testcase classname="signature" name="skills\/&lt;bad&gt;\/signature\.yaml"><failure/)
    const github = (await workspace.run(['validate', '--format', 'github'])).stdout
    expect(github).toMatch(/^::error file=skills\/<bad>\/signature\.yaml,line=2,col=1,title=unknown-key::/m)
  })
})
