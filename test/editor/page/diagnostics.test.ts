/** A person opens a signature with a mistake in it and sees it marked. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { takePicture } from '../openEditor.ts'
import { openFile } from '../window.ts'
import { openWindow } from './openWindow.ts'

const skill = 'skills/python/async/signature.yaml'

test('a mistake is underlined', async () => {
  const editor = await openWindow({
    prepare: workspace => {
      const file = join(workspace, skill)
      writeFileSync(file, readFileSync(file, 'utf8').replace('threshold: 0.75', 'threshold: 7'))
    },
  })
  const text = await openFile(editor, skill)
  await text.locator('.squiggly-error').first().waitFor()
  expect(await text.locator('.squiggly-error').count()).toBe(1)
  await takePicture(editor.page, 'diagnostics')
})
