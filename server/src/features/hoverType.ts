/** Hovers of types: what an expression of the type language means, in words. */
import { type FieldType, formatType } from '../signature/types.ts'
import { code, codeOfValue } from './markdown.ts'

/** The first `written` is as it stands in the file; nothing is said of what is no type. */
export function typeHover(type: FieldType | undefined, written: string | undefined): readonly string[] {
  if (type === undefined || written === undefined) return []
  const formal = formatType(type)
  const plain = formal === written.trim() ? '' : `, in full ${code(formal, 120)}`
  return [`${code(written, 120)}: ${inWords(type)}${plain}.`]
}

/** As many values of a Literal as fit a glance. */
const mostValues = 12

function inWords(type: FieldType): string {
  switch (type.kind) {
    case 'str':
      return 'text'
    case 'int':
      return 'a whole number'
    case 'float':
      return 'a number'
    case 'bool':
      return 'true or false'
    case 'date':
      return 'a day, written as 2026-01-31'
    case 'list':
      return `a list in order, each item ${inWords(type.item)}`
    case 'dict':
      return `values by name, each ${inWords(type.value)}`
    case 'optional':
      return `${inWords(type.item)}, or nothing`
    case 'literal': {
      const more = type.values.length > mostValues ? ` or ${type.values.length - mostValues} others` : ''
      return `one of ${type.values
        .slice(0, mostValues)
        .map(value => codeOfValue(value, 40))
        .join(', ')}${more}`
    }
    case 'object':
      return `an object with ${type.fields
        .slice(0, mostValues)
        .map(({ name }) => code(name, 40))
        .join(', ')}`
  }
}
