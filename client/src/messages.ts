/** Sentences for a person. */

/** The server's errors are sentences already. */
export function describeError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.length > 600 ? `${message.slice(0, 600)} …` : message
}

/** The sentence's end names flags and variables of the command line, for which an editor has buttons. */
export function inEditorWords(sentence: string): string {
  return sentence.replace(/[;:] (?:set OPENAI_API_KEY|pass --|set SIGNATURE_TUNER|check --)[^"]*$/, '.')
}
