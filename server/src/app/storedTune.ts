/** What a finished tune job keeps besides the result that is shown: enough to apply it later. */
import { z } from 'zod'
import { provenanceSchema } from '../history/version.ts'
import type { SignatureChange } from '../signature/signature.ts'
import { tuneResultSchema } from './jobView.ts'

const direction = z.enum(['inputs', 'outputs'])

const changeSchema: z.ZodType<SignatureChange> = z.discriminatedUnion('part', [
  z.object({ part: z.literal('instructions'), before: z.string(), after: z.string() }),
  z.object({ part: z.literal('desc'), direction, field: z.string(), before: z.string(), after: z.string() }),
  z.object({
    part: z.literal('constraints'),
    direction,
    field: z.string(),
    before: z.array(z.string()),
    after: z.array(z.string()),
  }),
])

export const storedTuneSchema = tuneResultSchema.extend({
  typed_changes: z.array(changeSchema),
  provenance: z.array(provenanceSchema),
})
export type StoredTune = z.infer<typeof storedTuneSchema>
