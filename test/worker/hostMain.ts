/** A host that submits a job and stays with it until somebody kills it. */
import { createWorkerService } from '../../server/src/worker/client.ts'
import { evaluateJob } from './evaluateJob.ts'

const [, , workerPath = '', sandboxPath = '', root = '', baseUrl = ''] = process.argv
const service = createWorkerService({ workerPath, sandboxPath, root, endpoint: { baseUrl, timeout: 5_000 } })
const submitted = await service.submit(evaluateJob(baseUrl, 200))
if (!submitted.ok) throw new Error(submitted.error.message)
process.stdout.write(`${submitted.value.job.id}\n`)
await service.wait(submitted.value.job.id, () => {}, new AbortController().signal)
