/** Editing over a real stdio session: completion, names, the outline and formatting, each once from end to end. */
import { describe, expect, test } from 'vitest'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { createWorkspace, shoutSignature } from '../support/cli.ts'
import { extractCursor } from '../support/fixture.ts'
import { type LspClient, startLspClient } from '../support/lspClient.ts'

const path = 'skills/shout/signature.yaml'
const examples = '{"word":"a","loud":"A"}\n{"loud":"word","word":"b"}\n'

async function openAt(client: LspClient, marked: string) {
  const { text, offset } = extractCursor(marked)
  await client.open(path, text)
  return { text, offset }
}

function applied(text: string, edits: Parameters<typeof TextDocument.applyEdits>[1]): string {
  return TextDocument.applyEdits(TextDocument.create('file:///a', '', 1, text), edits)
}

describe('completion', () => {
  const snippetSupport = { textDocument: { completion: { completionItem: { snippetSupport: true } } } }
  const start = shoutSignature.replace('field: loud', 'fie$0')

  test('brings snippets where the client has them, and plain text elsewhere', async () => {
    const client = await startLspClient(createWorkspace(), { capabilities: snippetSupport })
    const { text, offset } = await openAt(client, start)
    const [field] = await client.ask('textDocument/completion', path, offset)
    expect(field).toMatchObject({ label: 'field', insertTextFormat: 2, textEdit: { newText: `field: \${1:loud}` } })
    expect(field.documentation.value).toBe('The output it reads.')

    const plain = await startLspClient(createWorkspace())
    await openAt(plain, start)
    const [bare] = await plain.ask('textDocument/completion', path, offset)
    expect(bare.insertTextFormat).toBe(1)
    expect(applied(text, [bare.textEdit])).toBe(shoutSignature)
  })

  test("offers the files of the skill's folder", async () => {
    const workspace = createWorkspace()
    workspace.write('skills/shout/examples.jsonl', examples)
    workspace.write('skills/shout/more/old.csv', '')
    workspace.write('skills/shout/score.mjs', '')
    const client = await startLspClient(workspace)
    const { offset } = await openAt(client, shoutSignature.replace('examples.jsonl', '$0'))
    const items = await client.ask('textDocument/completion', path, offset)
    expect(items.map(({ label }: { label: string }) => label)).toEqual(['examples.jsonl', 'more/old.csv'])
  })

  test('of a whole signature is named by its folder', async () => {
    const client = await startLspClient(createWorkspace())
    await openAt(client, '$0')
    const [first] = await client.ask('textDocument/completion', path, 0)
    expect(first.textEdit.newText).toMatch(/^name: Shout\n/)
  })
})

describe('names', () => {
  const capabilities = {
    workspace: { workspaceEdit: { documentChanges: true, changeAnnotationSupport: {} } },
    textDocument: { rename: { prepareSupport: true } },
  }

  test('are found and renamed in the signature and its examples, with a question about plain words', async () => {
    const workspace = createWorkspace()
    workspace.write('skills/shout/examples.jsonl', examples)
    const client = await startLspClient(workspace, { capabilities })
    const { text, offset } = await openAt(client, shoutSignature.replace('  word:', '  wo$0rd:'))
    const places = await client.ask('textDocument/references', path, offset, { context: { includeDeclaration: true } })
    expect(places).toHaveLength(6)
    const highlights = await client.ask('textDocument/documentHighlight', path, offset)
    expect(highlights.map(({ kind }: { kind: number }) => kind)).toEqual([2, 3, 2, 2])
    expect(await client.ask('textDocument/prepareRename', path, offset)).toMatchObject({ placeholder: 'word' })

    const edit = await client.ask('textDocument/rename', path, offset, { newName: 'term' })
    const [here, there] = edit.documentChanges
    expect(here.textDocument).toEqual({ uri: client.uriOf(path), version: 1 })
    expect(here.edits.filter((change: { annotationId?: string }) => change.annotationId === 'word')).toHaveLength(3)
    expect(edit.changeAnnotations.word.needsConfirmation).toBe(true)
    expect(applied(text, here.edits)).toContain('  term: { type: str, desc: A term }')
    expect(there.textDocument.uri).toBe(client.uriOf('skills/shout/examples.jsonl'))
    expect(applied(examples, there.edits)).toBe('{"term":"a","loud":"A"}\n{"loud":"word","term":"b"}\n')
  })

  test('renaming is refused with a sentence where it cannot be done whole', async () => {
    const workspace = createWorkspace()
    workspace.write('skills/shout/examples.jsonl', '{"word":"a"}\n{"word":\n')
    const client = await startLspClient(workspace)
    const { offset } = await openAt(client, shoutSignature.replace('  word:', '  wo$0rd:'))
    const refused = (newName: string) => client.ask('textDocument/rename', path, offset, { newName })
    await expect(refused('term')).rejects.toThrow('examples.jsonl is broken in line 2: mend it first.')
    await expect(refused('class')).rejects.toThrow("The name 'class' is a keyword of Python.")
    workspace.write('skills/shout/examples.jsonl', '{"word":"a","term":"b"}')
    await expect(refused('term')).rejects.toThrow("examples.jsonl holds a key 'term' already.")
    workspace.write('skills/shout/examples.jsonl', `{"word":"${'a'.repeat(2 ** 21)}"}\n`)
    await expect(refused('term')).rejects.toThrow('is larger than 2 MiB')
  })

  test('lead from a metric to the output', async () => {
    const client = await startLspClient(createWorkspace())
    const { offset } = await openAt(client, shoutSignature.replace('field: loud', 'field: lo$0ud'))
    const found = await client.ask('textDocument/definition', path, offset)
    expect(found).toMatchObject({ uri: client.uriOf(path), range: { start: { line: 5, character: 2 } } })
  })
})

describe('the outline', () => {
  test('symbols, folds, selections, links and tokens', async () => {
    const workspace = createWorkspace()
    workspace.write('skills/shout/examples.jsonl', examples)
    const client = await startLspClient(workspace)
    await client.open(path, shoutSignature)
    const symbols = await client.ask('textDocument/documentSymbol', path)
    expect(symbols[2]).toMatchObject({ name: 'inputs', children: [{ name: 'word', detail: 'str' }] })
    expect(await client.ask('textDocument/foldingRange', path)).toContainEqual({
      startLine: 2,
      endLine: 3,
      kind: 'region',
    })
    const positions = [{ line: 3, character: 25 }]
    const [selection] = await client.ask('textDocument/selectionRange', path, undefined, { positions })
    expect(selection.parent.parent).toBeDefined()
    const [link] = await client.ask('textDocument/documentLink', path)
    expect(link.target).toBe(client.uriOf('skills/shout/examples.jsonl'))
  })

  test('tokens come whole, in part, and as what changed', async () => {
    const client = await startLspClient(createWorkspace())
    await client.open(path, shoutSignature)
    const full = await client.ask('textDocument/semanticTokens/full', path)
    expect(full.data.slice(0, 5)).toEqual([0, 0, 4, 0, 0])
    const range = { start: { line: 7, character: 0 }, end: { line: 7, character: 90 } }
    const part = await client.ask('textDocument/semanticTokens/range', path, undefined, { range })
    expect(part.data.slice(0, 5)).toEqual([7, 2, 10, 6, 1])
    const typed = shoutSignature.replace('type: str, desc: A word', 'type: int, desc: A word')
    await client.change(path, typed.replace('  word:', '  words:'))
    const previousResultId = full.resultId
    const delta = await client.ask('textDocument/semanticTokens/full/delta', path, undefined, { previousResultId })
    const [edit] = delta.edits
    const patched = [...full.data]
    patched.splice(edit.start, edit.deleteCount, ...edit.data)
    expect(patched).toEqual((await client.ask('textDocument/semanticTokens/full', path)).data)
    expect(edit.data.length).toBeLessThan(20)
  })
})

describe('formatting', () => {
  const options = { tabSize: 2, insertSpaces: true }

  test('of the file, of a part and on Enter', async () => {
    const client = await startLspClient(createWorkspace())
    const messy = shoutSignature.replace('name: Shout', 'name:   Shout ').replace('\n  word: ', '\n    word:   ')
    await client.open(path, messy)
    expect(applied(messy, await client.ask('textDocument/formatting', path, undefined, { options }))).toBe(
      shoutSignature,
    )
    const range = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } }
    const part = await client.ask('textDocument/rangeFormatting', path, undefined, { range, options })
    expect(applied(messy, part)).toBe(messy.replace('name:   Shout ', 'name: Shout'))
    const typed = 'inputs:\n  a:\n    constraints:\n    '
    await client.change(path, typed)
    const more = { ch: '\n', options }
    const enter = await client.ask('textDocument/onTypeFormatting', path, typed.length, more)
    expect(applied(typed, enter)).toBe('inputs:\n  a:\n    constraints:\n      - ')
    await client.change(path, 'name: [')
    expect(await client.ask('textDocument/formatting', path, undefined, { options })).toEqual([])
  })
})
