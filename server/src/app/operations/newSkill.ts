/** New: a first signature and a file of examples to fill in. */
import { z } from 'zod'
import { failure } from '../../base/errors.ts'
import { fail, ok } from '../../base/result.ts'
import { positional } from '../inputs.ts'
import { defineOperation } from '../operation.ts'

export const newSkill = defineOperation({
  name: 'new',
  summary: 'write a first signature and examples file',
  input: z.object({
    skill_path: z
      .string()
      .min(1)
      .describe('the folder of the new skill, such as skills/support/triage')
      .meta(positional),
  }),
  output: z.object({ created: z.array(z.string()) }),
  async run(ports, input) {
    const folder = input.skill_path.replace(/[\\/]+$/, '')
    if (/\.ya?ml$/.test(folder)) {
      return fail(failure('usage', `${folder} names a file: give the folder of the new skill.`, folder))
    }
    const name = pascalCase(folder.split(/[\\/]/).at(-1) ?? '')
    const files = [
      { path: `${folder}/signature.yaml`, text: firstSignature(name) },
      { path: `${folder}/examples.jsonl`, text: firstExamples },
    ]
    const created: string[] = []
    for (const { path, text } of files) {
      const written = await ports.files.createText(path, text)
      if (!written.ok) {
        // Examples that are there already are welcome: only the signature must be new.
        if (written.error.code === 'path_exists' && created.length > 0) continue
        return written
      }
      created.push(path)
    }
    return ok({ created })
  },
})

function pascalCase(words: string): string {
  const name = words
    .split(/[^A-Za-z0-9]+/)
    .map(word => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')
  return /^[A-Za-z]/.test(name) ? name : `Skill${name}`
}

function firstSignature(name: string): string {
  return `# What the model is asked to do, in words.
name: ${name}
instructions: |
  Answer the question from the given context.

# What it is given, and what it must return. Types: str int float bool date list[T] dict[str, T]
# Literal["a", "b"] Optional[T], and object with nested fields.
inputs:
  context:
    type: str
    desc: Facts that hold the answer
  question:
    type: str
    desc: A question about the context
outputs:
  answer:
    type: str
    desc: The words of the context that answer the question
    # Sentences the model must obey; tuning adds to them.
    constraints:
      - at most 5 words

# How a reply is scored. Other kinds: f1 contains regex numeric length similarity set_f1 json_match
# llm_judge script.
metrics:
  answer_match: { kind: exact_match, field: answer, ignore_case: true }

# Tuning starts below this score.
threshold: 0.75

# One object a line: every input, and the outputs that are right. Tuning needs 25 or more to prove a gain.
examples: examples.jsonl
`
}

const firstExamples = `{"context": "A coroutine is awaited with the await keyword.", "question": "Which keyword awaits a coroutine?", "answer": "await"}
{"context": "asyncio.gather runs awaitables concurrently.", "question": "Which function runs awaitables concurrently?", "answer": "asyncio.gather"}
{"context": "Tasks are cancelled by calling task.cancel().", "question": "How is a task cancelled?", "answer": "task.cancel()"}
`
