/** Test runner: every test in `test/`, in parallel, with the bundles built beforehand. */
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { CountReporter } from './test/support/countReporter.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They run in VS Code, by test/editor/main.ts.
    exclude: ['test/editor/**'],
    globalSetup: ['test/support/lspSchema.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'threads',
    // Most tests wait for processes that they started: one more file than processors keeps those busy.
    maxWorkers: availableParallelism() + 1,
    reporters: ['default', new CountReporter()],
  },
})
