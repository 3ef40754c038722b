/** Diagnostics: pushed soon after an edit or pulled by the client, for a signature and for the examples it names. */
import { pathToFileURL } from 'node:url'
import {
  type Connection,
  type Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  type DocumentDiagnosticReport,
} from 'vscode-languageserver'
import { pause } from '../base/pause.ts'
import type { Problem } from '../validation/problem.ts'
import type { ClientAbilities } from './capabilities.ts'
import { toPosition, toRange } from './convert.ts'
import type { OpenDocument } from './documents.ts'
import type { CheckedSkill, Skills } from './skills.ts'

export interface Diagnostics {
  /** The document has changed: its problems are told soon. */
  schedule(document: OpenDocument): void
  pull(document: OpenDocument): Promise<DocumentDiagnosticReport>
  /** Takes back what was told of the document and its examples. */
  close(uri: string): void
}

export interface DiagnosticsOptions {
  readonly connection: Pick<Connection, 'sendDiagnostics'>
  readonly skills: Skills
  readonly abilities: ClientAbilities
  /** The document as it is now; `undefined` when it was closed. */
  readonly current: (uri: string) => OpenDocument | undefined
  readonly onFailure: (error: unknown) => void
}

/** Milliseconds between two looks at a document that is being typed in; the first edit is looked at at once. */
const pauseMilliseconds = 10
export const diagnosticSource = 'signature-tuner'

export function createDiagnostics({
  connection,
  skills,
  abilities,
  current,
  onFailure,
}: DiagnosticsOptions): Diagnostics {
  const timers = new Map<string, NodeJS.Timeout>()
  const lookedAt = new Map<string, number>()
  /** Examples files that were told of, by the signature that names them. */
  const examples = new Map<string, string>()

  async function tell(uri: string): Promise<void> {
    // What is typed while a long text is parsed is told of with it.
    await current(uri)?.ready()
    timers.delete(uri)
    const document = current(uri)
    if (document === undefined) return
    lookedAt.set(uri, performance.now())
    const { version } = document
    document.parsed()
    if (await isPast(uri, version)) return
    // What the text alone tells comes first; examples are read from disk.
    const found = await skills.textProblems(document)
    if (current(uri)?.version !== version) return
    const early = ofSignature(document, found)
    if (!abilities.pullsDiagnostics) send(document, early)
    if (await isPast(uri, version)) return
    const checked = await skills.problems(document)
    if (current(uri)?.version !== version) return
    const all = ofSignature(document, checked.problems)
    if (!abilities.pullsDiagnostics && JSON.stringify(all) !== JSON.stringify(early)) send(document, all)
    tellExamples(document, checked)
  }

  /** Gives way to what others ask for. Whether the document was edited meanwhile, which is told of by itself. */
  async function isPast(uri: string, version: number): Promise<boolean> {
    await pause()
    return current(uri)?.version !== version
  }

  function send({ uri, version }: OpenDocument, diagnostics: Diagnostic[]): void {
    connection.sendDiagnostics({ uri, version, diagnostics })
  }

  function tellExamples(document: OpenDocument, checked: CheckedSkill): void {
    const before = examples.get(document.uri)
    const uri = checked.examplesPath === undefined ? undefined : pathToFileURL(checked.examplesPath).href
    if (before !== undefined && before !== uri) connection.sendDiagnostics({ uri: before, diagnostics: [] })
    if (uri === undefined) {
      examples.delete(document.uri)
      return
    }
    examples.set(document.uri, uri)
    connection.sendDiagnostics({ uri, diagnostics: ofExamples(document, checked.problems) })
  }

  return {
    schedule({ uri }) {
      if (timers.has(uri)) return
      const since = performance.now() - (lookedAt.get(uri) ?? Number.NEGATIVE_INFINITY)
      const wait = Math.max(0, pauseMilliseconds - since)
      timers.set(
        uri,
        setTimeout(() => tell(uri).catch(onFailure), wait),
      )
    },
    async pull(document) {
      await document.ready()
      const checked = await skills.problems(document)
      tellExamples(document, checked)
      return { kind: 'full', items: ofSignature(document, checked.problems) }
    },
    close(uri) {
      clearTimeout(timers.get(uri))
      timers.delete(uri)
      lookedAt.delete(uri)
      const named = examples.get(uri)
      examples.delete(uri)
      for (const told of named === undefined ? [uri] : [uri, named]) {
        connection.sendDiagnostics({ uri: told, diagnostics: [] })
      }
    },
  }
}

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const

function ofSignature(document: OpenDocument, problems: readonly Problem[]): Diagnostic[] {
  return mostImportant(problems.filter(({ path }) => path === undefined)).map(
    ({ code, severity, message, span, related }) => ({
      range: toRange(document.text, span),
      severity: severities[severity],
      code,
      source: diagnosticSource,
      message,
      ...(code.startsWith('duplicate-') && severity !== 'error' && { tags: [DiagnosticTag.Unnecessary] }),
      ...(related !== undefined && {
        relatedInformation: related.map(other => ({
          location: { uri: document.uri, range: toRange(document.text, other.span) },
          message: other.message,
        })),
      }),
    }),
  )
}

/** Nobody reads thousands, and every edit sends all of them again. */
const mostDiagnostics = 1000

function mostImportant(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= mostDiagnostics) return problems
  return [...problems].sort((a, b) => severities[a.severity] - severities[b.severity]).slice(0, mostDiagnostics)
}

/** Problems of the examples file, on its own lines, each with the place in the signature that names the file. */
function ofExamples(document: OpenDocument, problems: readonly Problem[]): Diagnostic[] {
  const named = { uri: document.uri, range: toRange(document.text, problems.find(({ path }) => path)?.span ?? start) }
  return problems.flatMap(({ at, path, code, severity, message }) => {
    if (path === undefined || at === undefined) return []
    const from = toPosition(at)
    return {
      range: { start: from, end: { line: from.line, character: endOfLine } },
      severity: severities[severity],
      code,
      source: diagnosticSource,
      message,
      relatedInformation: [{ location: named, message: 'the signature that names these examples' }],
    }
  })
}

const start = { start: 0, end: 0 }
/** The largest number that the protocol has. */
const endOfLine = 2 ** 31 - 1
