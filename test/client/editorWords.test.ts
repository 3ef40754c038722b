/** A person in the editor is told the editor's way out: never a flag, a variable or a command to type. */
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { inEditorWords } from '../../client/src/editorWords.ts'

const source = resolve(import.meta.dirname, '../../server/src')
/** What only a terminal understands. */
const typed = /(?:^|[\s'(])--[a-z]|\bsignature-tuner [a-z]|\bOPENAI_|\bSIGNATURE_TUNER_/

/** Texts of the program that a host shows as they are, with something in the places of what they are told. */
function sentences(): readonly string[] {
  const folders = ['app', 'evaluation', 'files', 'history', 'jobs', 'model', 'providers', 'sqlite', 'tuner', 'worker']
  const files = globSync(
    folders.map(folder => `${folder}/**/*.ts`),
    { cwd: source },
  )
  return files.flatMap(file => {
    const text = readFileSync(join(source, file), 'utf8').replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '')
    const literals = text.matchAll(/`((?:\\.|[^`\\])*)`|'((?:\\.|[^'\\\n])*)'|"((?:\\.|[^"\\\n])*)"/g)
    return [...literals]
      .map(([, template, single, double]) => (template ?? single ?? double ?? '').replaceAll(/\$\{[^}]*\}/g, '7'))
      .filter(sentence => /\s/.test(sentence.trim()) && typed.test(sentence))
      .filter(sentence => !notShown.some(part => sentence.includes(part)))
  })
}

/** Parts that are put together, and what the command line alone says. */
const notShown = [
  ' --apply',
  ' --accept-unproven',
  ' --unproven',
  ' --only 7',
  'signature-tuner 7, Node 7',
  'is started by',
]

test('every sentence of the program that names a way of the command line has one of the editor', () => {
  const found = sentences()
  expect(found.length).toBeGreaterThan(15)
  expect(found.filter(sentence => typed.test(inEditorWords(sentence)))).toEqual([])
})

describe('a whole sentence', () => {
  test.each([
    [
      'Scoring 96 examples takes 96 calls, but the budget is 9: raise --max-calls to at least 96. Resume with: signature-tuner jobs resume job_x --max-calls 96',
      'Scoring 96 examples takes 96 calls, but the budget is 9: raise signatureTuner.maxCalls to at least 96. Go on with “Resume Job” in the view “Tuning Jobs”.',
    ],
    [
      "The gain of job job_x is unproven (chance). To accept it anyway: signature-tuner jobs apply job_x --root 'a b' --unproven",
      'The gain of job job_x is unproven (chance). To accept it anyway, use “Review Result”.',
    ],
    [
      'There is no signature.yaml in a; create one with: signature-tuner new a',
      'There is no signature.yaml in a; create one with “New Signature”.',
    ],
    [
      'https://m.example rejected the API key (status 401: "No; set OPENAI_API_KEY, or --model"); set OPENAI_API_KEY to the one that belongs to it.',
      'https://m.example rejected the API key (status 401: "No; set OPENAI_API_KEY, or --model"); use “Set API Key” for the one that belongs to it.',
    ],
    ['Nothing is wrong.', 'Nothing is wrong.'],
  ])('%s', (sentence, words) => {
    expect(inEditorWords(sentence)).toBe(words)
  })
})
