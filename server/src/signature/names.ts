/** Names of signatures and fields: Python identifiers that are not keywords. */

const keywords: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
)

const maxLength = 100
const identifier = /^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u

/** What is wrong with a name, as the end of a sentence that starts with it. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'is empty'
  if (name.length > maxLength) return `is longer than ${maxLength} characters`
  if (!identifier.test(name)) return 'must hold only letters, digits and _ and not start with a digit'
  if (keywords.has(name)) return 'is a keyword of Python'
  if (name.startsWith('_')) return 'must not start with _, which marks the keys _id, _split and _weight of examples'
  return undefined
}

/** The nearest name that would do. */
export function suggestName(name: string): string | undefined {
  const words = name.replace(/[^\p{L}\p{M}\p{N}]+/gu, '_').replace(/^[_\d]+|_+$/g, '')
  const candidate = keywords.has(words) ? `${words}_` : words
  return candidate !== name && nameProblem(candidate) === undefined ? candidate : undefined
}

export function isPascalCase(name: string): boolean {
  return /^\p{Lu}[\p{L}\p{M}\p{N}]*$/u.test(name) || !/^\p{Ll}|_/u.test(name)
}

export function toPascalCase(name: string): string {
  return name
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .map(word => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}
