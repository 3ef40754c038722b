/** What may be typed for endpoints, keys and folders. */
import { describe, expect, test } from 'vitest'
import { baseUrlProblem, isLoopback, isReadable, keyProblem } from '../../client/src/endpoint.ts'
import { folderProblem, foldersOf, offeredFolder } from '../../client/src/skillFolder.ts'

describe('endpoints', () => {
  test.each(['https://api.example/v1', ' http://127.0.0.1:11434/v1 '])('%j is a base URL', text => {
    expect(baseUrlProblem(text)).toBeUndefined()
  })

  test.each([
    ['', /begins with http/],
    ['api.example/v1', /begins with http/],
    ['file:///etc/passwd', /begins with http/],
    ['https://user:secret@api.example', /user and password/],
    ['https://api.example/v1?key=1', /follows \? or #/],
  ])('%j is none', (text, problem) => {
    expect(baseUrlProblem(text)).toMatch(problem)
  })

  test.each([
    ['http://127.0.0.1:11434', true],
    ['http://127.8.0.1', true],
    ['http://localhost:8000', true],
    ['http://[::1]:8000', true],
    ['http://192.168.0.7', false],
    ['https://localhost.example', false],
    ['https://127.0.0.1.example', false],
  ])('requests to %s stay on the machine: %s', (origin, stays) => {
    expect(isLoopback(origin)).toBe(stays)
  })

  test.each([
    ['http://192.168.0.7', true],
    ['http://localhost:8000', false],
    ['https://api.example', false],
  ])('a key for %s can be read on the way: %s', (origin, readable) => {
    expect(isReadable(origin)).toBe(readable)
  })

  test('a key is one word', () => {
    expect(keyProblem(' sk-1 ')).toBeUndefined()
    expect(keyProblem('sk 1')).toMatch(/no spaces/)
    expect(keyProblem('schlüssel')).toMatch(/plain characters/)
    expect(keyProblem(' ')).toMatch(/Paste/)
  })
})

describe('folders of new skills', () => {
  test.each(['skills/my-skill', 'a', './a/b/', 'skills\\windows', 'größe/x.y'])('%j is one', text => {
    expect(folderProblem(text)).toBeUndefined()
  })

  test.each([
    ['', /Type a folder/],
    ['.', /Type a folder/],
    ['/etc', /starts at the workspace folder/],
    ['C:\\skills', /starts at the workspace folder/],
    ['~/skills', /starts at the workspace folder/],
    ['skills/../../out', /leave out "\.\."/],
    ['skills/x/signature.yaml', /folder only/],
    ['skills/what?', /"what\?" is no name/],
    ['skills/\u0000', /is no name/],
    ['skills/dot./x', /"dot\." begins with a space, or ends/],
  ])('%j is none', (text, problem) => {
    expect(folderProblem(text)).toMatch(problem)
  })

  test('what is offered starts where the menu was opened, with the name to type over', () => {
    const offered = (folder: string, isEmpty: boolean) => {
      const { value, selection } = offeredFolder(folder, isEmpty)
      return `${value.slice(0, selection[0])}<${value.slice(...selection)}>`
    }
    expect(offered('', false)).toBe('skills/<my-skill>')
    expect(offered('skills/support', false)).toBe('skills/support/<my-skill>')
    expect(offered('skills/triage', true)).toBe('skills/<triage>')
  })

  test('names along the path', () => {
    expect(foldersOf(' ./skills\\a//b/ ')).toEqual(['skills', 'a', 'b'])
  })
})
