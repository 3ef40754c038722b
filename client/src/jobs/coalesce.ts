/** Makes one run of many requests: the first waits a little, and takes along what comes meanwhile. */
export interface Coalesced {
  request(): void
  dispose(): void
}

/** `wait` in milliseconds: `run` is not called more often than that. */
export function coalesce(run: () => void, wait: number): Coalesced {
  let timer: ReturnType<typeof setTimeout> | undefined
  return {
    request() {
      timer ??= setTimeout(() => {
        timer = undefined
        run()
      }, wait)
    },
    dispose() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}
