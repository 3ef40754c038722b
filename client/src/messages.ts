/** Sentences for a person. */

/** The server's errors are sentences already. */
export function describeError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.length > 600 ? `${message.slice(0, 600)} …` : message
}
