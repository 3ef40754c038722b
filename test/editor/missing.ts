/** What a machine lacks for the editor's tests: they are skipped there, except where everything must be tested. */

interface Missing extends Error {
  readonly isMissing: true
}

/** `what` names what is missing, as the rest of a sentence. */
export function missing(what: string): Missing {
  return Object.assign(new Error(what), { isMissing: true as const })
}

export function isMissing(error: unknown): error is Missing {
  return error instanceof Error && 'isMissing' in error
}
