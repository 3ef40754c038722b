/** The rules that look at the sense of a signature; its form was checked when it was parsed. */
import type { SignatureDocument } from '../signature/document.ts'
import type { Problem } from './problem.ts'

export type Rule = (document: SignatureDocument) => readonly Problem[]

export const rules: readonly Rule[] = []
