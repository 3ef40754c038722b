/** Which job a command is about: a row of the view, or a job of a skill as the server names it. */
import type * as vscode from 'vscode'
import { uriOf } from '../skill.ts'

export interface JobTarget {
  readonly jobId?: string
  /** Absolute path. */
  readonly root?: string
  /** Of the signature. */
  readonly uri?: vscode.Uri
}

export function jobTarget(given: unknown): JobTarget {
  if (typeof given !== 'object' || given === null) return {}
  const uri = uriOf(given)
  return {
    ...('jobId' in given && typeof given.jobId === 'string' && { jobId: given.jobId }),
    ...('root' in given && typeof given.root === 'string' && { root: given.root }),
    ...(uri !== undefined && { uri }),
  }
}
