/** History, diff and restore: the versions beside a signature. */
import { z } from 'zod'
import { failure } from '../../base/errors.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { currentVersion, type History, type Version, versionSchema } from '../../history/version.ts'
import { compareSignatures, describeChange, signatureSha256 } from '../../signature/compare.ts'
import { parseSignature } from '../../signature/document.ts'
import { positional, skillPathInput } from '../inputs.ts'
import { defineOperation } from '../operation.ts'
import type { Ports, SkillLocation } from '../ports.ts'
import { keepUnrecorded } from './keepUnrecorded.ts'

export const history = defineOperation({
  name: 'history',
  summary: 'list the versions of a signature with their scores',
  input: z.object({ skill_path: skillPathInput }),
  output: z.object({
    skill_path: z.string(),
    skill_id: z.string(),
    /** The version whose meaning the file has now. */
    current: z.int().optional(),
    versions: z.array(versionSchema),
  }),
  async run(ports, input) {
    const opened = await openHistory(ports, input.skill_path)
    if (!opened.ok) return opened
    const { location, known, text } = opened.value
    const current = text === undefined ? undefined : currentOf(known, text)
    return ok({
      skill_path: location.displayPath,
      skill_id: known?.skill_id ?? location.defaultSkillId,
      ...(current && { current: current.version }),
      versions: known?.signature_history ?? [],
    })
  },
})

const sideSchema = z.object({ label: z.string(), version: z.int().optional(), score: z.number().nullable().optional() })

export const diff = defineOperation({
  name: 'diff',
  summary: 'compare two versions, or a version with the file as it is now',
  input: z.object({
    skill_path: skillPathInput,
    a: z.int().positive().optional().describe('older version (default: the one before)').meta(positional),
    b: z.int().positive().optional().describe('newer version (default: the file)').meta(positional),
  }),
  output: z.object({
    skill_path: z.string(),
    a: sideSchema,
    b: sideSchema,
    changes: z.array(z.string()),
    old_text: z.string(),
    new_text: z.string(),
  }),
  async run(ports, input) {
    const opened = await openVersions(ports, input.skill_path)
    if (!opened.ok) return opened
    const { location, known, text } = opened.value
    const versions = known.signature_history
    const current = text === undefined ? undefined : currentOf(known, text)
    // Without numbers: the newest version against the file, or, where that is the file, the one before it.
    const newest = versions.at(-1)
    const before = current === newest ? (versions.at(-2) ?? newest) : newest
    const a = textOf(location, versions, input.a ?? before?.version)
    if (!a.ok) return a
    const b =
      input.b === undefined && text !== undefined
        ? ok({ label: `${location.displayPath} (now)`, text, version: current?.version, score: current?.metric_score })
        : textOf(location, versions, input.b)
    if (!b.ok) return b
    const [left, right] = [parseSignature(a.value.text).signature, parseSignature(b.value.text).signature]
    const compared = left && right ? compareSignatures(left, right) : { changes: [], frozen: [] }
    return ok({
      skill_path: location.displayPath,
      a: { label: a.value.label, version: a.value.version, score: a.value.score },
      b: { label: b.value.label, version: b.value.version, score: b.value.score },
      changes: [...compared.changes.flatMap(describeChange), ...compared.frozen],
      old_text: a.value.text,
      new_text: b.value.text,
    })
  },
})

export const restore = defineOperation({
  name: 'restore',
  summary: 'write an earlier version back to the file',
  input: z.object({
    skill_path: skillPathInput,
    version: z.int().positive().describe('number of the version to restore').meta(positional),
  }),
  output: z.object({
    skill_path: z.string(),
    restored: z.int(),
    version: z.int(),
    changed: z.boolean(),
  }),
  async run(ports, input) {
    const opened = await openVersions(ports, input.skill_path)
    if (!opened.ok) return opened
    const { location, known, text } = opened.value
    const versions = known.signature_history
    const wanted = textOf(location, versions, input.version)
    if (!wanted.ok) return wanted
    if (wanted.value.text === text) {
      return ok({ skill_path: location.displayPath, restored: input.version, version: input.version, changed: false })
    }
    const kept =
      text === undefined ? ok(undefined) : await keepUnrecorded(ports, location, known.skill_id, text, 'text')
    if (!kept.ok) return kept
    const written = await ports.files.writeText(location.signaturePath, wanted.value.text)
    if (!written.ok) return written
    const source = versions.findLast(version => version.version === input.version)
    const restored = {
      created_at: new Date(ports.clock.now()).toISOString(),
      metric_score: source?.metric_score ?? null,
      tuned: source?.tuned ?? false,
      reason: `Restored version ${input.version}`,
      restored_from: input.version,
      ...(source?.sha256 !== undefined && { sha256: source.sha256 }),
      signature: wanted.value.text,
      ...(source?.model !== undefined && { model: source.model }),
      ...(source?.scores !== undefined && { scores: source.scores }),
      ...(source?.examples !== undefined && { examples: source.examples }),
    }
    let newest: Version | undefined
    const appended = await ports.history.append(location.historyPath, location.defaultSkillId, history => {
      newest = history.signature_history.at(-1)
      // Restored twice at once is restored once.
      return newest?.restored_from === input.version && newest.signature === restored.signature ? undefined : restored
    })
    if (!appended.ok) return appended
    const version = (appended.value ?? newest)?.version ?? input.version
    return ok({ skill_path: location.displayPath, restored: input.version, version, changed: true })
  },
})

interface OpenedHistory {
  readonly location: SkillLocation
  readonly known: History | undefined
  /** The file as it is now; `undefined` when it is gone. */
  readonly text: string | undefined
}

async function openHistory(ports: Ports, path: string): Promise<Result<OpenedHistory>> {
  const location = await ports.files.locate(path, { mayBeAbsent: true })
  if (!location.ok) return location
  const known = await ports.history.read(location.value.historyPath)
  if (!known.ok) return known
  const text = await ports.files.readText(location.value.signaturePath)
  if (!text.ok && text.error.code !== 'path_not_found') return text
  return ok({ location: location.value, known: known.value, text: text.ok ? text.value : undefined })
}

/** The same, where there is at least one version. */
async function openVersions(ports: Ports, path: string): Promise<Result<OpenedHistory & { readonly known: History }>> {
  const opened = await openHistory(ports, path)
  if (!opened.ok) return opened
  const { known, location } = opened.value
  if (known === undefined || known.signature_history.length === 0) return fail(noVersions(location))
  return ok({ ...opened.value, known })
}

function currentOf(known: History | undefined, text: string): Version | undefined {
  const signature = parseSignature(text).signature
  return known && signature && currentVersion(known, signatureSha256(signature))
}

function noVersions(location: SkillLocation) {
  const way = `Record one with: signature-tuner evaluate ${location.displayPath}`
  return failure('version_not_found', `${location.displayPath} has no history yet. ${way}`, location.displayPath)
}

interface VersionText {
  readonly label: string
  readonly text: string
  readonly version: number | undefined
  readonly score: number | null | undefined
}

function textOf(
  location: SkillLocation,
  versions: readonly Version[],
  number: number | undefined,
): Result<VersionText> {
  // After a merge two versions may share a number: the later one is meant.
  const version = versions.findLast(entry => entry.version === number)
  if (version === undefined) {
    const range = `the newest is ${versions.at(-1)?.version}; see 'signature-tuner history ${location.displayPath}'`
    return fail(
      failure('version_not_found', `${location.displayPath} has no version ${number}: ${range}.`, location.displayPath),
    )
  }
  if (version.signature === undefined) {
    const why = 'was recorded without its text and can only be listed'
    return fail(
      failure('version_not_found', `Version ${number} of ${location.displayPath} ${why}.`, location.displayPath),
    )
  }
  return ok({
    label: `version ${version.version}`,
    text: version.signature,
    version: version.version,
    score: version.metric_score,
  })
}
