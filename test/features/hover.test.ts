/** Hovers: what the thing under the cursor means, how it scored, and where it comes from. */
import { describe, expect, test } from 'vitest'
import { noFacts, type SkillFacts } from '../../server/src/features/facts.ts'
import { hover } from '../../server/src/features/hover.ts'
import type { VersionLink } from '../../server/src/features/hoverHistory.ts'
import { parseSignature } from '../../server/src/signature/document.ts'
import { extractCursor } from '../support/fixture.ts'
import { lastScore, scoredFacts, scoredText } from '../support/scoredSkill.ts'

function check(marked: string, facts: SkillFacts = noFacts, versionLink?: VersionLink): string | undefined {
  const { text, offset } = extractCursor(marked)
  const found = hover(facts, parseSignature(text), offset, versionLink && { versionLink })
  return found && `${text.slice(found.span.start, found.span.end)}\n---\n${found.markdown}`
}

/** The scored signature with a cursor before this text of it. */
function at(text: string): string {
  const offset = scoredText.indexOf(text)
  if (offset === -1) throw new Error(`no ${text}`)
  return `${scoredText.slice(0, offset)}$0${scoredText.slice(offset)}`
}

describe('documentation', () => {
  test('of keys, types, kinds and constraints', () => {
    const places = [
      ...['skill_id:', 'instructions:', 'inputs:', 'metrics:', 'examples:', 'type: str', 'desc: A', 'constraints:'],
      ...['the name alone', 'kind:', 'exact_match, field', 'field: city', 'str, desc', `'Literal["small`],
    ]
    expect(`\n${places.map(place => check(at(place))).join('\n\n')}`).toMatchInlineSnapshot(`
      "
      skill_id
      ---
      \`skill_id\`: A name for the skill; by default its path below skills/, joined with "-".

      instructions
      ---
      \`instructions\`: The task in words. Tuning may reword them.

      inputs
      ---
      \`inputs\`: What the model is given; the order matters.

      metrics
      ---
      \`metrics\`: How good an answer is; needed to evaluate or tune.

      examples
      ---
      \`examples\`: A path to a JSON Lines, JSON, YAML or CSV file, relative to this one, or a list.

      type
      ---
      \`type\`: A type in Python's words, such as str, list[str] or Literal["a", "b"].

      desc
      ---
      \`desc\`: What the field holds, as the model reads it. Tuning may reword it.

      constraints
      ---
      \`constraints\`: Sentences the model must obey. Tuning may change them.

      the name alone
      ---
      A sentence the model must obey. Tuning may change it.

      kind
      ---
      \`kind\`: How it is measured.

      exact_match
      ---
      \`exact_match\`: 1 when the output equals the expected value (trimmed), else 0.

      Options:
      - \`ignore_case\`: Upper and lower case count as the same; default false.
      - \`ignore_punctuation\`: Leaves out punctuation; default false.
      - \`ignore_articles\`: Leaves out the English words a, an and the; default false.

      field
      ---
      \`field\`: The output it reads.

      str
      ---
      \`str\`: text.

      'Literal["small", "large"]'
      ---
      \`Literal["small", "large"]\`: one of \`small\`, \`large\`."
    `)
  })

  test('of the options of a metric', () => {
    const text = 'metrics:\n  m: { kind: numeric, toler$0ance: 0.1 }\n'
    expect(check(text)).toMatchInlineSnapshot(`
      "tolerance
      ---
      \`tolerance\`: Largest difference that still counts as equal; default 0."
    `)
    expect(check(text.replace('numeric', 'num$0eric').replace('toler$0', 'toler'))).toMatchInlineSnapshot(`
      "numeric
      ---
      \`numeric\`: 1 when the number is within the tolerance of the expected one, else 0.

      Options:
      - \`tolerance\`: Largest difference that still counts as equal; default 0.
      - \`relative\`: The same as a share of the gold number: 0.01 allows 1 %; default 0."
    `)
  })

  test('of the fields of objects', () => {
    const text = (mark: string) =>
      `outputs:\n  o:\n    type: object\n    fields:\n      part:\n        type: list[str] | None\n        desc: A part\n`.replace(
        mark,
        `$0${mark}`,
      )
    expect(check(text('part:'))).toBe('part\n---\n**part**\n\nA part')
    expect(check(text('list[str]'))).toMatchInlineSnapshot(`
      "list[str] | None
      ---
      \`list[str] | None\`: a list in order, each item text, or nothing, in full \`Optional[list[str]]\`."
    `)
    expect(check(text('desc:'))).toContain('What the field holds')
  })

  test('is not there for texts that need none, nor for nothing', () => {
    expect(check('$0')).toBeUndefined()
    expect(check('foo$0: bar')).toBeUndefined()
    expect(check('name: A\n# com$0ment\n')).toBeUndefined()
    expect(check('constructor$0: bar')).toBeUndefined()
  })
})

describe('scores', () => {
  test('and the worst examples of an output, and where its sentences come from', () => {
    expect(check(at('city:'), scoredFacts)).toMatchInlineSnapshot(`
      "city
      ---
      **city** · output · \`str\`

      The capital

      Last score: **0.70** (2026-01-20 14:30 UTC)

      Failed most:
      - Example 17: expected \`Paris\`, got \`The city of Paris\`: it holds the expected text among 3 other words: give the answer alone
      - Example 31: expected \`Rome\`, got \`It is Rome\`: it holds the expected text among 2 other words: give the answer alone
      - Example 40: expected \`Oslo\`, got \`oslo\`: the same but for upper and lower case

      Tuned sentences:
      - \`the name alone\`: version 2, job \`job_abc\`, from examples 17, 31: Answers were sentences."
    `)
  })

  test('of a metric', () => {
    expect(check(at('city_match:'), scoredFacts)).toMatchInlineSnapshot(`
      "city_match
      ---
      **city\\_match** · metric

      \`exact_match\`: 1 when the output equals the expected value (trimmed), else 0.

      Last score: **0.70**

      It lost points most by:
      - 2 × \`city_match\`: it holds the expected text among … other words: give the answer alone
      - 1 × \`city_match\`: the same but for upper and lower case
      - 1 × \`city_match\`: another value than expected"
    `)
  })

  test('where a tuned sentence comes from', () => {
    expect(check(at('the name alone'), scoredFacts)).toMatchInlineSnapshot(`
      "the name alone
      ---
      A sentence the model must obey. Tuning may change it.

      Tuned: version 2, job \`job_abc\`, from examples 17, 31: Answers were sentences."
    `)
  })
})

describe('versions', () => {
  test('newest first, the current one marked, with the commands to type', () => {
    expect(check(at('NameCapital'), scoredFacts)).toMatchInlineSnapshot(`
      "NameCapital
      ---
      \`name\`: A PascalCase identifier.

      Last score: **0.81 ▲ +0.09** (2026-01-20 14:30 UTC, \`gpt-x\`)

      | Version | Date | Score | Change | By | Reason |
      | --- | --- | --- | --- | --- | --- |
      | **2** (now) | 2026-01-20 14:30 | 0.81 | \\+0.09 | tuned | Constraints added |
      | 1 | 2026-01-19 09:00 | 0.72 |  | by hand | Initial creation |

      Compare: \`signature-tuner diff skills/capitals/signature.yaml 1 2\`  
      Restore: \`signature-tuner restore skills/capitals/signature.yaml 1\`"
    `)
  })

  test('with links where the client trusts them', () => {
    const link: VersionLink = (title, command, version) => `[${title}](command:${command}?${version})`
    const shown = check(at('0.75'), scoredFacts, link)
    expect(shown).toContain('| [compare](command:compare?1) · [restore](command:restore?1) |')
    expect(shown).not.toContain('?2')
    expect(shown).not.toContain('signature-tuner diff')
  })

  test('at most ten, and how many there are beside', () => {
    const versions = Array.from({ length: 12 }, (_, index) => ({
      ...{ version: index + 1, created_at: '2026-01-19T09:00:00.000Z', metric_score: null, tuned: false },
    }))
    const shown = check(at('skill_id'), { ...noFacts, versions })
    expect(shown?.match(/^\| \d+/gm)).toHaveLength(10)
    expect(shown).toContain('2 older versions are in the history.')
  })
})

describe('what others wrote', () => {
  const evil =
    'x [run](command:evil) `code` <img src=x> | cell\n# title\n![i](https://a.b) www.a.b a@b.c &lt; \u202ereversed'

  test('makes no markup, links or commands', () => {
    const facts: SkillFacts = {
      ...scoredFacts,
      versions: [
        {
          ...{ version: 1, created_at: evil, metric_score: 0.5, tuned: true, tuning_reason: evil, improvement: evil },
          job_id: evil,
          provenance: [{ path: 'outputs.city.desc', text: 'The capital', examples: [evil], reasoning: evil }],
        },
      ],
      score: {
        ...lastScore,
        model: evil,
        failing: [
          {
            id: evil,
            line: 1,
            score: 0,
            expected: { city: evil },
            got: { city: { [evil]: evil } },
            feedback: [`city_match: ${evil}`],
          },
        ],
      },
    }
    for (const place of ['city:', 'NameCapital', 'city_match:', 'The capital']) {
      const shown = check(at(place), facts) ?? ''
      const prose = shown.replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '')
      expect(prose).not.toMatch(/(?<!\\)[[\]<&!@]|https:\/\/|www\.a|\u202e|^# title/m)
    }
    expect(check(at('NameCapital'), facts)?.match(/^\|.*\|$/gm)).toHaveLength(3)
  })

  test('answers on every offset of every beginning of a file', () => {
    for (let end = 0; end < scoredText.length; end += 7) {
      const document = parseSignature(scoredText.slice(0, end))
      for (let offset = 0; offset <= end; offset += 5) hover(scoredFacts, document, offset)
    }
  })
})
