/** A client that is not ours: Neovim without a window, set up by the text of the README. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createWorkspace, shoutSignature, type Workspace } from '../support/cli.ts'

const project = resolve(import.meta.dirname, '../..')
const version = Number(/^NVIM v0\.(\d+)/.exec(spawnSync('nvim', ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1])
const reason = Number.isNaN(version) ? "not run: 'nvim' is not installed" : `with Neovim 0.${version}`

/** The configuration in the README for the version that is installed. */
function configuration(): string {
  const readme = readFileSync(join(project, 'README.md'), 'utf8')
  const [upTo010, from011] = [...readme.matchAll(/```lua\n([\s\S]*?)```/g)].map(match => match[1])
  return (version >= 11 ? from011 : upTo010) ?? ''
}

/** What the driver reports. */
interface Report {
  readonly clients: readonly string[]
  readonly diagnostics: readonly { readonly code: string; readonly lnum: number; readonly col: number }[]
  readonly hover: string
  readonly mended: number
}

const driver = `
vim.cmd('edit skills/shout/signature.yaml')
local buffer = vim.api.nvim_get_current_buf()
local function errors() return vim.diagnostic.get(buffer, { severity = vim.diagnostic.severity.ERROR }) end
local report = { diagnostics = {}, clients = {} }
vim.wait(20000, function() return #errors() > 0 end, 10)
for _, found in ipairs(errors()) do
  table.insert(report.diagnostics, { code = found.code, lnum = found.lnum, col = found.col })
end
for _, client in pairs(vim.lsp.buf_get_clients(buffer)) do table.insert(report.clients, client.name) end
local params = { textDocument = vim.lsp.util.make_text_document_params(buffer), position = { line = 3, character = 3 } }
for _, answer in pairs(vim.lsp.buf_request_sync(buffer, 'textDocument/hover', params, 20000) or {}) do
  report.hover = answer.result and answer.result.contents.value
end
vim.api.nvim_buf_set_lines(buffer, 3, 4, false, { '  word: { type: str, desc: A 😀 word }' })
vim.wait(20000, function() return #errors() == 0 end, 10)
report.mended = #errors()
vim.fn.writefile({ vim.fn.json_encode(report) }, 'report.json')
vim.cmd('qall!')
`

/** Runs the driver in the workspace; what it reported. */
async function runNeovim(workspace: Workspace, script: string) {
  const { root } = workspace
  workspace.write('init.lua', configuration())
  workspace.write('driver.lua', script)
  mkdirSync(join(root, 'bin'))
  symlinkSync(join(project, 'dist/bin.cjs'), join(root, 'bin/signature-tuner'))
  const path = [join(root, 'bin'), dirname(process.execPath), process.env.PATH].join(delimiter)
  const home = join(root, '.home')
  const editor = spawn('nvim', ['--headless', '--clean', '-n', '-u', 'init.lua', '-c', 'luafile driver.lua'], {
    cwd: root,
    env: { PATH: path, HOME: home, XDG_STATE_HOME: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home, LANG: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void editor.kill('SIGKILL'))
  let said = ''
  for (const stream of [editor.stdout, editor.stderr]) stream.on('data', chunk => (said += String(chunk)))
  await new Promise(done => editor.on('close', done))
  expect(existsSync(join(root, 'report.json')), said).toBe(true)
  return JSON.parse(readFileSync(join(root, 'report.json'), 'utf8'))
}

test.skipIf(Number.isNaN(version))(
  `diagnostics and hovers reach a foreign client (${reason})`,
  async () => {
    const workspace = createWorkspace()
    workspace.write('skills/shout/examples.jsonl', '{"word":"a","loud":"A"}')
    workspace.write('skills/shout/signature.yaml', shoutSignature.replace('desc: A word', 'descr: A word'))
    const report: Report = await runNeovim(workspace, driver)
    expect(report).toEqual({
      clients: [version >= 11 ? 'signature_tuner' : 'signature-tuner'],
      diagnostics: [{ code: 'unknown-key', lnum: 3, col: 21 }],
      hover: expect.stringContaining('**word**'),
      mended: 0,
    })
  },
  90_000,
)

const tuneDriver = `
vim.cmd('edit skills/python/async/signature.yaml')
local buffer = vim.api.nvim_get_current_buf()
local document = vim.lsp.util.make_text_document_params(buffer)
local line = { line = 3, character = 0 }
local params = { textDocument = document, range = { start = line, ['end'] = line }, context = { diagnostics = {} } }
local function ask(method, given)
  for _, answer in pairs(vim.lsp.buf_request_sync(buffer, method, given, 60000) or {}) do return answer.result end
end
vim.wait(20000, function() return #vim.lsp.buf_get_clients(buffer) > 0 end, 10)
local command
for _, action in ipairs(ask('textDocument/codeAction', params) or {}) do
  if action.title == 'Tune signature' then command = action.command end
end
local job = ask('workspace/executeCommand', command)
local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
local report = { tuned = job.result.tuned, version = job.result.signature_version, text = table.concat(lines, '\\n') .. '\\n' }
vim.fn.writefile({ vim.fn.json_encode(report) }, 'report.json')
vim.cmd('qall!')
`

test.skipIf(Number.isNaN(version))(
  `tuning by code action ends in an edit of the buffer (${reason})`,
  async () => {
    const workspace = createWorkspace()
    workspace.copySkill('python/async')
    const folder = join(workspace.root, 'skills/python/async')
    const before = readFileSync(join(folder, 'signature.yaml'), 'utf8')
    const { text, ...report } = await runNeovim(workspace, tuneDriver)
    expect(report).toEqual({ tuned: true, version: 2 })
    expect(text).not.toBe(before)
    const history = JSON.parse(readFileSync(join(folder, 'signature.history.json'), 'utf8'))
    expect(history.signature_history.map(({ signature }: { signature: string }) => signature)).toEqual([before, text])
  },
  90_000,
)
