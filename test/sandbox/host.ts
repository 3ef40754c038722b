/** A host for the sandbox's tests: runs the script that its argument names, then has nothing left to do. */
import { createSandbox } from '../../server/src/sandbox/sandbox.ts'

const [, , path = ''] = process.argv
const box = createSandbox({ threadPath: new URL('../../server/src/sandbox/thread.ts', import.meta.url) })
await box.runScript(path, {}, {}, new AbortController().signal)
