/** Paths of the files that clients name by URIs, which may be of any scheme and any shape. */
import { fileURLToPath } from 'node:url'
import { failure } from '../base/errors.ts'
import { fail, ok, type Result } from '../base/result.ts'

/** A plain path stands for itself. */
export function pathOfUri(uri: string): Result<string> {
  // One letter before the colon is a drive.
  if (!/^[a-z][a-z\d+.-]+:/i.test(uri)) return ok(uri)
  if (!uri.startsWith('file:')) {
    return fail(failure('path_not_found', `${shorten(uri)} is no file on disk: save it in the workspace first.`))
  }
  try {
    return ok(fileURLToPath(uri))
  } catch {
    const message = `${shorten(uri)} names no file of this machine: give a URI such as file:///folder/signature.yaml.`
    return fail(failure('path_unsafe', message))
  }
}

/** Those that are paths of files, absolute. */
export function pathsOfUris(uris: Iterable<string>): readonly string[] {
  return [...uris]
    .filter(uri => uri.startsWith('file:'))
    .map(pathOfUri)
    .flatMap(path => (path.ok ? [path.value] : []))
}

const longest = 200

function shorten(uri: string): string {
  return uri.length > longest ? `${uri.slice(0, longest)}…` : uri
}
