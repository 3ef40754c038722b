/** What a task prompt states: which rules and harms its words hold, how long it is, which examples it quotes. */
import { constants } from './constants.ts'
import type { Rule, WorldShape } from './world.ts'

export interface Reading {
  /** By id of a rule or harm: 1 where its field says it (or the instructions, naming the field), less for the instructions alone, 0 without. */
  effect(id: string): number
  readonly words: number
  /** Texts in quotation marks, for examples learnt by heart. */
  readonly quotes: readonly string[]
}

/** Reads the system message of a task call. */
export function readPrompt(system: string, world: Pick<WorldShape, 'rules' | 'harms'>): Reading {
  const { instructions, fields } = partsOf(system)
  const effects = new Map<string, number>()
  for (const rule of [...world.rules, ...world.harms]) {
    const inField = (fields.get(rule.field) ?? []).some(statement => hears(rule, statement))
    const told = inField ? 1 : effectInInstructions(rule, instructions)
    if (told > 0) effects.set(rule.id, told)
  }
  return {
    effect: id => effects.get(id) ?? 0,
    words: wordCount(system),
    quotes: [...system.matchAll(/["“]([^"”\n]{8,}?)["”]/g)].map(([, text = '']) => text),
  }
}

/** Whether a statement says the rule in any of the wordings that state it. */
export function hears(rule: Pick<Rule, 'heard'>, statement: string): boolean {
  return rule.heard.some(patterns => patterns.every(pattern => pattern.test(statement)))
}

/** Sentences, and lines. */
export function statementsOf(text: string): readonly string[] {
  return text
    .split(/(?<=[.!?])\s+|\n+/)
    .map(statement => statement.trim())
    .filter(statement => statement !== '')
}

export function wordCount(text: string): number {
  return text.split(/\s+/).filter(word => word !== '').length
}

/** Words stand for a field when they hold its name, written with `_` or a space. */
export function names(field: string, statement: string): boolean {
  return new RegExp(`\\b${field.replaceAll('_', '[_ ]')}\\b`, 'i').test(statement)
}

function effectInInstructions(rule: Rule, instructions: string): number {
  let heading: string | undefined
  let effect = 0
  for (const line of instructions.split('\n')) {
    if (isHeading(line)) heading = line
    for (const statement of statementsOf(line)) {
      if (!hears(rule, statement)) continue
      // A list item may name its field at its head and state the rule in a later sentence.
      const named = names(rule.field, line) || (heading !== undefined && names(rule.field, heading))
      effect = Math.max(effect, named ? 1 : constants.task.instructionsEffect)
    }
  }
  return effect
}

function isHeading(line: string): boolean {
  return /^\s*(#+\s|\*\*).*|^[^.]{1,40}:\s*$/.test(line) && wordCount(line) <= 5
}

interface Parts {
  readonly instructions: string
  /** Statements by name of an output; a constraint is one statement besides its sentences. */
  readonly fields: ReadonlyMap<string, readonly string[]>
}

function partsOf(system: string): Parts {
  const [head = '', tail = ''] = system.split('\nOutput fields:\n', 2)
  const [instructions = ''] = head.split('\nInput fields:\n', 1)
  const fields = new Map<string, string[]>()
  let statements: string[] = []
  for (const line of tail.split('\nReply with one JSON object', 1)[0]?.split('\n') ?? []) {
    const field = /^- (\w+) \([^\n]*?\)(?:: (.*))?$/.exec(line)
    if (field !== null) {
      statements = []
      fields.set(field[1] ?? '', statements)
      statements.push(...statementsOf(field[2] ?? ''))
      continue
    }
    const text = line.replace(/^ {2}\* /, '')
    statements.push(...statementsOf(text))
    if (text !== line) statements.push(text)
  }
  return { instructions, fields }
}
