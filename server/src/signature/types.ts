/** The type language of fields: Python's typing words, parsed, printed and checked. */
export type FieldType =
  | { readonly kind: 'str' | 'int' | 'float' | 'bool' | 'date' }
  | { readonly kind: 'list'; readonly item: FieldType }
  | { readonly kind: 'dict'; readonly value: FieldType }
  | { readonly kind: 'literal'; readonly values: readonly (string | number | boolean)[] }
  | { readonly kind: 'optional'; readonly item: FieldType }
  | { readonly kind: 'object'; readonly fields: readonly ObjectField[] }

/** A field of a nested object. */
export interface ObjectField {
  readonly name: string
  readonly type: FieldType
  readonly desc: string
}
