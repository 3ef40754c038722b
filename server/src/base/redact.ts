/** Takes a key out of what is shown or stored. */

export interface Redactor {
  /** Out of a message: the key in every form that a server or proxy may echo, and whatever looks like one. */
  message(text: string): string
  /** Out of a text that a model wrote: only a key too long to be a word of an answer. */
  reply(text: string): string
}

/** Shorter keys, such as the `none` of a local server, are words that replies may hold. */
const shortestInReplies = 12

/** `key` as it is sent, without surrounding white space. */
export function createRedactor(key = ''): Redactor {
  const without = (text: string) => formsOf(key).reduce((safe, form) => safe.replaceAll(form, '[key]'), text)
  return {
    message: text =>
      without(text)
        .replace(/\bBearer\s+[^\s"',}]+/gi, 'Bearer [key]')
        .replace(/\bsk-[\w*.-]{8,}/g, '[key]'),
    reply: key.length >= shortestInReplies ? without : text => text,
  }
}

function formsOf(key: string): readonly string[] {
  if (key === '') return []
  // Other keys are never sent.
  const sendable = /^[\x21-\x7e]+$/.test(key)
  return sendable ? [...new Set([key, encodeURIComponent(key), btoa(key)])] : [key]
}
