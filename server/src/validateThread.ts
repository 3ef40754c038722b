/** A helper thread of validation: answers each portion of files with their problems. */
import { parentPort, workerData } from 'node:worker_threads'
import { validateFiles } from './app/operations/validate.ts'
import type { SkillLocation } from './app/ports.ts'
import { createFiles } from './files/files.ts'
import type { ThreadSettings } from './validateThreads.ts'

const { cwd, home }: ThreadSettings = workerData
const files = createFiles({ cwd, home })
const never = new AbortController().signal

parentPort?.on('message', async (portion: readonly SkillLocation[]) => {
  parentPort?.postMessage(await validateFiles(files, portion, never))
})
