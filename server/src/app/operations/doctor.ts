/** Doctor: what is configured, where files lie, whether the endpoint answers. */
import { z } from 'zod'
import { ok } from '../../base/result.ts'
import { isEditorModel } from '../../model/editorModel.ts'
import { embeddedModel, originOf } from '../../model/model.ts'
import { modelInputs } from '../inputs.ts'
import { chooseModels } from '../modelChoice.ts'
import { defineOperation } from '../operation.ts'
import type { Ports } from '../ports.ts'
import { checkStore } from './checkStore.ts'

const checkSchema = z.object({
  name: z.string(),
  status: z.enum(['ok', 'warning', 'error']),
  detail: z.string(),
  code: z.string().optional().describe('stable code of an error'),
})
export type Check = z.infer<typeof checkSchema>

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

async function checkModel(
  ports: Ports,
  named: string | undefined,
  connect: boolean,
  signal: AbortSignal,
): Promise<Check[]> {
  const choice = chooseModels(ports.models, { model: named })
  if (!choice.ok) return [{ name: 'model', status: 'error', detail: choice.error.message, code: choice.error.code }]
  const { model, reflectionModel } = choice.value
  const reflection = reflectionModel === model ? '' : `, ${reflectionModel} proposes`
  const checks: Check[] = [{ name: 'model', status: 'ok', detail: `${model}${reflection}` }]
  if (model === embeddedModel) {
    return [...checks, { name: 'endpoint', status: 'ok', detail: 'none: the offline demo model answers' }]
  }
  const place = isEditorModel(model) ? 'VS Code' : ports.models.baseUrl
  const origin = originOf(ports.models.baseUrl)
  const key = ports.models.apiKey === undefined ? 'none is sent' : `set, bound to ${origin}`
  // The editor's models need none.
  if (choice.value.origin === origin) checks.push({ name: 'key', status: 'ok', detail: key })
  if (!connect) return [...checks, { name: 'endpoint', status: 'ok', detail: `${place}, not asked` }]
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
        detail: `${place} answered in ${Math.round(reply.value.latency)} ms`,
      }
    : { name: 'endpoint', status: 'error', detail: reply.error.message, code: reply.error.code }
  return [...checks, endpoint]
}
