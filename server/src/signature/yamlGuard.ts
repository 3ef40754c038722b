/** The bounds of what is parsed: ends hostile YAML before the parser recurses into it. */
import type { YamlIssue } from './yamlNode.ts'

/** Of one piece: more would hold an editor for longer than a person waits. */
const maxTokens = 100_000
/** UTF-16 code units of one text, for the same reason. */
const maxScalar = 2 * 1024 * 1024
export const maxDepth = 64
const maxIndent = 400

interface Guard {
  tokens: number
  limit: YamlIssue | undefined
  exceeded(lexeme: string): boolean
}

/** Watches the tokens go by, so that hostile nesting ends before the parser recurses into it. */
export function createGuard(): Guard {
  let offset = 0
  let flow = 0
  let indicators = 0
  let atScalar = false
  let atLineStart = true
  const tooDeep = () => limitIssue(`YAML may nest at most ${maxDepth} deep`, offset)
  return {
    tokens: 0,
    limit: undefined,
    exceeded(lexeme) {
      if (++this.tokens > maxTokens) this.limit = limitIssue('the file holds too much YAML to read', offset)
      if (lexeme.length > maxScalar) this.limit = limitIssue('a text may hold at most 2 MiB, shorten it', offset)
      const wasScalar = atScalar
      atScalar = false
      if (wasScalar) atLineStart = false
      else {
        switch (lexeme.charCodeAt(0)) {
          case 0x1f: // announces a scalar
            atScalar = true
            return this.limit !== undefined
          case 0x02: // announces a document
            return this.limit !== undefined
          case 0x18: // an unfinished flow collection ends
            flow = 0
            return this.limit !== undefined
          case 0x0a:
          case 0x0d:
            atLineStart = true
            indicators = 0
            break
          case 0x20:
            if (atLineStart && lexeme.length > maxIndent) this.limit = tooDeep()
            break
          case 0x5b: // [
          case 0x7b: // {
            if (++flow > maxDepth) this.limit = tooDeep()
            break
          case 0x5d: // ]
          case 0x7d: // }
            if (flow > 0) flow--
            break
          case 0x2d: // -
          case 0x3a: // :
          case 0x3f: // ?
            if (flow === 0 && ++indicators > maxDepth) this.limit = tooDeep()
            break
          default:
            atLineStart = false
        }
      }
      offset += lexeme.length
      return this.limit !== undefined
    },
  }
}

export function limitIssue(message: string, offset: number): YamlIssue {
  return { code: 'yaml-limit', message, span: { start: offset, end: offset + 1 } }
}
