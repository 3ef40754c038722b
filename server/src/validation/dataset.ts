/** The examples together: whether they are enough to prove a gain, copies, and contradictions. */
import { canonicalJson } from '../base/json.ts'
import { forEachInSteps, type Steps } from '../base/steps.ts'
import type { Example } from '../examples/example.ts'
import { inputKey, leastForHoldout } from '../examples/split.ts'
import type { SignatureDocument } from '../signature/document.ts'

export interface DatasetProblem {
  readonly code: 'few-examples' | 'contradicting-examples' | 'duplicate-example'
  readonly message: string
  /** The example it is about; absent when it is about all. */
  readonly example?: Example
}

/** Enough to see what is wrong with a file; of a file of copies nobody wants a line for each. */
const mostRepeated = 5

export function* datasetProblems(
  { fields }: Pick<SignatureDocument, 'fields'>,
  examples: readonly Example[],
): Steps<readonly DatasetProblem[]> {
  const inputs = fields.filter(({ direction }) => direction === 'inputs')
  const outputs = fields.filter(({ direction }) => direction === 'outputs')
  if (inputs.length === 0 || examples.length === 0) return []
  const firsts = new Map<string, Example>()
  const repeated: DatasetProblem[] = []
  yield* forEachInSteps(examples, example => {
    const key = inputKey(example, inputs)
    const first = firsts.get(key)
    if (first === undefined) firsts.set(key, example)
    else if (repeated.length < mostRepeated) repeated.push(repeats(example, first, outputs))
  })
  if (firsts.size >= leastForHoldout) return repeated
  const different = firsts.size === examples.length ? '' : ' different'
  const count = `${firsts.size}${different} ${firsts.size === 1 ? 'example' : 'examples'}`
  return [{ code: 'few-examples', message: `${count}: from ${leastForHoldout} on a gain can be proven` }, ...repeated]
}

function repeats(example: Example, first: Example, outputs: readonly { readonly name: string }[]): DatasetProblem {
  const other = outputs.find(({ name }) => {
    const [a, b] = [first.values[name], example.values[name]]
    return a !== undefined && b !== undefined && canonicalJson(a) !== canonicalJson(b)
  })
  const [id, firstId] = [example.id.slice(0, 60), first.id.slice(0, 60)]
  if (other === undefined) {
    return { code: 'duplicate-example', message: `example ${id} has the inputs of example ${firstId}`, example }
  }
  const message = `example ${id} has the inputs of example ${firstId}, but another '${other.name}'`
  return { code: 'contradicting-examples', message, example }
}
