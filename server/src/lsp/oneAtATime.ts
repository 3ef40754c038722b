/** Work that never runs beside itself: asked for while it runs, it runs once more after. */

/** Resolves when what was asked for is done. */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let again = false

  async function run(): Promise<void> {
    try {
      do {
        again = false
        await work()
      } while (again)
    } finally {
      running = undefined
    }
  }

  return () => {
    again = running !== undefined
    running ??= run()
    return running
  }
}
