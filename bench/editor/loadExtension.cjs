// Loads and activates the extension with an editor that answers anything, and prints how many milliseconds each took.
const Module = require('node:module')
const { join } = require('node:path')

/** Whatever is asked of it, called or made from it, is there. */
function stub() {
  const members = new Map()
  return new Proxy(function () {}, {
    get(target, name) {
      if (name === Symbol.toPrimitive) return () => ''
      if (name === Symbol.iterator) return () => [][Symbol.iterator]()
      if (name === 'then') return undefined
      // Classes of the extension may extend it.
      if (name === 'prototype') return target.prototype
      if (!members.has(name)) members.set(name, stub())
      return members.get(name)
    },
    set(_target, name, value) {
      members.set(name, value)
      return true
    },
    apply: stub,
    construct: stub,
  })
}

const original = Module._load
// A bundle copies the names that the module owns.
const editor = Object.fromEntries(
  ['CancellationError', 'CancellationTokenSource', 'commands', 'CommentMode', 'CommentThreadCollapsibleState']
    .concat(['comments', 'ConfigurationTarget', 'Disposable', 'env', 'EventEmitter', 'languages', 'lm', 'Location'])
    .concat(['MarkdownString', 'ProgressLocation', 'QuickPickItemKind', 'Range', 'RelativePattern', 'StatusBarAlignment'])
    .concat(['TabInputTextDiff', 'TestMessage', 'TestRunProfileKind', 'TestRunRequest', 'tests', 'ThemeColor', 'ThemeIcon'])
    .concat(['TreeItem', 'TreeItemCollapsibleState', 'Uri', 'ViewColumn', 'window', 'workspace'])
    .map(name => [name, stub()]),
)
Module._load = (request, ...rest) => (request === 'vscode' ? editor : original(request, ...rest))
const start = performance.now()
const extension = require(join(__dirname, '../../dist/extension.cjs'))
const loaded = performance.now()
extension.activate(stub())
const activated = performance.now()
console.log(`${(loaded - start).toFixed(2)} ${(activated - loaded).toFixed(2)}`)
process.exit(0)
