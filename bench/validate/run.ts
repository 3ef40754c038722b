/** Times validation: ten thousand files once, and edits in long files. Run: `node bench/validate/run.ts`. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseSignature } from '../../server/src/signature/document.ts'
import { validateDocument } from '../../server/src/validation/validate.ts'
import { longSignatureText, signatureText } from './generate.ts'

const fileCount = 10_000
const editCount = 100

timeFiles()
for (const lines of [200, 1000, 10_000]) timeEdits(lines)

/** Read, parse and validate, one file after the other on one thread. */
function timeFiles(): void {
  const folder = mkdtempSync(join(tmpdir(), 'signature-bench-'))
  try {
    let lines = 0
    for (let i = 0; i < fileCount; i++) {
      const text = signatureText(i)
      lines += text.split('\n').length
      const skill = join(folder, String(Math.floor(i / 100)), String(i))
      mkdirSync(skill, { recursive: true })
      writeFileSync(join(skill, 'signature.yaml'), text)
    }
    const start = performance.now()
    const cpu = process.cpuUsage()
    let problems = 0
    for (const group of readdirSync(folder)) {
      for (const skill of readdirSync(join(folder, group))) {
        const text = readFileSync(join(folder, group, skill, 'signature.yaml'), 'utf8')
        problems += validateDocument(parseSignature(text)).length
      }
    }
    const seconds = (performance.now() - start) / 1000
    const { user, system } = process.cpuUsage(cpu)
    console.log(`${fileCount} files of ${Math.round(lines / fileCount)} lines on average, one thread:`)
    console.log(
      `  ${seconds.toFixed(2)} s, ${Math.round(fileCount / seconds)} files/s, ${problems} problems (bar: 5 s)`,
    )
    console.log(`  ${(user / 1e6).toFixed(2)} s of CPU in the program, ${(system / 1e6).toFixed(2)} s in the system`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** One character typed in the middle of the file: parsed with the earlier document at hand, and validated. */
function timeEdits(lines: number): void {
  const text = longSignatureText(lines)
  const opening = elapsed(() => validateDocument(parseSignature(text)))
  let document = parseSignature(text)
  let current = text
  const times: number[] = []
  for (let i = 0; i < editCount; i++) {
    const at = current.indexOf('it is', Math.floor((current.length * (i + 1)) / (editCount + 2))) + 5
    current = `${current.slice(0, at)}x${current.slice(at)}`
    times.push(
      elapsed(() => {
        document = parseSignature(current, document)
        validateDocument(document)
      }),
    )
  }
  times.sort((a, b) => a - b)
  const [median, p95] = [0.5, 0.95].map(share => (times[Math.floor(share * times.length)] ?? 0).toFixed(1))
  console.log(`${lines} lines: opening ${opening.toFixed(1)} ms; an edit ${median} ms in the median, ${p95} ms at p95`)
}

function elapsed(run: () => void): number {
  const start = performance.now()
  run()
  return performance.now() - start
}
