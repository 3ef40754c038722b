/** Runs declared tests one after the other and reports each on the console, where the terminal picks it up. */
import { performance } from 'node:perf_hooks'
import { type DeclaredTest, declared } from './test.ts'

/** What starts a line of the report; other output of the extension host goes without. */
export const mark = '[suite] '

export interface SuiteFile {
  readonly name: string
  /** Loads the file, which declares its tests. */
  readonly load: () => unknown
}

/** Runs the tests whose file's name or own name holds the filter; rejects when one failed or none was left. */
export async function runFiles(files: readonly SuiteFile[], filter: string): Promise<void> {
  let passed = 0
  let failed = 0
  for (const file of files) {
    declared.length = 0
    file.load()
    for (const test of [...declared]) {
      if (!file.name.includes(filter) && !test.name.includes(filter)) continue
      const title = `${file.name} > ${test.name}`
      const start = performance.now()
      const failure = await failureOf(test)
      const duration = `${Math.round(performance.now() - start)} ms`
      if (failure === undefined) {
        passed++
        report(`✓ ${title}  ${duration}`)
      } else {
        failed++
        report(`✗ ${title}  ${duration}\n${failure}`)
      }
    }
  }
  report(`${passed} passed, ${failed} failed`)
  if (passed + failed === 0) throw new Error(`No test is named '${filter}'.`)
  if (failed > 0) throw new Error(`${failed} of ${passed + failed} tests failed.`)
}

async function failureOf(test: DeclaredTest): Promise<string | undefined> {
  const cleanUps: (() => unknown)[] = []
  const failures: unknown[] = []
  try {
    const running = Promise.resolve(test.run({ onFinished: cleanUp => void cleanUps.push(cleanUp) }))
    await withTimeout(running, test.timeoutMs)
  } catch (error) {
    failures.push(error)
  }
  for (const cleanUp of cleanUps.reverse()) {
    try {
      await cleanUp()
    } catch (error) {
      failures.push(error)
    }
  }
  return failures.length === 0 ? undefined : failures.map(describe).join('\n')
}

async function withTimeout(work: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The test took longer than ${timeoutMs} ms.`)), timeoutMs)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function describe(failure: unknown): string {
  return failure instanceof Error ? (failure.stack ?? failure.message) : String(failure)
}

function report(text: string): void {
  for (const line of text.split('\n')) console.log(`${mark}${line}`)
}
