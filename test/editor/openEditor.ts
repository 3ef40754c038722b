/** Opens the workbench as a person has it: a server with the packaged extension, and a browser that shows it. */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { findChromium } from './chromium.ts'
import { type Server, type ServerOptions, startServer } from './server.ts'

export interface EditorOptions extends ServerOptions {
  /** Pixels; 1280 by 800 unless told. */
  readonly size?: { readonly width: number; readonly height: number }
  /** Opens this workspace file beside the folder instead of the folder. */
  readonly workspaceFile?: string
  /** An extension under development and its test module, run by the extension host; `onLog` receives its console. */
  readonly tests?: ExtensionTests
}

export interface ExtensionTests {
  readonly folder: string
  readonly module: string
  readonly onLog: (line: string) => void
  readonly onExit: (code: number) => void
}

export interface Editor extends Server {
  readonly page: Page
}

/** `stop` closes the browser, the server and what it started, and removes their folders. */
export async function openEditor(options: EditorOptions = {}): Promise<Editor> {
  const server = await startServer({ ...options, loadsTests: options.tests !== undefined })
  let browser: Browser | undefined
  const stop = async () => {
    await browser?.close()
    await server.stop()
  }
  try {
    browser = await launch()
    const context = await browser.newContext({ viewport: options.size ?? { width: 1280, height: 800 } })
    // Patient enough for a busy machine.
    context.setDefaultTimeout(120_000)
    const page = await context.newPage()
    await exposeTests(page, options.tests)
    await page.goto(`http://${server.address}/?${query(server, options)}`)
    if (options.tests === undefined) await page.locator('.monaco-workbench .explorer-folders-view').waitFor()
    return { ...server, page, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync'],
    ],
  })
}

function query(server: Server, { tests, workspaceFile }: EditorOptions): string {
  const remote = (path: string) => `vscode-remote://${server.address}${path}`
  const parameters = new URLSearchParams(
    workspaceFile === undefined
      ? { folder: server.workspace }
      : { workspace: join(dirname(server.workspace), workspaceFile) },
  )
  if (tests !== undefined) {
    const payload = [
      ['extensionDevelopmentPath', remote(tests.folder)],
      ['extensionTestsPath', remote(tests.module)],
    ]
    parameters.set('payload', JSON.stringify(payload))
  }
  return parameters.toString()
}

async function exposeTests(page: Page, tests: ExtensionTests | undefined): Promise<void> {
  if (tests === undefined) return
  await page.exposeFunction('codeAutomationLog', (_type: string, values: readonly unknown[]) =>
    tests.onLog(values.join(' ')),
  )
  await page.exposeFunction('codeAutomationExit', tests.onExit)
}

/** Saves a picture of the window where the run was given a folder for them. */
export async function takePicture(page: Page, name: string): Promise<void> {
  const folder = process.env.EDITOR_PICTURES
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`) })
}
