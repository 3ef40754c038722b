/** Declares tests that run inside VS Code's extension host, and what a test there needs. */
import type { Event } from 'vscode'

export interface TestContext {
  /** Runs when the test is over, last registered first. */
  onFinished(cleanUp: () => unknown): void
}

export interface DeclaredTest {
  readonly name: string
  readonly run: (context: TestContext) => Promise<void> | void
  readonly timeoutMs: number
}

/** Tests in the order of their declaration; the runner empties it after each file. */
export const declared: DeclaredTest[] = []

export function test(name: string, run: DeclaredTest['run'], timeoutMs = 240_000): void {
  declared.push({ name, run, timeoutMs })
}

/** The first value that `probe` gives, asked now and after each event; the test's timeout bounds it. */
export function waitFor<T>(event: Event<unknown>, probe: () => T | undefined): Promise<T> {
  const now = probe()
  if (now !== undefined) return Promise.resolve(now)
  return new Promise((found, reject) => {
    const subscription = event(() => {
      try {
        const value = probe()
        if (value === undefined) return
        subscription.dispose()
        found(value)
      } catch (error) {
        subscription.dispose()
        reject(error)
      }
    })
  })
}
