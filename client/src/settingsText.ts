/** Reads which settings a file of settings names, though it may hold comments, or be broken. */

/**
 * Dotted names of all that is set, each once: `signatureTuner.baseUrl` however it is nested, also below a language.
 * `below` is the key whose object holds the settings, where the text holds other things, too.
 */
export function settingNames(text: string, below?: string): readonly string[] {
  const names = new Set<string>()
  const open: string[] = []
  let key = ''
  let last = ''
  for (const [token, content = ''] of text.matchAll(tokens)) {
    const [first = ''] = token
    if (first === '"') last = unescaped(content)
    else if (first === ':') {
      key = last
      if (open.length <= mostDepth) names.add([...open.slice(1), key].join('.'))
    } else if (first === '{' || first === '[') {
      open.push(key)
      key = ''
    } else if (first === '}' || first === ']') open.pop()
    else if (first === ',') key = ''
  }
  const own = [...names].flatMap(name => (below === undefined ? name : nameBelow(name, below)))
  return [...new Set(own.map(name => name.replace(/^(?:\[[^\]]*\]\.?)+/, '')))]
}

/** Strings and comments end with the text where nothing else ends them, so that each character is looked at once. */
const tokens = /"((?:\\[\s\S]|[^"\\])*)"?|\/\/.*|\/\*(?:[^*]|\*(?!\/))*|[{}[\]:,]/g

/** Nothing of ours lies deeper. */
const mostDepth = 6

function nameBelow(name: string, below: string): readonly string[] {
  return name.startsWith(`${below}.`) ? [name.slice(below.length + 1)] : []
}

function unescaped(content: string): string {
  try {
    return JSON.parse(`"${content}"`)
  } catch {
    return content
  }
}
