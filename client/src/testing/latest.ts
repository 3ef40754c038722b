/** Work of which only the newest counts: what comes soon after is taken together, what still runs is given up. */

export interface Latest<Item> {
  add(items: Iterable<Item>): void
  dispose(): void
}

/** `delay` in milliseconds after the last item; given up work leaves its items to the work that follows. */
export function createLatest<Item>(
  delay: number,
  work: (items: ReadonlySet<Item>, signal: AbortSignal) => Promise<void>,
): Latest<Item> {
  let waiting = new Set<Item>()
  let running: { readonly items: ReadonlySet<Item>; readonly controller: AbortController } | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let before: Promise<unknown> = Promise.resolve()

  function start(): void {
    const controller = new AbortController()
    const items = new Set([...waiting, ...(running?.items ?? [])])
    running?.controller.abort()
    waiting = new Set()
    const mine = { items, controller }
    running = mine
    before = before
      .then(() => (controller.signal.aborted ? undefined : work(items, controller.signal)))
      .catch(() => undefined)
      .then(() => {
        if (running === mine) running = undefined
      })
  }

  return {
    add(items) {
      for (const item of items) waiting.add(item)
      clearTimeout(timer)
      if (waiting.size > 0) timer = setTimeout(start, delay)
    },
    dispose() {
      clearTimeout(timer)
      running?.controller.abort()
    },
  }
}
