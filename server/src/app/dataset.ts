/** The examples that a signature names, read from its file or from the signature itself. */
import type { Failure } from '../base/errors.ts'
import { ok, type Result } from '../base/result.ts'
import { inTurns } from '../base/steps.ts'
import { lineColumnAt, lineStarts } from '../base/text.ts'
import { examplesSha256InTurns } from '../examples/digest.ts'
import type { Dataset } from '../examples/example.ts'
import { formatOf, readExamples, readInlineExamples } from '../examples/read.ts'
import type { SignatureDocument } from '../signature/document.ts'
import { goldFieldOf } from '../signature/gold.ts'
import type { Signature } from '../signature/signature.ts'
import type { ReadExamples } from '../validation/validate.ts'
import type { Files, SkillLocation } from './ports.ts'

/** `undefined` when the signature names none; a failure when its file cannot be read. */
export async function readDataset(
  files: Files,
  location: SkillLocation,
  document: SignatureDocument,
  signature: Signature,
): Promise<Result<ReadExamples | undefined, Failure>> {
  const source = signature.examples
  if (source === undefined) return ok(undefined)
  if (source.kind === 'inline') {
    const starts = lineStarts(document.text)
    const lines = (document.examples?.items ?? []).map(item => lineColumnAt(starts, item.span.start).line)
    return ok({ dataset: await inTurns(readInlineExamples(source.items, lines, signature)) })
  }
  const path = await files.resolveInside(location, source.path)
  if (!path.ok) return path
  const format = formatOf(source.path)
  if (format === undefined) {
    const message = `the format of ${source.path} is unknown: use .jsonl, .json, .yaml or .csv`
    return { ok: false, error: { code: 'examples_invalid', message, path: source.path } }
  }
  const text = await files.openText(path.value)
  if (!text.ok) return text
  const dataset: Dataset = await readExamples(text.value, format, signature)
  return ok({ dataset, path: files.display(path.value) })
}

/** Equal for signatures that expect the same of a file: fields of the same names and types, and the same gold values. */
export function expectationsOf({ inputs, outputs, metrics }: Signature): string {
  const shape = (fields: Signature['inputs']) => fields.map(({ name, type }) => [name, type])
  return JSON.stringify([shape(inputs), shape(outputs), metrics.map(goldFieldOf)], withoutDescriptions)
}

function withoutDescriptions(key: string, value: unknown): unknown {
  return key === 'desc' ? undefined : value
}

/** What an evaluation is keyed by; worked out without holding the event loop, as there may be many. */
export function digestDataset({ dataset }: ReadExamples): Promise<string> {
  return examplesSha256InTurns(dataset.examples)
}
