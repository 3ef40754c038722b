/** Runs the tests that drive the window: one at a time, since each has a server and a browser of its own. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/editor/page/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 60_000,
    // A process, so that what a test left open is stopped when it ends.
    pool: 'forks',
    maxWorkers: 1,
  },
})
