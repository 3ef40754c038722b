/** What is wrong with an endpoint's address or key before anything is sent. */
import { failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'

/** The base URL, parsed; `apiKey` without spaces around it. */
export function checkEndpoint(baseUrl: string, apiKey: string | undefined): Result<URL> {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    const form = 'an http or https URL without user and password, such as https://api.openai.com/v1'
    return fail(failure('usage', `The base URL is not ${form}; set it to one.`))
  }
  if (apiKey === undefined && url.hostname === 'api.openai.com') {
    return fail(failure('key_missing', `${url.origin} needs an API key; set OPENAI_API_KEY.`))
  }
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey)) {
    const problem = 'holds spaces or other characters that no key has'
    return fail(failure('key_rejected', `The API key for ${url.origin} ${problem}; enter it again.`))
  }
  return ok(url)
}
