/** Which models a job uses and at which origin, or one sentence on what is missing. */
import { type Failure, failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'
import { nearest } from '../base/text.ts'
import { editorProblem, jobOrigin } from '../model/editorModel.ts'
import { embeddedModel, originOf } from '../model/model.ts'
import { priceOf } from '../model/prices.ts'
import type { ModelSettings } from './ports.ts'

export interface ModelChoice {
  readonly model: string
  readonly reflectionModel: string
  readonly origin: string
}

export function chooseModels(
  settings: ModelSettings,
  input: {
    readonly model?: string | undefined
    readonly reflection_model?: string | undefined
    max_cost?: number | undefined
  },
): Result<ModelChoice> {
  const model = input.model ?? settings.model
  if (model === undefined) {
    return fail(
      failure(
        'model_not_configured',
        'No model is configured: pass --model NAME or set SIGNATURE_TUNER_MODEL (and OPENAI_API_KEY, OPENAI_BASE_URL); ' +
          "'--model embedded' is the offline demo.",
      ),
    )
  }
  // The demo reflects for itself unless another model is asked for: a configured endpoint must not be called by surprise.
  const configured = model === embeddedModel ? undefined : settings.reflectionModel
  const reflectionModel = input.reflection_model ?? configured ?? model
  const models = [model, reflectionModel]
  const unreachable = unreachableModel(settings, { model, reflectionModel })
  if (unreachable !== undefined) return fail(unreachable)
  const endpoint = originOf(settings.baseUrl)
  const origin = jobOrigin(models, endpoint)
  if (origin === endpoint && settings.apiKey === undefined && new URL(origin).hostname === 'api.openai.com') {
    const slip = models.find(name => nearest(name, [embeddedModel]) !== undefined)
    if (slip !== undefined) {
      return fail(failure('usage', `There is no model '${slip}' without a key: did you mean '${embeddedModel}'?`))
    }
    return fail(
      failure(
        'key_missing',
        `${origin} needs a key: set OPENAI_API_KEY, or name another endpoint with --base-url or OPENAI_BASE_URL.`,
      ),
    )
  }
  const unpriced = input.max_cost === undefined ? undefined : unknownPrice(models)
  if (unpriced !== undefined) return fail(unpriced)
  return ok({ model, reflectionModel, origin })
}

/** Why these models cannot be asked from here. */
export function unreachableModel(
  settings: ModelSettings,
  { model, reflectionModel }: Pick<ModelChoice, 'model' | 'reflectionModel'>,
): Failure | undefined {
  return editorProblem([model, reflectionModel], settings.editorAnswers === true)
}

/** Why a limit of money cannot hold for these models. */
export function unknownPrice(models: readonly string[]): Failure | undefined {
  const unpriced = models.find(name => name !== embeddedModel && priceOf(name) === undefined)
  if (unpriced === undefined) return undefined
  const message = `The price of ${unpriced} is unknown, so --max-cost cannot hold: use --max-tokens or --max-calls.`
  return failure('model_price_unknown', message)
}
