/** Lets the event loop turn between pieces of long work. */

/** Resolves after the input, output and timers that are waiting had their turn. */
export function pause(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
