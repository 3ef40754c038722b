/** The schema of the file: it agrees with the reader, and JSON Schema can be made from it. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { parseSignature } from '../../server/src/signature/document.ts'
import { renderSignature } from '../../server/src/signature/render.ts'
import { metricKindDescriptions, signatureSchema } from '../../server/src/signature/schema.ts'
import { metricKinds } from '../../server/src/signature/signature.ts'
import { toValue } from '../../server/src/signature/yamlValue.ts'
import { anySignature } from './arbitraries.ts'

it('takes every file that the reader takes', () => {
  fc.assert(
    fc.property(anySignature, signature => {
      const { tree } = parseSignature(renderSignature(signature, { examples: true }))
      const value = tree.root && toValue(tree.root, tree.resolve)
      expect(signatureSchema.safeParse(value).error).toBeUndefined()
    }),
    { numRuns: 100 },
  )
})

it('describes every key and every metric kind', () => {
  const { properties, required, additionalProperties } = z.toJSONSchema(signatureSchema, { io: 'input' })
  expect(required).toEqual(['name', 'instructions', 'inputs', 'outputs'])
  expect(additionalProperties).toBe(false)
  for (const [key, schema] of Object.entries(properties ?? {}))
    expect([key, schema]).toEqual([key, expect.objectContaining({ description: expect.any(String) })])
  expect(Object.keys(metricKindDescriptions)).toEqual([...metricKinds])
})
