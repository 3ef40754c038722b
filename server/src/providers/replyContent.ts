/** From the text of a reply to the object that was asked for, and to what it used. */
import { fail, ok, type Result } from '../base/result.ts'
import type { ModelFailure, ModelReply, ModelRequest, ReplySchema, Usage } from '../model/model.ts'
import { costOf, type PriceTable, priceOf } from '../model/prices.ts'
import { charactersPerToken, promptLength } from '../model/usage.ts'
import { type Place, unusable } from './openaiFailure.ts'
import { readReplyObject } from './replyText.ts'

export function readContent(
  place: Place,
  request: ModelRequest,
  content: string,
  usage: Usage,
): Result<Pick<ModelReply, 'value' | 'usage'>, ModelFailure> {
  const invalid = (problem: string) => fail(unusable(place, 'reply_invalid', problem, { retryable: true, usage }))
  if (content.trim() === '') return invalid('sent an empty reply; try again.')
  // Keys are checked and values are not: a number written "12" is evaluation's to coerce or to count as wrong.
  const value = readReplyObject(content, requiredKeys(request.reply))
  if (value === undefined) {
    return invalid(
      `sent no JSON object with the keys asked for; try again or choose another model than "${request.model}".`,
    )
  }
  return ok({ value, usage })
}

/** What was counted, if it was. */
export interface CountedTokens {
  readonly input: number | undefined
  readonly output: number | undefined
}

/** Where nothing is reported, or that text had no tokens, four characters make a token, so that budgets still hold roughly. */
export function usageOf(
  request: ModelRequest,
  content: string,
  counted: CountedTokens,
  prices: PriceTable | undefined,
): Usage {
  const inputTokens = counted.input || Math.ceil(promptLength(request) / charactersPerToken)
  const outputTokens = counted.output || Math.ceil(content.length / charactersPerToken)
  return { inputTokens, outputTokens, cost: costOf({ inputTokens, outputTokens }, priceOf(request.model, prices)) }
}

function requiredKeys({ schema }: ReplySchema): readonly string[] {
  const { required } = schema
  return Array.isArray(required) ? required.filter(key => typeof key === 'string') : []
}
