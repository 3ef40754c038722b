/** Starting the program: what it keeps for the next start, and where. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createWorkspace } from '../support/cli.ts'

/** All names below a folder. */
const below = (folder: string) => readdirSync(folder, { recursive: true }).map(String)

describe('compiled code', () => {
  test('is kept in the cache of the user', async () => {
    const workspace = createWorkspace()
    const ran = await workspace.run(['--version'], { XDG_CACHE_HOME: workspace.root })
    expect(ran.status).toBe(0)
    expect(below(join(workspace.root, 'signature-tuner/compiled')).length).toBeGreaterThan(1)
  })

  test('goes below the home without a folder for caches, and never where the program was started', async () => {
    const workspace = createWorkspace()
    workspace.write('.home/own.txt', '')
    await workspace.run(['--version'], { XDG_CACHE_HOME: 'relative' })
    expect(below(join(workspace.root, '.home/.cache/signature-tuner/compiled')).length).toBeGreaterThan(1)
    expect(readdirSync(workspace.root).sort()).toEqual(['.git', '.home'])
    const homeless = createWorkspace()
    const ran = await homeless.run(['--version'], { XDG_CACHE_HOME: '', HOME: 'home' })
    expect(ran.status).toBe(0)
    expect(readdirSync(homeless.root)).toEqual(['.git'])
  })

  test('is done without where it cannot be kept', async () => {
    const ran = await createWorkspace().run(['--version'], { XDG_CACHE_HOME: '/proc/none' })
    expect(ran).toMatchObject({ status: 0, stderr: '' })
  })
})
