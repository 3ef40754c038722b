/** `json_match`: the share of leaves, by path, that two structures have in common. */
import { z } from 'zod'
import type { Scorer } from './scorer.ts'
import { right } from './scorer.ts'
import { expectedGot, shown, tidied } from './wording.ts'

export const jsonMatchOptions = z.strictObject({})

const mostDifferencesShown = 4

export function jsonMatch(): Scorer {
  return (gold, got) => {
    const [expected, actual] = [parsed(gold), parsed(got)]
    if (typeof got === 'string' && actual === got && typeof expected === 'object') {
      return { score: 0, feedback: expectedGot(gold, got, 'the answer is not valid JSON') }
    }
    const [expectedLeaves, actualLeaves] = [leavesOf(expected), leavesOf(actual)]
    const differences: string[] = []
    for (const [path, leaf] of expectedLeaves) {
      if (!actualLeaves.has(path)) differences.push(`${named(path)} is missing (expected ${shown(leaf)})`)
      else if (!sameLeaf(leaf, actualLeaves.get(path))) {
        differences.push(`${named(path)} expected ${shown(leaf)}, got ${shown(actualLeaves.get(path))}`)
      }
    }
    const matched = expectedLeaves.size - differences.length
    let extra = 0
    for (const [path, leaf] of actualLeaves) {
      if (expectedLeaves.has(path)) continue
      extra++
      differences.push(`${named(path)} is not expected (got ${shown(leaf)})`)
    }
    if (differences.length === 0) return right
    const total = expectedLeaves.size + extra
    const more = differences.length - mostDifferencesShown
    const list = differences.slice(0, mostDifferencesShown).join('; ') + (more > 0 ? `; and ${more} more` : '')
    return { score: matched / total, feedback: `${matched} of ${total} leaves match: ${list}.` }
  }
}

/** Text that holds JSON is compared by what it holds. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

/** Scalars and empty lists and objects by path, as `items[0].price`; the path of the value itself is empty. */
function leavesOf(value: unknown): ReadonlyMap<string, unknown> {
  const leaves = new Map<string, unknown>()
  const open: Array<readonly [string, unknown]> = [['', value]]
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const [path, item] = entry
    if (typeof item !== 'object' || item === null) {
      leaves.set(path, item)
      continue
    }
    const members = Object.entries(item)
    if (members.length === 0) leaves.set(path, item)
    for (const [key, member] of members.reverse()) {
      open.push([Array.isArray(item) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`, member])
    }
  }
  return leaves
}

function sameLeaf(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string') return tidied(a) === tidied(b)
  return a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b))
}

function named(path: string): string {
  return path === '' ? 'the value' : path.length > 60 ? `${path.slice(0, 59)}…` : path
}
