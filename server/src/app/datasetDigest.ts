/** Digests of examples as an editor needs them: without holding it up. */
import { examplesSha256, examplesSha256InTurns } from '../examples/digest.ts'
import { readInlineExamples } from '../examples/read.ts'
import type { Signature } from '../signature/signature.ts'
import type { ReadExamples } from '../validation/validate.ts'

/** Of a file that was read, which may be long. */
export function digestDataset({ dataset }: ReadExamples): Promise<string> {
  return examplesSha256InTurns(dataset.examples)
}

/** Of examples inside the signature file. */
export function digestInline(items: readonly unknown[], signature: Signature): string {
  return examplesSha256(readInlineExamples(items, [], signature).examples)
}
