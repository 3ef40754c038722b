/** Seeded pseudo-random numbers: the same seed gives the same sequence everywhere. */
import { sha256 } from './hash.ts'

export interface Random {
  /** In [0, 1), 32 bits. */
  next(): number
  /** Integer in [0, below). */
  int(below: number): number
  /** A new array in random order (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[]
  /** An index drawn in proportion to `weights` (none negative, sum above 0). */
  weighted(weights: readonly number[]): number
}

/** sfc32, a small fast generator (Doty-Humphrey, PractRand), seeded from the SHA-256 of `seed`. */
export function createRandom(seed: string): Random {
  const digest = sha256(seed)
  let [a, b, c, d] = [0, 8, 16, 24].map(at => Number.parseInt(digest.slice(at, at + 8), 16) | 0) as [
    number,
    number,
    number,
    number,
  ]
  const next = () => {
    const sum = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return (sum >>> 0) / 4294967296
  }
  for (let i = 0; i < 12; i++) next()
  const int = (below: number) => Math.floor(next() * below)
  return {
    next,
    int,
    shuffle<T>(items: readonly T[]): T[] {
      const result = [...items]
      for (let i = result.length - 1; i > 0; i--) {
        const j = int(i + 1)
        const held = result[i] as T
        result[i] = result[j] as T
        result[j] = held
      }
      return result
    },
    weighted(weights) {
      let left = next() * weights.reduce((sum, weight) => sum + weight, 0)
      for (let i = 0; i < weights.length; i++) {
        left -= weights[i] ?? 0
        if (left < 0) return i
      }
      return weights.length - 1
    },
  }
}
