/** The language configuration: what Enter and words do in an editor before the server starts. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'

const project = resolve(import.meta.dirname, '../..')
const patternSchema = z
  .union([
    z.string().transform(pattern => ({ pattern, flags: '' })),
    z.object({ pattern: z.string(), flags: z.string() }),
  ])
  .transform(({ pattern, flags }) => new RegExp(pattern, flags))
const configuration = z
  .object({
    wordPattern: patternSchema,
    onEnterRules: z.array(
      z.object({
        beforeText: patternSchema,
        afterText: patternSchema.optional(),
        previousLineText: patternSchema.optional(),
        action: z.object({ indent: z.enum(['none', 'indent']), appendText: z.string().optional() }),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(resolve(project, 'syntaxes/language-configuration.json'), 'utf8')))

test.each([
  ['a constraint goes on', '      - concise, 1-5 words$0', '      - '],
  ['one in quotes, too', '      - "yes: or no"$0', '      - '],
  ['one whose quote is open does not', '      - "yes: or$0', '      '],
  ['an empty one does not', '      - $0', '      '],
  ['an example does not', '  - question: Why?$0', '  '],
  ['a section is moved in', 'inputs:$0', '  '],
  ['a field is moved in', '  größe: # in metres$0', '    '],
  ['a block of text is moved in', 'instructions: |-$0', '  '],
  ['a value that is missing is not', '    desc:$0', '    '],
  ['a whole value is not', '    desc: What it holds$0', '    '],
  ['a comment that is broken goes on', '# why it$0 is so', '# '],
  ['a comment of one line ends', '# why$0', ''],
  ['a comment of two lines goes on', '# why it\n# is so$0', '# '],
  ['a comment that is for the tool ends', '# why\n# signature-tuner-disable-next-line missing-desc$0', ''],
])('Enter: %s', (_, marked, expected) => {
  expect(afterEnter(marked)).toBe(expected)
})

test('a word is a name, in any language', () => {
  const words = '`größe_1`, {answer}: list[str] -0.5'.match(new RegExp(configuration.wordPattern, 'gu'))
  expect(words).toEqual(['größe_1', 'answer', 'list', 'str', '-0.5'])
})

test('the files that package.json names are there', () => {
  const { contributes } = JSON.parse(readFileSync(resolve(project, 'package.json'), 'utf8'))
  const [language] = contributes.languages
  const paths = [
    language.configuration,
    ...Object.values(language.icon),
    ...contributes.grammars.map(({ path }: { path: string }) => path),
    ...contributes.jsonValidation.map(({ url }: { url: string }) => url),
  ]
  expect(paths).toHaveLength(5)
  for (const path of paths) expect([path, readFileSync(resolve(project, String(path))).length]).not.toEqual([path, 0])
})

/** What the new line starts with, by the first rule that fits. */
function afterEnter(marked: string): string {
  const [before = '', after = ''] = marked.split('$0')
  const lines = before.split('\n')
  const [line = '', previous = ''] = [lines.at(-1), lines.at(-2)]
  const rule = configuration.onEnterRules.find(
    ({ beforeText, afterText, previousLineText }) =>
      beforeText.test(line) && afterText?.test(after) !== false && previousLineText?.test(previous) !== false,
  )
  const indent = / */.exec(line)?.[0] ?? ''
  return `${indent}${rule?.action.indent === 'indent' ? '  ' : ''}${rule?.action.appendText ?? ''}`
}
