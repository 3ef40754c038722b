/** A client that is not ours: Emacs without a window, with Eglot set up by the text of the README. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createWorkspace } from '../support/cli.ts'

const project = resolve(import.meta.dirname, '../..')
const activate = ['--batch', '-f', 'package-activate-all']
const probe = ['--eval', "(progn (require 'eglot) (require 'yaml-mode))"]
const isThere = spawnSync('emacs', [...activate, ...probe]).status === 0
const reason = isThere ? 'with Eglot' : "not run: 'emacs' with the packages eglot and yaml-mode is not installed"

const driver = `
(require 'cl-lib)
(require 'eglot)
(setq eglot-sync-connect 30)
(defun y-or-n-p (_question) t)
(find-file "skills/python/async/signature.yaml")
(unless (eglot-managed-p) (apply #'eglot--connect (eglot--guess-contact)))
(let* ((server (eglot-current-server))
       (document (list :uri (eglot--path-to-uri buffer-file-name)))
       (start '(:line 0 :character 0))
       (hover (jsonrpc-request server :textDocument/hover
                               (list :textDocument document :position '(:line 12 :character 3)) :timeout 30))
       (actions (jsonrpc-request server :textDocument/codeAction
                                 (list :textDocument document :range (list :start start :end start)
                                       :context '(:diagnostics [])) :timeout 30))
       (tune (plist-get (cl-find "Tune signature" (append actions nil)
                                 :key (lambda (action) (plist-get action :title)) :test #'equal) :command))
       (job (jsonrpc-request server :workspace/executeCommand
                             (list :command (plist-get tune :command) :arguments (plist-get tune :arguments))
                             :timeout 60)))
  (let ((report (json-encode
                 (list :mode (symbol-name major-mode)
                       :hover (plist-get (plist-get hover :contents) :value)
                       :tuned (plist-get (plist-get job :result) :tuned)
                       :text (buffer-substring-no-properties (point-min) (point-max))))))
    (with-temp-file (expand-file-name "report.json" (getenv "HOME")) (insert report))))
(kill-emacs 0)
`

test.skipIf(!isThere)(
  `hovers and tuning by code action work in a foreign client (${reason})`,
  async () => {
    const workspace = createWorkspace()
    const { root } = workspace
    workspace.copySkill('python/async')
    const folder = join(root, 'skills/python/async')
    const before = readFileSync(join(folder, 'signature.yaml'), 'utf8')
    const readme = readFileSync(join(project, 'README.md'), 'utf8')
    workspace.write('init.el', /```elisp\n([\s\S]*?)```/.exec(readme)?.[1] ?? '')
    workspace.write('driver.el', driver)
    mkdirSync(join(root, 'bin'))
    symlinkSync(join(project, 'dist/bin.cjs'), join(root, 'bin/signature-tuner'))
    const path = [join(root, 'bin'), dirname(process.execPath), process.env.PATH].join(delimiter)
    const editor = spawn('emacs', [...activate, '-l', 'init.el', '-l', 'driver.el'], {
      cwd: root,
      env: { PATH: path, HOME: root, LANG: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    onTestFinished(() => void editor.kill('SIGKILL'))
    let said = ''
    for (const stream of [editor.stdout, editor.stderr]) stream.on('data', chunk => (said += String(chunk)))
    await new Promise(done => editor.on('close', done))
    expect(existsSync(join(root, 'report.json')), said).toBe(true)
    const { text, ...report } = JSON.parse(readFileSync(join(root, 'report.json'), 'utf8'))
    expect(report).toEqual({
      mode: 'skill-signature-mode',
      hover: expect.stringContaining('**answer** · output'),
      tuned: true,
    })
    const history = JSON.parse(readFileSync(join(folder, 'signature.history.json'), 'utf8'))
    expect(history.signature_history.map(({ signature }: { signature: string }) => signature)).toEqual([before, text])
    expect(text).not.toBe(before)
  },
  90_000,
)
