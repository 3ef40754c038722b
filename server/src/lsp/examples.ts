/** Request of our own client: the examples of a signature, open or not, as its tests. */
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { readDataset } from '../app/dataset.ts'
import type { Files } from '../app/ports.ts'
import { failure } from '../base/errors.ts'
import { ok, type Result } from '../base/result.ts'
import { inTurns } from '../base/steps.ts'
import { type ExamplesAnswer, examplesMethod, type ListedExample, mostListedExamples } from '../protocol/client.ts'
import { parseInSteps } from '../signature/document.ts'
import type { Signature } from '../signature/signature.ts'
import type { ReadExamples } from '../validation/validate.ts'
import type { ServerContext } from './context.ts'
import { responseError } from './request.ts'
import { pathOfUri } from './uris.ts'

const paramsSchema = z.object({ uri: z.string() })

export function registerExamples({ connection, wrap, hosts }: ServerContext): void {
  connection.onRequest(
    examplesMethod,
    wrap('examples', async (given: unknown) => {
      const params = paramsSchema.safeParse(given)
      if (!params.success) throw responseError(failure('usage', 'This request takes {"uri": "file:///…"}.'))
      const path = pathOfUri(params.data.uri)
      if (!path.ok) throw responseError(path.error)
      const answer = await listExamples(hosts().ports().files, path.value)
      if (!answer.ok) throw responseError(answer.error)
      return answer.value
    }),
  )
}

/** Fails where there is no signature at that path; what is wrong inside it is told in the answer. */
async function listExamples(files: Files, path: string): Promise<Result<ExamplesAnswer>> {
  const located = await files.locate(path)
  if (!located.ok) return located
  const location = located.value
  const text = await files.readText(location.signaturePath)
  if (!text.ok) return text
  const document = await inTurns(parseInSteps(text.value))
  const { signature } = document
  if (signature === undefined) return ok({ ...nothing, problem: 'The signature has errors: they come first.' })
  const { examples: source } = signature
  if (source === undefined) return ok({ ...nothing, problem: "The signature has no examples: add 'examples:'." })
  // As the client names it, also where a link led there.
  const examplesUri = source.kind === 'file' ? pathToFileURL(resolve(dirname(path), source.path)).href : undefined
  const at = examplesUri === undefined ? {} : { examplesUri }
  const read = await readDataset(files, location, document, signature)
  if (!read.ok) return ok({ ...nothing, ...at, problem: read.error.message })
  const { examples = [] } = read.value?.dataset ?? {}
  return ok({
    ...at,
    examples: examples.slice(0, mostListedExamples).map(example => ({
      id: example.id,
      line: example.line,
      label: labelOf(example, signature),
      ...(example.split !== undefined && { split: example.split }),
    })),
    total: examples.length,
    ...problemOf(read.value),
  })
}

const nothing: ExamplesAnswer = { examples: [], total: 0 }

const longestLabel = 60

/** Its `_id`; an id that is only a number says less than the first words of its input. */
function labelOf(
  { id, values }: ReadExamples['dataset']['examples'][number],
  { inputs }: Signature,
): ListedExample['label'] {
  if (!/^\d+$/.test(id)) return shorten(id)
  const [first] = inputs
  const value = first && Object.hasOwn(values, first.name) ? values[first.name] : undefined
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? '')
  return shorten(text) || id
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  const characters = [...line.slice(0, 2 * longestLabel)]
  return characters.length > longestLabel ? `${characters.slice(0, longestLabel - 1).join('')}…` : characters.join('')
}

function problemOf(read: ReadExamples | undefined): Pick<ExamplesAnswer, 'problem'> {
  const errors = read?.dataset.problems.filter(({ severity }) => severity === 'error') ?? []
  const [first] = errors
  if (first === undefined) return {}
  const others = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`
  return { problem: `Line ${first.line}: ${first.message}${others}` }
}
