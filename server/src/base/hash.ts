/** SHA-256 of text, and numbers derived from it. */
import { createHash } from 'node:crypto'

/** Lower-case hex of the SHA-256 of the UTF-8 text. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

/** A number in [0, 1) that depends on the text alone; 48 bits. */
export function hashUnit(text: string): number {
  return Number.parseInt(sha256(text).slice(0, 12), 16) / 2 ** 48
}
