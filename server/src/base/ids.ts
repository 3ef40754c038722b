/** Ids of jobs. */

/** Source of random bytes, a port. */
export type RandomBytes = (count: number) => Uint8Array

const base32 = 'abcdefghijklmnopqrstuvwxyz234567'

/** `job_` and 16 lower-case base32 characters (80 random bits). */
export function createJobId(randomBytes: RandomBytes): string {
  const bytes = randomBytes(16)
  let id = 'job_'
  for (const byte of bytes) id += base32[byte & 31]
  return id
}
