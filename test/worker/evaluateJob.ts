/** A small evaluate job for a model server that counts. */
import type { JobSpec } from '../../server/src/app/ports.ts'

export function evaluateJob(url: string, examples: number): JobSpec {
  return {
    kind: 'evaluate',
    snapshot: {
      skillPath: 'skills/shout/signature.yaml',
      skillId: 'shout',
      text: `name: Shout
instructions: Repeat the word in capitals.
inputs:
  word: { type: str, desc: A word }
outputs:
  loud: { type: str, desc: The word in capitals }
metrics:
  loud_match: { kind: exact_match, field: loud }
`,
      examples: Array.from({ length: examples }, (_, n) => ({
        id: String(n),
        values: { word: `w${n}`, loud: `W${n}` },
        weight: 1,
        line: n + 1,
      })),
      examplesSha256: 'e',
      model: 'm',
      reflectionModel: 'm',
      origin: new URL(url).origin,
      parameters: {},
      seed: 0,
      concurrency: 4,
      options: { force: false, minImprovement: 0.05 },
      budget: { maxCalls: 1_000, maxCost: undefined, maxTime: undefined },
    },
  }
}
