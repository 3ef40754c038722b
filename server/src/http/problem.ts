/** Failures as RFC 9457 problem documents. */
import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import { errorTable, type Failure } from '../base/errors.ts'

export const problemType = 'application/problem+json'

export const problemSchema = z.object({
  type: z.literal('about:blank'),
  title: z.string().describe("the status in HTTP's words"),
  status: z.int(),
  code: z.string().describe('stable, the same as on the command line'),
  detail: z.string().describe('one sentence: what is wrong, and the way out'),
  path: z.string().optional().describe('the file it is about'),
})

export function problemOf({ code, message, path }: Failure): z.infer<typeof problemSchema> {
  const status = errorTable[code].http
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail: message,
    ...(path !== undefined && { path }),
  }
}
