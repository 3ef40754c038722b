/** Test runner: every test in `test/`, in parallel, with the bundles built beforehand. */
import { defineConfig } from 'vitest/config'
import { CountReporter } from './test/support/countReporter.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'threads',
    reporters: ['default', new CountReporter()],
  },
})
