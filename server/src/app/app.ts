/** Every operation of the program, in the order that help shows them. */
import { doctor } from './operations/doctor.ts'
import { evaluate } from './operations/evaluate.ts'
import { applyJobById, cancelJob, discardJob, listJobs, pruneJobs, resumeJob, showJob } from './operations/jobs.ts'
import { newSkill } from './operations/newSkill.ts'
import { tune } from './operations/tune.ts'
import { validate } from './operations/validate.ts'
import { diff, history, restore } from './operations/versions.ts'

export const operations = {
  tune,
  evaluate,
  validate,
  new: newSkill,
  history,
  diff,
  restore,
  jobs: listJobs,
  'jobs show': showJob,
  'jobs resume': resumeJob,
  'jobs cancel': cancelJob,
  'jobs apply': applyJobById,
  'jobs discard': discardJob,
  'jobs prune': pruneJobs,
  doctor,
} as const
