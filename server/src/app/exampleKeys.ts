/** The keys of a field in the examples file that a signature names: read anew, for references and renaming. */
import { failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'
import type { Span } from '../base/text.ts'
import { exampleKeySpans } from '../examples/keys.ts'
import { formatOf } from '../examples/read.ts'
import type { SignatureDocument } from '../signature/document.ts'
import type { Files, SkillLocation } from './ports.ts'

export interface ExampleKeys {
  /** Absolute. */
  readonly path: string
  readonly text: string
  /** Without quotes. */
  readonly spans: readonly Span[]
}

/** UTF-8 bytes: what an editor takes as one edit without coming to a stop. */
const maxBytes = 2 * 1024 * 1024

/**
 * `undefined` where no file is named, or it is not there; a failure where its keys cannot be told for certain, or
 * hold the new name already.
 */
export async function findExampleKeys(
  files: Files,
  location: SkillLocation,
  document: Pick<SignatureDocument, 'examples'>,
  name: string,
  newName?: string,
): Promise<Result<ExampleKeys | undefined>> {
  const source = document.examples?.source
  if (source?.kind !== 'file') return ok(undefined)
  const format = formatOf(source.path)
  const path = await files.resolveInside(location, source.path)
  if (!path.ok) return path.error.code === 'path_not_found' ? ok(undefined) : path
  if (format === undefined) return ok(undefined)
  const text = await files.readText(path.value, maxBytes)
  if (!text.ok) return text
  // What is open in an editor is not measured when it is read.
  if (text.value.length > maxBytes)
    return fail(failure('path_unsafe', `${source.path} is larger than 2 MiB.`, source.path))
  const spans = exampleKeySpans(text.value, format, name)
  if (!spans.ok) return fail(failure('examples_invalid', `${source.path} ${spans.error}: mend it first.`, source.path))
  const taken = newName === undefined ? undefined : exampleKeySpans(text.value, format, newName)
  if (taken?.ok && taken.value.length > 0) {
    return fail(failure('examples_invalid', `${source.path} holds a key '${newName}' already.`, source.path))
  }
  return ok({ path: path.value, text: text.value, spans: spans.value })
}
