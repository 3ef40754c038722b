/** Hovers of fields: the last score, what failed most, and where tuned sentences come from. */
import type { Provenance, Version } from '../history/version.ts'
import { normalText } from '../signature/compare.ts'
import type { SignatureDocument } from '../signature/document.ts'
import type { FieldPart } from '../signature/readFields.ts'
import type { KnownFailure, LastScore, SkillFacts } from './facts.ts'
import { code, codeOfValue, escaped } from './markdown.ts'
import { formatTime, metricOf, scoreLabel, sentenceOf, staleSentence } from './scoreText.ts'

export function fieldHover(facts: SkillFacts, document: SignatureDocument, field: FieldPart): readonly string[] {
  const { name, direction, typePart, desc } = field
  const type = typePart === undefined ? '' : ` · ${code(typePart.value, 120)}`
  const noun = direction === 'inputs' ? 'input' : 'output'
  const said = [`**${escaped(name, 60)}** · ${noun}${type}`, escaped(desc?.value ?? '')]
  const { score } = facts
  if (direction === 'outputs' && score !== undefined) said.push(...scoreLines(score, document, name))
  return [...said, ...tunedSentences(facts, field)]
}

/** Where a text of the signature comes from; nothing for one that no tuning wrote. */
export function tunedSentence(facts: SkillFacts, path: string, text: string | undefined): string {
  const found = text === undefined ? undefined : findProvenance(facts, path, text)
  return found === undefined ? '' : `Tuned: ${originOf(found)}`
}

const mostFailures = 3

function scoreLines(score: LastScore, document: SignatureDocument, field: string): readonly string[] {
  const value = Object.hasOwn(score.byField, field) ? score.byField[field] : undefined
  if (value === undefined) return []
  const stale = score.stale.length === 0 ? '' : `; since then, ${staleSentence(score.stale)}`
  const last = `Last score: **${scoreLabel(value, score)}** (${formatTime(score.evaluatedAt)}${stale})`
  const metrics = new Set(document.metrics.filter(part => part.fieldPart?.value === field).map(({ name }) => name))
  const failures = score.failing.flatMap(failure => {
    const line = failure.feedback.find(line => metrics.has(metricOf(line)))
    return line === undefined ? [] : [{ failure, line }]
  })
  if (failures.length === 0) return [last]
  const worst = failures
    .slice(0, mostFailures)
    .map(({ failure, line }) => failureLine(failure, field, sentenceOf(line)))
  return [last, ['Failed most:', ...worst].join('\n')]
}

function failureLine({ id, expected, got }: KnownFailure, field: string, sentence: string): string {
  const shown = (values: KnownFailure['expected']) =>
    Object.hasOwn(values, field) ? codeOfValue(values[field]) : 'nothing'
  return `- Example ${escaped(id, 40)}: expected ${shown(expected)}, got ${shown(got)}: ${escaped(sentence, 120)}`
}

const mostSentences = 8

function tunedSentences(facts: SkillFacts, { direction, name, desc, constraints }: FieldPart): readonly string[] {
  const path = `${direction}.${name}`
  const texts = [
    ...(desc === undefined ? [] : [{ path: `${path}.desc`, text: desc.value }]),
    ...constraints.map(({ text }) => ({ path: `${path}.constraints`, text })),
  ]
  const lines = texts.flatMap(({ path, text }) => {
    const found = findProvenance(facts, path, text)
    return found === undefined ? [] : [`- ${code(text, 80)}: ${originOf(found)}`]
  })
  return lines.length === 0 ? [] : [['Tuned sentences:', ...lines.slice(0, mostSentences)].join('\n')]
}

interface Origin {
  readonly version: Version
  readonly provenance: Provenance
}

/** The newest version that wrote the text there; the index of a constraint changes with its neighbours. */
function findProvenance({ versions }: SkillFacts, path: string, text: string): Origin | undefined {
  const wanted = normalText(text)
  for (const version of versions.toReversed()) {
    const provenance = version.provenance?.find(
      entry => entry.path.replace(/\[\d+\]$/, '') === path && normalText(entry.text) === wanted,
    )
    if (provenance !== undefined) return { version, provenance }
  }
  return undefined
}

const mostExamples = 10

function originOf({ version, provenance: { examples, reasoning } }: Origin): string {
  const job = version.job_id === undefined ? '' : `, job ${code(version.job_id, 40)}`
  const listed = examples.slice(0, mostExamples).map(id => escaped(id, 40))
  const more = examples.length > mostExamples ? ` and ${examples.length - mostExamples} more` : ''
  const noun = examples.length === 1 ? 'example' : 'examples'
  const from = examples.length === 0 ? '' : `, from ${noun} ${listed.join(', ')}${more}`
  const why = reasoning === undefined ? '' : `: ${escaped(reasoning, 200)}`
  return `version ${version.version}${job}${from}${why}`
}
