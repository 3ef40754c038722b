/** What a person may type for an endpoint and its key, checked as it is typed. */

/** What is wrong with it, in one sentence; `undefined` when nothing is. */
export function baseUrlProblem(text: string): string | undefined {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    return 'Type a URL that begins with http:// or https://, such as http://127.0.0.1:11434/v1.'
  }
  if (url.username !== '' || url.password !== '') return 'Leave user and password out: the key is entered by itself.'
  if (url.search !== '' || url.hash !== '') return 'Leave out what follows ? or #.'
  return undefined
}

export function keyProblem(text: string): string | undefined {
  if (text.trim() === '') return 'Paste the key.'
  return /^[\x21-\x7e]+$/.test(text.trim()) ? undefined : 'A key has no spaces and none but plain characters.'
}

/** Whether requests to this origin stay on the machine. */
export function isLoopback(origin: string): boolean {
  const { hostname } = new URL(origin)
  return hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname) || /^(?:.+\.)?localhost\.?$/.test(hostname)
}

/** Whether a key would travel in plain text, for anybody on the way to read. */
export function isReadable(origin: string): boolean {
  return new URL(origin).protocol === 'http:' && !isLoopback(origin)
}
