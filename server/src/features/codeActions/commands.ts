/** What can be done with a signature beside editing it: evaluate, tune, and what there is to do about its job. */
import { lineEnd } from '../../signature/editText.ts'
import type { Problem } from '../../validation/problem.ts'
import type { KnownJob } from '../facts.ts'
import type { ActionCommand, ActionRequest, Refactoring } from './action.ts'
import { touches } from './selection.ts'

export const commands: Refactoring = request => {
  const problem = request.problems.find(({ code }) => scoreCodes.has(code))
  if (problem === undefined && !isAtHead(request)) return []
  return offers(request).map(({ title, command }, index) => ({
    title,
    // What answers to a diagnostic is a quick fix to an editor; at the head of the file it mends nothing.
    ...(problem === undefined ? { kind: 'refactor.rewrite' as const } : answer(problem, index)),
    command,
  }))
}

/** Told by diagnostics about the score. */
export const scoreCodes: ReadonlySet<string> = new Set(['score-below-threshold', 'score-stale'])

function answer(problem: Problem, index: number) {
  return { kind: 'quickfix' as const, problem, preferred: index === 0 }
}

/** At the first line, the name or the threshold. */
function isAtHead({ document, span }: ActionRequest): boolean {
  const { text, name, threshold, entries } = document
  if (span.start <= lineEnd(text, 0)) return true
  const thresholdKey = entries.find(({ key }) => key === 'threshold')?.keySpan
  const places = [
    name && { start: name.keySpan.start, end: name.span.end },
    thresholdKey && { start: thresholdKey.start, end: threshold?.span.end ?? thresholdKey.end },
  ]
  return places.some(place => place !== undefined && touches(span, place))
}

interface Offer {
  readonly title: string
  readonly command: ActionCommand
}

function offers({ document, facts, problems }: ActionRequest): readonly Offer[] {
  const { signature } = document
  const { job, versions } = facts
  const history = versions.length === 0 ? [] : [offer('Show history', 'history')]
  const ofJob = job === undefined ? [] : jobOffers(job)
  if (job?.state === 'queued' || job?.state === 'running') return [...ofJob, ...history]
  if (signature === undefined || signature.metrics.length === 0 || signature.examples === undefined) {
    return [...ofJob, ...history]
  }
  const evaluate = offer('Evaluate signature', 'evaluate')
  const isStale = problems.some(({ code }) => code === 'score-stale')
  const tune = tuneOffers(signature.threshold, facts.score)
  return [...ofJob, ...(isStale ? [evaluate, ...tune] : [...tune, evaluate]), ...history]
}

function tuneOffers(threshold: number, score: ActionRequest['facts']['score']): readonly Offer[] {
  const tune = offer('Tune signature', 'tune', {}, true)
  if (score === undefined || score.score < threshold) return [tune]
  const force = offer('Tune signature even above the threshold', 'tune', { force: true }, true)
  // An old score says little about the text as it is now.
  return score.stale.length === 0 ? [force] : [tune, force]
}

function jobOffers({ id, kind, state }: KnownJob): readonly Offer[] {
  const doing = kind === 'tune' ? 'tuning' : 'evaluating'
  switch (state) {
    case 'queued':
    case 'running':
      return [offer(`Cancel ${doing}`, 'cancel', { jobId: id })]
    case 'interrupted':
      return [
        offer(`Resume ${doing}`, 'resume', { jobId: id }, kind === 'tune'),
        offer(`Cancel ${doing}`, 'cancel', { jobId: id }),
      ]
    case 'unapplied':
      return [
        offer('Apply tuned result', 'apply', { jobId: id }, true),
        offer('Show what would change', 'apply', { jobId: id, preview: true }),
      ]
  }
}

function offer(
  title: string,
  name: ActionCommand['name'],
  values: ActionCommand['arguments'] = {},
  isGenerated = false,
): Offer {
  return { title, command: { name, arguments: values, isGenerated } }
}
