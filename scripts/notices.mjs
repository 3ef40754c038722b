// Writes the licences of everything that is shipped inside the bundles, taken from what esbuild says it bundled.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const rule = '-'.repeat(100)
const head = `Signature Tuner contains the software named below, under the licences that follow.

better-sqlite3 contains SQLite, whose authors have dedicated its code to the public domain
(https://www.sqlite.org/copyright.html).
`

/** `metafile` is esbuild's; a package without a licence text is an error, since it could not be shipped. */
export function writeNotices(project, metafile, file) {
  // The driver is shipped beside the bundles.
  const folders = new Set(['node_modules/better-sqlite3'])
  for (const path of Object.keys(metafile.inputs)) {
    const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]
    if (folder) folders.add(folder)
  }
  const notices = [...folders].sort((one, other) => one.localeCompare(other)).map(folder => notice(project, folder))
  writeFileSync(file, [head, ...new Set(notices)].join(`\n${rule}\n\n`))
}

function notice(project, folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(project, folder, 'package.json'), 'utf8'))
  const text = licenceOf(join(project, folder))
  if (!text) throw new Error(`${folder} is bundled, but has no licence file: see whether it may be shipped.`)
  return `${name} ${version} (${license})\n\n${text.replaceAll('\r\n', '\n').trim()}\n`
}

function licenceOf(folder) {
  const name = readdirSync(folder).find(entry => /^(licen[cs]e|copying)(\.|-|$)/i.test(entry))
  return name && existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : undefined
}
