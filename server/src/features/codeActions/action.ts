/** What a code action is, and what one is made from. */
import type { Failure } from '../../base/errors.ts'
import type { Result } from '../../base/result.ts'
import type { Span, TextEdit } from '../../base/text.ts'
import type { SignatureDocument } from '../../signature/document.ts'
import type { Problem } from '../../validation/problem.ts'
import type { SkillFacts } from '../facts.ts'

export interface ActionRequest {
  readonly document: SignatureDocument
  readonly facts: SkillFacts
  /** The selection, or the place of the cursor. */
  readonly span: Span
  /** The problems to mend: those at the span. */
  readonly problems: readonly Problem[]
  /** All problems of the document. */
  readonly allProblems: readonly Problem[]
  /** Without directories, such as `signature.yaml`. */
  readonly fileName: string
  /** Whether a change may come with a new file. */
  readonly createsFiles: boolean
}

export type ActionKind =
  | 'quickfix'
  | 'refactor.extract'
  | 'refactor.inline'
  | 'refactor.rewrite'
  | 'source.fixAll.signature-tuner'

export interface Action {
  readonly title: string
  readonly kind: ActionKind
  /** The problem it takes away. */
  readonly problem?: Problem
  /** The best of those for its problem. */
  readonly preferred?: boolean
  /** Computed when the action is chosen. */
  readonly change?: (read: ReadBeside) => Change | Refusal | Promise<Change | Refusal>
  /** Whether computing the change takes as long as reading the whole text. */
  readonly isCostly?: boolean
  readonly command?: ActionCommand
}

/** A change of the signature, and a file that comes with it. */
export interface Change {
  readonly edits: readonly TextEdit[]
  readonly file?: NewFile
}

/** Why an action turns out to be impossible: a sentence for the user. */
export interface Refusal {
  readonly refusal: string
}

/** A file that is not there yet; the path is relative to the signature. */
export interface NewFile {
  readonly path: string
  readonly text: string
}

/** The text of a file by its path relative to the signature; `path_not_found` for one that is not there. */
export type ReadBeside = (path: string) => Promise<Result<string, Failure>>

/** A command of the server; the URI of the signature joins the arguments. */
export interface ActionCommand {
  readonly name: 'tune' | 'evaluate' | 'apply' | 'cancel' | 'resume' | 'history'
  readonly arguments: Readonly<Record<string, string | boolean>>
  /** What comes of it is a model's wording. */
  readonly isGenerated: boolean
}

/** A way to mend a problem. */
export interface Fix {
  readonly title: string
  /** Nothing else can have been meant: it is one of those applied all at once. */
  readonly isCertain?: boolean
  readonly edits: readonly TextEdit[]
  /** Whether a new file is all there is to it, or comes with the edits. */
  readonly file?: NewFile
}

export interface QuickFix {
  /** The problems that it mends. */
  readonly codes: readonly string[]
  /** The best first; empty where the text leaves no way. */
  fixes(document: SignatureDocument, problem: Problem): readonly Fix[]
}

/** A change that mends nothing, offered where it fits. */
export type Refactoring = (request: ActionRequest) => readonly Action[]
