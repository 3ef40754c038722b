/** Doctor: what is configured, where files lie, whether the endpoint answers. */
import { z } from 'zod'
import { ok } from '../../base/result.ts'
import { embeddedModel, originOf } from '../../model/model.ts'
import { modelInputs } from '../inputs.ts'
import { chooseModels } from '../modelChoice.ts'
import { defineOperation } from '../operation.ts'
import type { Ports } from '../ports.ts'

const checkSchema = z.object({
  name: z.string(),
  status: z.enum(['ok', 'warning', 'error']),
  detail: z.string(),
})
type Check = z.infer<typeof checkSchema>

export const doctor = defineOperation({
  name: 'doctor',
  summary: 'show what is configured, where files lie and whether the endpoint answers',
  input: z.object({
    model: modelInputs.model,
    connect: z.boolean().default(true).describe('send the endpoint one tiny request'),
  }),
  output: z.object({ healthy: z.boolean(), checks: z.array(checkSchema) }),
  async run(ports, input, context) {
    const { version, node, platform } = ports.installation
    const checks: Check[] = [
      { name: 'program', status: 'ok', detail: `signature-tuner ${version}, Node ${node}, ${platform}` },
      ...(await checkStore(ports)),
      ...(await checkModel(ports, input.model, input.connect, context.signal)),
    ]
    return ok({ healthy: checks.every(check => check.status !== 'error'), checks })
  },
})

const mostJobs = 1000

async function checkStore(ports: Ports): Promise<Check[]> {
  const root = await ports.files.root()
  if (!root.ok) return [{ name: 'workspace', status: 'error', detail: root.error.message }]
  const workspace: Check = { name: 'workspace', status: 'ok', detail: root.value }
  const jobs = await ports.jobs(root.value).list({ limit: mostJobs })
  if (!jobs.ok) return [workspace, { name: 'job store', status: 'error', detail: jobs.error.message }]
  const unfinished = jobs.value.filter(job => job.state === 'queued' || job.state === 'running')
  const many = jobs.value.length === mostJobs ? ' or more' : ''
  const detail =
    jobs.value.length === 0
      ? `no jobs yet; they will be in ${root.value}/.signature-tuner/jobs.db`
      : `${root.value}/.signature-tuner/jobs.db, ${jobs.value.length}${many} jobs, ${unfinished.length} unfinished`
  return [workspace, { name: 'job store', status: 'ok', detail }]
}

async function checkModel(
  ports: Ports,
  named: string | undefined,
  connect: boolean,
  signal: AbortSignal,
): Promise<Check[]> {
  const choice = chooseModels(ports.models, { model: named })
  if (!choice.ok) return [{ name: 'model', status: 'error', detail: choice.error.message }]
  const { model, reflectionModel } = choice.value
  const reflection = reflectionModel === model ? '' : `, ${reflectionModel} proposes`
  const checks: Check[] = [{ name: 'model', status: 'ok', detail: `${model}${reflection}` }]
  if (model === embeddedModel) {
    return [...checks, { name: 'endpoint', status: 'ok', detail: 'none: the offline demo model answers' }]
  }
  const origin = originOf(ports.models.baseUrl)
  const key = ports.models.apiKey === undefined ? 'none is sent' : `set, bound to ${origin}`
  checks.push({ name: 'key', status: 'ok', detail: key })
  if (!connect) return [...checks, { name: 'endpoint', status: 'ok', detail: `${ports.models.baseUrl}, not asked` }]
  const reply = await ports.connect().complete(
    {
      purpose: 'judge',
      model,
      messages: [{ role: 'user', content: 'Reply with the JSON object {"ok": true}.' }],
      reply: {
        name: 'ping',
        schema: {
          type: 'object',
          properties: { ok: { type: 'boolean' } },
          required: ['ok'],
          additionalProperties: false,
        },
      },
      parameters: ports.models.parameters,
      repeat: 0,
    },
    signal,
  )
  const endpoint: Check = reply.ok
    ? {
        name: 'endpoint',
        status: 'ok',
        detail: `${ports.models.baseUrl} answered in ${Math.round(reply.value.latency)} ms`,
      }
    : { name: 'endpoint', status: 'error', detail: reply.error.message }
  return [...checks, endpoint]
}
