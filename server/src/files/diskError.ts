/** What the system said about a file, as a failure. */
import { errorCode, type Failure, failure } from '../base/errors.ts'

/** Of reading or looking up `path`; `shown` is how the user would type it. */
export function readFailure(error: unknown, shown: string): Failure {
  switch (errorCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return failure('path_not_found', `${shown} does not exist.`, shown)
    case 'EACCES':
    case 'EPERM':
      return failure('read_failed', `${shown} cannot be read: permission denied.`, shown)
    case 'ELOOP':
      return failure('path_unsafe', `${shown} is a symbolic link that leads in circles or changed just now.`, shown)
    case 'ENAMETOOLONG':
      return failure('path_unsafe', `${shown.slice(0, 60)}… is too long for a path.`)
    default:
      return failure('read_failed', `${shown} cannot be read (${reason(error)}).`, shown)
  }
}

/** Of writing `path`. */
export function writeFailure(error: unknown, shown: string): Failure {
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return failure('disk_full', `${shown} cannot be written: the disk is full.`, shown)
    case 'EACCES':
    case 'EPERM':
      return failure('write_failed', `${shown} cannot be written: permission denied.`, shown)
    case 'EROFS':
      return failure('write_failed', `${shown} cannot be written: the disk is read-only.`, shown)
    default:
      return failure('write_failed', `${shown} cannot be written (${reason(error)}).`, shown)
  }
}

function reason(error: unknown): string {
  return errorCode(error) ?? (error instanceof Error ? error.message : String(error))
}
