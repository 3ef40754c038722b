/** Runs the tests that drive the window: one at a time, since each has a server and a browser of its own. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/editor/page/*.test.ts'],
    // Patient enough for a busy machine: what a window waits for has its own limit.
    testTimeout: 400_000,
    hookTimeout: 120_000,
    // Each test as it ends: they are long.
    reporters: ['verbose'],
    // A process, so that what a test left open is stopped when it ends.
    pool: 'forks',
    maxWorkers: 1,
  },
})
