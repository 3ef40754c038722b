/** The user's files: roots, names, what is refused, and writing that never leaves half a file. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Files } from '../../server/src/app/ports.ts'
import { failureOf } from '../../server/src/base/errors.ts'
import type { Result } from '../../server/src/base/result.ts'
import { createFiles } from '../../server/src/files/files.ts'

const isRoot = process.getuid?.() === 0

function createTree(...paths: readonly string[]) {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'signature-tuner-')))
  onTestFinished(() => rmSync(top, { recursive: true, force: true }))
  const at = (path: string) => join(top, path)
  const put = (path: string, text = '') => {
    mkdirSync(dirname(at(path)), { recursive: true })
    if (path.endsWith('/')) mkdirSync(at(path), { recursive: true })
    else writeFileSync(at(path), text)
  }
  for (const path of paths) put(path)
  const filesAt = (cwd: string, root?: string): Files =>
    createFiles({ cwd: at(cwd), home: at('home'), ...(root !== undefined && { root: at(root) }) })
  return { top, at, put, filesAt }
}

async function expectOk<T>(result: Promise<Result<T>>): Promise<T> {
  const settled = await result
  if (!settled.ok) throw new Error(`${settled.error.code}: ${settled.error.message}`)
  return settled.value
}

async function expectFailure(result: Promise<Result<unknown>>) {
  const settled = await result
  if (settled.ok) throw new Error('it succeeded')
  return settled.error
}

describe('the workspace root', () => {
  test.each([
    ['the nearest store wins over a nearer repository', ['w/.signature-tuner/', 'w/a/.git/'], 'w/a/skills/x', 'w'],
    ['else the nearest repository', ['w/.git/', 'w/a/.git/'], 'w/a/skills/x', 'w/a'],
    ['a worktree, whose .git is a file', ['w/.git'], 'w/skills/x', 'w'],
    ['else the folder of the skill', [], 'w/skills/x', 'w/skills/x'],
    ['a file named like the store is none', ['w/.signature-tuner', 'w/.git/'], 'w/skills/x', 'w'],
    ['never the home folder', ['home/.git/', 'home/.signature-tuner/'], 'home/skills/x', 'home/skills/x'],
    ['nor anything above it', ['.git/'], 'home/skills/x', 'home/skills/x'],
  ])('%s', async (_, marks, folder, root) => {
    const { at, filesAt } = createTree(...marks, 'home/', `${folder}/signature.yaml`)
    expect(await expectOk(filesAt('').locate(folder))).toMatchObject({
      root: at(root),
      signaturePath: at(`${folder}/signature.yaml`),
    })
    expect(await expectOk(filesAt(folder).root())).toBe(at(root))
  })

  test.runIf(isRoot)('the search stops at a folder of another owner', async () => {
    const { at, filesAt } = createTree('w/.git/', 'w/theirs/mine/skill/signature.yaml')
    execFileSync('chown', ['12345', at('w/theirs')])
    expect((await expectOk(filesAt('w').locate('theirs/mine/skill'))).root).toBe(at('w/theirs/mine/skill'))
  })
})

describe('locating a skill', () => {
  test('names everything about it, by its folder or its file', async () => {
    const { at, filesAt } = createTree(
      'w/.git/',
      'w/skills/python/async/signature.yaml',
      'w/skills/fast.signature.yaml',
    )
    const files = filesAt('w/skills')
    const location = {
      root: at('w'),
      skillPath: 'skills/python/async/signature.yaml',
      signaturePath: at('w/skills/python/async/signature.yaml'),
      historyPath: at('w/skills/python/async/signature.history.json'),
      defaultSkillId: 'python-async',
      displayPath: 'python/async/signature.yaml',
    }
    expect(await expectOk(files.locate('python/async'))).toEqual(location)
    expect(await expectOk(files.locate('./python/async/'))).toEqual(location)
    expect(await expectOk(files.locate(at('w/skills/python/async/signature.yaml')))).toEqual(location)
    expect(await expectOk(files.locate('fast.signature.yaml'))).toMatchObject({
      historyPath: at('w/skills/fast.signature.history.json'),
      defaultSkillId: 'fast',
    })
    expect(await expectOk(filesAt('w/skills/python').locate('../fast.signature.yaml'))).toMatchObject({
      displayPath: at('w/skills/fast.signature.yaml'),
    })
  })

  test.each([
    ['w/skills/a/signature.yaml', 'a'],
    ['w/skills/a/b.signature.yaml', 'a-b'],
    ['w/prompts/a/signature.yaml', 'a'],
    ['w/prompts/a/b.signature.yaml', 'b'],
    ['w/skills/signature.yaml', 'skills'],
  ])('%s has the skill id %s when it gives none', async (path, id) => {
    const { filesAt } = createTree('w/.git/', path)
    expect((await expectOk(filesAt('').locate(path))).defaultSkillId).toBe(id)
  })

  test('says what is missing and how to go on', async () => {
    const { filesAt } = createTree('w/skills/x/', 'w/notes.yaml')
    const files = filesAt('w')
    expect(await expectFailure(files.locate('skills/y'))).toEqual({
      code: 'path_not_found',
      message: 'skills/y does not exist.',
      path: 'skills/y',
    })
    expect(await expectFailure(files.locate('skills/x'))).toEqual({
      code: 'not_a_skill',
      message: 'skills/x has no signature.yaml; create one with: signature-tuner new skills/x',
      path: 'skills/x',
    })
    expect(await expectFailure(files.locate('notes.yaml'))).toMatchObject({ code: 'not_a_skill' })
  })

  test('a signature that is gone is located by its history, when that is asked for', async () => {
    const { at, filesAt } = createTree(
      'w/.git/',
      'w/skills/x/signature.history.json',
      'w/fast.signature.history.json',
      'w/skills/y/',
      'w/odd/signature.history.json/',
    )
    const files = filesAt('w')
    const expected = {
      ...{ root: at('w'), skillPath: 'skills/x/signature.yaml', displayPath: 'skills/x/signature.yaml' },
      signaturePath: at('w/skills/x/signature.yaml'),
      historyPath: at('w/skills/x/signature.history.json'),
      defaultSkillId: 'x',
    }
    const gone = { mayBeAbsent: true }
    expect(await expectOk(files.locate('skills/x', gone))).toEqual(expected)
    expect(await expectOk(files.locate('skills/x/signature.yaml', gone))).toEqual(expected)
    expect(await expectOk(files.locate('fast.signature.yaml', gone))).toMatchObject({ defaultSkillId: 'fast' })
    expect(await expectFailure(files.locate('skills/x'))).toMatchObject({ code: 'not_a_skill' })
    expect(await expectFailure(files.locate('skills/y', gone))).toMatchObject({ code: 'not_a_skill' })
    expect(await expectFailure(files.locate('odd', gone))).toMatchObject({ code: 'not_a_skill' })
    expect(await expectFailure(files.locate('skills/z', gone))).toMatchObject({ code: 'path_not_found' })
    expect(await expectFailure(files.locate('skills/x/notes.yaml', gone))).toMatchObject({ code: 'path_not_found' })
    symlinkSync(at('nowhere'), at('w/skills/x/signature.yaml'))
    expect(await expectFailure(files.locate('skills/x', gone))).toMatchObject({ code: 'path_not_found' })
  })

  test('a link may lead elsewhere inside the root, never out of it', async () => {
    const { at, filesAt } = createTree('w/.git/', 'w/a/signature.yaml', 'w/b/', 'w/c/', 'secret/signature.yaml')
    symlinkSync(at('w/a/signature.yaml'), at('w/b/signature.yaml'))
    symlinkSync(at('secret/signature.yaml'), at('w/c/signature.yaml'))
    symlinkSync(at('w/a'), at('w/d'))
    const files = filesAt('w')
    expect((await expectOk(files.locate('b'))).skillPath).toBe('b/signature.yaml')
    expect((await expectOk(files.locate('d'))).skillPath).toBe('a/signature.yaml')
    expect(await expectFailure(files.locate('c'))).toMatchObject({ code: 'path_outside_root' })
    expect(await expectFailure(files.readText(at('w/c/signature.yaml')))).toMatchObject({ code: 'path_outside_root' })
    expect(await expectFailure(files.writeText(at('w/c/signature.yaml'), 'x'))).toMatchObject({
      code: 'path_outside_root',
    })
  })

  test('with a fixed root nothing outside is reached, by no trick', async () => {
    const { at, filesAt } = createTree('w/a/signature.yaml', 'w-evil/signature.yaml', 'secret/signature.yaml')
    symlinkSync(at('secret'), at('w/link'))
    const files = filesAt('w', 'w')
    expect((await expectOk(files.locate('a'))).root).toBe(at('w'))
    for (const path of ['../secret', 'a/../../secret', 'a/../a', at('w-evil'), '../w-evil', 'link', at('secret')]) {
      expect((await expectFailure(files.locate(path))).code, path).toBe('path_outside_root')
    }
    for (const path of ['a\0', '', 'x'.repeat(5_000), '\\\\?\\C:\\x', '//./pipe/x']) {
      expect((await expectFailure(files.locate(path))).code, path).toBe('path_unsafe')
    }
    expect((await expectFailure(files.find(['link']))).code).toBe('path_outside_root')
    expect((await expectFailure(files.createText('link/new/x.yaml', ''))).code).toBe('path_outside_root')
    expect(existsSync(at('secret/new'))).toBe(false)
    for (const path of ['../secret/signature.yaml', at('secret/signature.yaml'), 'link/signature.yaml']) {
      expect((await expectFailure(files.locateIn(at('w'), path))).code, path).toBe('path_outside_root')
    }
    expect((await expectOk(files.locateIn(at('w'), 'a/signature.yaml'))).skillPath).toBe('a/signature.yaml')
  })

  test('a path written in a signature must stay below the root', async () => {
    const { at, filesAt } = createTree('w/.git/', 'w/skills/a/signature.yaml', 'w/data/e.jsonl', 'secret.jsonl')
    symlinkSync(at('secret.jsonl'), at('w/skills/a/link.jsonl'))
    const files = filesAt('w')
    const location = await expectOk(files.locate('skills/a'))
    expect(await expectOk(files.resolveInside(location, '../../data/e.jsonl'))).toBe(at('w/data/e.jsonl'))
    for (const path of ['../../../secret.jsonl', 'link.jsonl', at('secret.jsonl'), '../../..']) {
      expect((await expectFailure(files.resolveInside(location, path))).code, path).toBe('path_outside_root')
    }
    expect(await expectFailure(files.resolveInside(location, 'gone.jsonl'))).toMatchObject({
      code: 'path_not_found',
      path: 'skills/a/gone.jsonl',
    })
  })
})

describe('finding signatures', () => {
  test('in order, each once, without dependencies and hidden folders', async () => {
    const { filesAt } = createTree(
      'w/.git/x/signature.yaml',
      'w/node_modules/p/signature.yaml',
      'w/dist/signature.yaml',
      'w/.venv/signature.yaml',
      'w/skills/b/signature.yaml',
      'w/skills/a/signature.yaml',
      'w/skills/a/more.signature.yaml',
      'w/skills/a/notes.yaml',
      'w/skills/signature.yaml/readme',
    )
    const found = await expectOk(filesAt('w').find(['skills/b', '.', 'skills/a/signature.yaml']))
    expect(found.map(location => location.displayPath)).toEqual([
      'skills/b/signature.yaml',
      'skills/a/more.signature.yaml',
      'skills/a/signature.yaml',
    ])
    expect(new Set(found.map(location => location.root)).size).toBe(1)
    expect(await expectOk(filesAt('w').find(['node_modules']))).toHaveLength(1)
    expect((await expectFailure(filesAt('w').find(['nowhere']))).code).toBe('path_not_found')
  })

  test('10,000 are found quickly', async () => {
    const { put, filesAt } = createTree('w/.git/')
    for (let n = 0; n < 10_000; n++) put(`w/skills/group${n % 100}/skill${n % 1_000}/v${n}.signature.yaml`)
    expect(await expectOk(filesAt('w').find(['skills']))).toHaveLength(10_000)
  })
})

describe('reading', () => {
  test('UTF-8 without its byte order mark', async () => {
    const { at, put, filesAt } = createTree()
    put('a.yaml', '\uFEFFname: Ä\r\n')
    expect(await expectOk(filesAt('').readText(at('a.yaml')))).toBe('name: Ä\r\n')
  })

  test('refuses what is no bounded regular file of text', async () => {
    const { at, put, filesAt } = createTree('folder/')
    const files = filesAt('')
    put('big.yaml', 'x'.repeat(101))
    put('latin.yaml')
    writeFileSync(at('latin.yaml'), Buffer.from([0x61, 0xe4, 0x62]))
    execFileSync('mkfifo', [at('fifo.yaml')])
    symlinkSync(at('loop.yaml'), at('loop.yaml'))
    expect(await expectFailure(files.readText(at('big.yaml'), 100))).toMatchObject({
      code: 'path_unsafe',
      message: 'big.yaml is larger than 100 bytes.',
    })
    expect(await expectFailure(files.readText(at('latin.yaml')))).toMatchObject({
      code: 'read_failed',
      message: 'latin.yaml is not UTF-8 text; save it as UTF-8.',
    })
    for (const [path, code] of [
      ['fifo.yaml', 'path_unsafe'],
      ['folder', 'path_unsafe'],
      ['/dev/zero', 'path_unsafe'],
      ['loop.yaml', 'path_unsafe'],
      ['gone.yaml', 'path_not_found'],
      ['big.yaml/below', 'path_not_found'],
    ] as const) {
      expect((await expectFailure(files.readText(path))).code, path).toBe(code)
      expect((await expectFailure(files.openText(path))).code, path).toBe(code)
    }
    truncateSync(at('big.yaml'), 2 * 1024 ** 3)
    expect((await expectFailure(files.openText(at('big.yaml')))).message).toBe('big.yaml is larger than 1 GiB.')
  })

  test('large files come in pieces that split no character', async () => {
    const { at, put, filesAt } = createTree()
    const text = `\uFEFF${'ä€😀'.repeat(100_000)}`
    put('large.jsonl', text)
    const pieces: string[] = []
    for await (const piece of await expectOk(filesAt('').openText(at('large.jsonl')))) pieces.push(piece)
    expect(pieces.length).toBeGreaterThan(2)
    expect(pieces.join('')).toBe(text.slice(1))
    writeFileSync(at('cut.jsonl'), Buffer.from('ä').subarray(0, 1))
    let error: unknown
    try {
      for await (const _ of await expectOk(filesAt('').openText(at('cut.jsonl')))) break
    } catch (thrown) {
      error = thrown
    }
    expect(failureOf(error)).toMatchObject({ code: 'read_failed', path: 'cut.jsonl' })
  })
})

describe('writing', () => {
  test('replaces the whole file and keeps its mode and byte order mark', async () => {
    const { at, put, filesAt } = createTree()
    put('a.yaml', '\uFEFFold')
    chmodSync(at('a.yaml'), 0o640)
    await expectOk(filesAt('').writeText(at('a.yaml'), 'new'))
    expect(readFileSync(at('a.yaml'), 'utf8')).toBe('\uFEFFnew')
    expect(statSync(at('a.yaml')).mode & 0o777).toBe(0o640)
    expect(readdirSync(at(''))).toEqual(['a.yaml'])
  })

  test('never changes the old bytes in place', async () => {
    const { at, put, filesAt } = createTree()
    put('a.yaml', 'old')
    linkSync(at('a.yaml'), at('witness'))
    await expectOk(filesAt('').writeText(at('a.yaml'), 'new'))
    expect(readFileSync(at('witness'), 'utf8')).toBe('old')
  })

  test('a link inside the root stays a link', async () => {
    const { at, put, filesAt } = createTree('w/.git/', 'w/b/')
    put('w/a.yaml', 'old')
    symlinkSync('../a.yaml', at('w/b/signature.yaml'))
    await expectOk(filesAt('w').writeText(at('w/b/signature.yaml'), 'new'))
    expect(readlinkSync(at('w/b/signature.yaml'))).toBe('../a.yaml')
    expect(readFileSync(at('w/a.yaml'), 'utf8')).toBe('new')
  })

  test('creates a file with its folders, and never over another', async () => {
    const { at, filesAt } = createTree()
    const files = filesAt('')
    await expectOk(files.createText('skills/new/signature.yaml', 'text'))
    expect(readFileSync(at('skills/new/signature.yaml'), 'utf8')).toBe('text')
    expect(await expectFailure(files.createText('skills/new/signature.yaml', 'other'))).toEqual({
      code: 'path_exists',
      message: 'skills/new/signature.yaml exists already; nothing was written.',
      path: 'skills/new/signature.yaml',
    })
    expect(readFileSync(at('skills/new/signature.yaml'), 'utf8')).toBe('text')
    expect(readdirSync(at('skills/new'))).toEqual(['signature.yaml'])
    expect((await expectFailure(files.createText('skills/new/signature.yaml/x', ''))).code).toBe('write_failed')
  })

  test.runIf(existsSync('/dev/full') && existsSync('/sys/kernel'))('a disk that refuses is named', async () => {
    const { filesAt } = createTree()
    const error = await expectFailure(filesAt('').createText('/sys/kernel/signature-tuner.yaml', 'x'))
    expect(error).toMatchObject({ code: 'write_failed', path: '/sys/kernel/signature-tuner.yaml' })
  })

  test.runIf(!isRoot)('a read-only file or folder is left alone', async () => {
    const { at, put, filesAt } = createTree()
    put('a/x.yaml', 'old')
    chmodSync(at('a/x.yaml'), 0o444)
    expect((await expectFailure(filesAt('').writeText(at('a/x.yaml'), 'new'))).code).toBe('write_failed')
    chmodSync(at('a/x.yaml'), 0o644)
    chmodSync(at('a'), 0o555)
    const error = await expectFailure(filesAt('').writeText(at('a/x.yaml'), 'new'))
    chmodSync(at('a'), 0o755)
    expect(error).toMatchObject({ code: 'write_failed', path: 'a/x.yaml' })
    expect(readFileSync(at('a/x.yaml'), 'utf8')).toBe('old')
  })
})
