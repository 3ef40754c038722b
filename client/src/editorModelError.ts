/** Errors of the editor's models, as the server is told them. */
import type { CompleteChatError } from '../../server/src/protocol/client.ts'

/** An error that the editor threw; `code` names the editor's reason, and its cause is the model's own error. */
export function editorModelError(error: unknown): CompleteChatError {
  const causes = causesOf(error)
  const message = causes.map(({ message }) => message).find(text => text !== '') ?? 'the model failed'
  const said = causes.map(({ code, message }) => `${code} ${message}`).join(' ')
  const known = causes.map(({ code }) => codes.get(code)).find(code => code !== undefined)
  if (known !== undefined) return { code: known, message }
  if (/content.?filter|responsible.?ai|off.?topic|filtered/i.test(said)) return { code: 'refused', message }
  if (/rate.?limit|too many requests|\b429\b/i.test(said)) return { code: 'rate_limited', message }
  return { code: 'failed', message }
}

const codes: ReadonlyMap<string, CompleteChatError['code']> = new Map([
  ['NoPermissions', 'no_permission'],
  ['Blocked', 'blocked'],
  ['NotFound', 'not_found'],
])

function causesOf(error: unknown): readonly { readonly code: string; readonly message: string }[] {
  const causes = []
  let current = error
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth++) {
    const { code, message } = current as { code?: unknown; message?: unknown }
    causes.push({ code: typeof code === 'string' ? code : '', message: typeof message === 'string' ? message : '' })
    current = 'cause' in current ? current.cause : undefined
  }
  return causes
}
