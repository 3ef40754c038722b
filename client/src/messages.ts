/** Sentences for a person. */
import { inEditorWords } from './editorWords.ts'

/** The server's errors are sentences already. */
export function describeError(error: unknown): string {
  const message = inEditorWords(error instanceof Error ? error.message : String(error))
  return message.length > 600 ? `${message.slice(0, 600)} …` : message
}
