/** TuneSignature calls of the demo model: general rules from the failures in the request, and nothing else. */
import { describe, expect, it } from 'vitest'
import { tuneMessages, tuneReply } from '../../server/src/model/prompt.ts'
import { createEmbeddedModel } from '../../server/src/providers/embedded.ts'
import { compareSignatures } from '../../server/src/signature/compare.ts'
import { parseSignature } from '../../server/src/signature/document.ts'

async function reflect(signature: string, analysis: string, repeat = 0) {
  const request = {
    purpose: 'reflection' as const,
    model: 'embedded',
    messages: tuneMessages(signature, analysis),
    reply: tuneReply,
    parameters: {},
    repeat,
  }
  const result = await createEmbeddedModel().complete(request, new AbortController().signal)
  if (!result.ok) throw new Error(result.error.message)
  return {
    improved: String(result.value.value.improved_signature),
    why: String(result.value.value.improvement_reasoning),
  }
}

function signatureOf(output: string, input = 'text: { type: str }'): string {
  return `# keep this note
name: DoIt
instructions: Do the task.
inputs:
  ${input}
outputs:
  ${output} # and this one
metrics:
  match: { kind: exact_match, field: out }
`
}

interface Shown {
  readonly text: string
  readonly expected: unknown
  readonly got: unknown
  readonly day?: string
}

function analysisOf(cases: readonly Shown[], rejected = ''): string {
  const examples = cases.map(({ text, expected, got, day }, index) =>
    [
      `### Example ${index + 1}`,
      ...(day === undefined ? [] : [`- input day: ${JSON.stringify(day)}`]),
      `- input text: ${JSON.stringify(text)}`,
      `- expected out: ${JSON.stringify(expected)}`,
      `- got out: ${JSON.stringify(got)}`,
      '- feedback match 0.00: "no"',
    ].join('\n'),
  )
  const head = `Score of the current signature on these examples: 0.00 (threshold 0.75).\n\n## Field out: ${cases.length} of ${cases.length} examples lost points (match)`
  const tail = rejected === '' ? '' : `\n\n## Rejected proposals (do not repeat)\n${rejected}`
  return `${head}\n\n${examples.join('\n\n')}${tail}`
}

/** Constraints of the one output after a call. */
async function rulesFor(
  output: string,
  cases: readonly Shown[],
  rejected = '',
  input?: string,
): Promise<readonly string[]> {
  const signature = signatureOf(output, input)
  const { improved } = await reflect(signature, analysisOf(cases, rejected))
  return constraintsIn(signature, improved)
}

function constraintsIn(signature: string, improved: string): readonly string[] {
  const [before, after] = [signature, improved].map(text => parseSignature(text).signature)
  if (before === undefined || after === undefined) throw new Error(`no valid signature:\n${improved}`)
  expect(compareSignatures(before, after).frozen).toEqual([])
  return after.outputs[0]?.constraints ?? []
}

const label = `out: { type: 'Literal["water", "power"]', desc: A kind }`
const outages: readonly Shown[] = [
  { text: 'The fuse blew again.', expected: 'power', got: 'water' },
  { text: 'A fuse box is buzzing.', expected: 'power', got: 'water' },
  { text: 'My lamps flicker and a fuse is warm.', expected: 'power', got: 'water' },
  { text: 'The tap drips at night.', expected: 'water', got: 'water' },
  { text: 'No pressure in the shower.', expected: 'water', got: 'water' },
  { text: 'Brown and cloudy since Monday.', expected: 'water', got: 'water' },
]

describe('rules', () => {
  it('names cue words that several examples of a label share', async () => {
    expect(await rulesFor(label, outages)).toContain("Use 'power' when the text mentions fuse.")
  })

  it('adds to the cue words that are there already', async () => {
    const stated = `out: { type: 'Literal["water", "power"]', constraints: ["Use 'power' when the text mentions socket."] }`
    expect(await rulesFor(stated, outages)).toEqual(["Use 'power' when the text mentions socket, fuse."])
  })

  it('needs more than one example', async () => {
    expect(await rulesFor(label, outages.slice(0, 1))).toEqual([])
  })

  it('limits the length to what was expected', async () => {
    const cases = ['Bern', 'New Delhi', 'Oslo'].map(city => ({
      text: `City: ${city}\nThe letter came from there and was read by all of us.`,
      expected: city,
      got: `According to the text, City: ${city} is what we were told by all of them`,
    }))
    expect(await rulesFor('out: { type: str, desc: The city }', cases)).toContain('Write 1 to 3 words.')
  })

  it('finds the words that announce a number', async () => {
    const cases = [
      { text: 'Items 3\nNet 10.00\nTotal due 12.00', expected: 12, got: 3 },
      { text: 'Items 5\nNet 20.00\nTotal due EUR 24.00', expected: 24, got: 5 },
    ]
    expect(await rulesFor('out: { type: float, desc: A number }', cases)).toEqual([
      "Take the number after 'total due'.",
    ])
  })

  it('finds the words that announce a date, and relative dates', async () => {
    const input = 'day: { type: date }\n  text: { type: str }'
    const cases = [
      {
        day: '2025-03-03',
        text: 'Sold on 1 March 2025. Pay until 9 March 2025.',
        expected: '2025-03-09',
        got: '2025-03-01',
      },
      {
        day: '2025-03-03',
        text: 'Sold on 2 March 2025. We wait until 8 March 2025.',
        expected: '2025-03-08',
        got: '2025-03-02',
      },
    ]
    expect(await rulesFor('out: { type: date, desc: A date }', cases, '', input)).toEqual([
      "Take the date after 'until'.",
    ])
    const soon = [
      { day: '2025-03-03', text: 'Reply by tomorrow.', expected: '2025-03-04', got: null },
      { day: '2025-03-03', text: 'Reply by Friday.', expected: '2025-03-07', got: null },
    ]
    expect(await rulesFor("out: { type: 'Optional[date]' }", soon, '', input)).toContain(
      'Resolve relative dates such as tomorrow or a weekday, counted from day.',
    )
  })

  it('asks for currency codes', async () => {
    const cases = [
      { text: 'It cost £5.', expected: 'GBP', got: '£' },
      { text: 'It cost $7.', expected: 'USD', got: '$' },
    ]
    expect(await rulesFor('out: { type: str, desc: The currency }', cases)).toEqual([
      'Use a three-letter ISO 4217 currency code such as EUR.',
    ])
  })
})

describe('the reply', () => {
  it('keeps comments and everything but the wording', async () => {
    const { improved, why } = await reflect(signatureOf(label), analysisOf(outages))
    expect(improved).toContain('# keep this note')
    expect(improved).toContain('# and this one')
    expect(why).toContain("'out'")
  })

  it('does not repeat what was rejected', async () => {
    const rejected = `- Field 'out': added constraint 'Use 'power' when the text mentions fuse.' (score 0.40, was 0.41)`
    expect(await rulesFor(label, outages, rejected)).not.toContain("Use 'power' when the text mentions fuse.")
  })

  it('is another wording of a description when there is nothing to learn', async () => {
    const signature = signatureOf('out: { type: str, desc: The city }')
    const first = await reflect(signature, 'Nothing failed.')
    const second = await reflect(signature, 'Nothing failed.', 1)
    expect(first.improved).toContain('desc: Give the city')
    expect(second.improved).not.toBe(first.improved)
    expect(constraintsIn(signature, second.improved)).toEqual([])
  })

  it.each(['', 'a: [', '- just\n- a list', 'outputs: 7', 'x: &x [*x]', 'outputs: {__proto__: {type: str}}'])(
    'is a text even for the signature %j',
    async signature => {
      const reply = await reflect(signature, analysisOf(outages))
      expect(typeof reply.improved).toBe('string')
      expect(reply.why).not.toBe('')
    },
  )

  it('comes in time for huge analyses', async () => {
    const cases = Array.from({ length: 300 }, (_, i) => ({
      text: '5 % may 1 '.repeat(2000),
      expected: i % 2 === 0 ? 'power' : 'water',
      got: 'water',
    }))
    await reflect(signatureOf(label), analysisOf(cases))
  })
})
