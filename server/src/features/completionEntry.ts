/** What completion offers, and what it may know of the skill's folder. */
import type { Span } from '../base/text.ts'

export interface Completion {
  /** What is replaced: in one line, with the cursor inside. */
  readonly span: Span
  /** Blanks before the line's text: those that further lines of plain text need. */
  readonly indent: string
  /** The most useful first. */
  readonly entries: readonly CompletionEntry[]
}

export interface CompletionEntry {
  readonly label: string
  readonly kind: 'key' | 'field' | 'type' | 'metric' | 'value' | 'phrase' | 'file' | 'signature'
  /** A few words beside the label. */
  readonly detail?: string
  /** Markdown. */
  readonly documentation?: string
  /** Further lines are indented as if the line it stands in were not. */
  readonly snippet: string
}

export interface Surroundings {
  /** What the skill is called by its folder, such as `AnswerQuestion`. */
  readonly name: string | undefined
  readonly skillId: string | undefined
  /** Paths of files that could hold examples, relative to the signature. */
  readonly examples: readonly string[]
  /** The same of modules that could score. */
  readonly scripts: readonly string[]
}

export const noSurroundings: Surroundings = { name: undefined, skillId: undefined, examples: [], scripts: [] }
