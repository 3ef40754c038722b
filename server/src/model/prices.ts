/** What well-known models cost, in US dollars per million tokens. */
import { isEditorModel } from './editorModel.ts'
import { embeddedModel, type Usage } from './model.ts'
import { charactersPerToken } from './usage.ts'

/** US dollars per million tokens. */
export interface Price {
  readonly input: number
  readonly output: number
}

/** Prices by model name. */
export type PriceTable = { readonly [model: string]: Price }

/** List prices of 2026-08, without discounts for cached input or batches, so a cost is never too low for these reasons. */
const prices: PriceTable = {
  [embeddedModel]: { input: 0, output: 0 },
  'gpt-5.5': { input: 5, output: 30 },
  'gpt-5.4': { input: 2.5, output: 15 },
  'gpt-5.4-mini': { input: 0.75, output: 4.5 },
  'gpt-5.4-nano': { input: 0.2, output: 1.25 },
  'gpt-5.2': { input: 1.75, output: 14 },
  'gpt-5.1': { input: 1.25, output: 10 },
  'gpt-5': { input: 1.25, output: 10 },
  'gpt-5-mini': { input: 0.25, output: 2 },
  'gpt-5-nano': { input: 0.05, output: 0.4 },
  'gpt-4.1': { input: 2, output: 8 },
  'gpt-4.1-mini': { input: 0.4, output: 1.6 },
  'gpt-4.1-nano': { input: 0.1, output: 0.4 },
  'gpt-4o': { input: 2.5, output: 10 },
  'gpt-4o-2024-05-13': { input: 5, output: 15 },
  'gpt-4o-mini': { input: 0.15, output: 0.6 },
  o3: { input: 2, output: 8 },
  'o3-mini': { input: 1.1, output: 4.4 },
  'o4-mini': { input: 1.1, output: 4.4 },
  'claude-opus-4-5': { input: 5, output: 25 },
  'claude-opus-4-6': { input: 5, output: 25 },
  'claude-sonnet-4-5': { input: 3, output: 15 },
  'claude-sonnet-4-6': { input: 3, output: 15 },
  'claude-haiku-4-5': { input: 1, output: 5 },
  'gemini-2.5-pro': { input: 1.25, output: 10 },
  'gemini-2.5-flash': { input: 0.3, output: 2.5 },
  'gemini-2.5-flash-lite': { input: 0.1, output: 0.4 },
}

/**
 * The price of a model by its name, also dated (`gpt-4o-2024-08-06`) or with its vendor (`openai/gpt-4o`); an editor's
 * model is paid by the editor's plan, whatever it is called.
 */
export function priceOf(model: string, overrides: PriceTable = {}): Price | undefined {
  const bare = isEditorModel(model) ? model : model.slice(model.lastIndexOf('/') + 1)
  const names = [model, model.replace(version, ''), bare, bare.replace(version, '')]
  for (const table of [overrides, prices]) {
    const name = names.find(name => Object.hasOwn(table, name))
    if (name !== undefined) return table[name]
  }
  return undefined
}

/** A date or `latest` after the name; `-mini` and the like are other models with other prices. */
const version = /[-@](?:\d{4}-?\d{2}-?\d{2}|latest)$/

/** US dollars; `undefined` when the price is unknown. */
export function costOf(
  usage: Pick<Usage, 'inputTokens' | 'outputTokens'>,
  price: Price | undefined,
): number | undefined {
  if (price === undefined) return undefined
  return (usage.inputTokens * price.input + usage.outputTokens * price.output) / 1_000_000
}

/** US dollars that a prompt and a reply of so many characters cost, about: four make a token. */
export function estimateCost(model: string, promptLength: number, replyLength: number): number | undefined {
  return costOf(
    { inputTokens: promptLength / charactersPerToken, outputTokens: replyLength / charactersPerToken },
    priceOf(model),
  )
}
