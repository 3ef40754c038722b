/** What the checks of a connection come to: one sentence, and the next step. */
import type { WireOutputs } from '../../server/src/protocol/client.ts'
import { inEditorWords } from './editorWords.ts'

export type ConnectionAction = 'Set API Key' | 'Choose Model' | 'Try Again' | 'Show Checks'

export interface Connection {
  readonly healthy: boolean
  readonly message: string
  readonly actions: readonly ConnectionAction[]
  /** For the log, one a check. */
  readonly lines: readonly string[]
}

export function describeConnection(checks: WireOutputs['doctor']['checks']): Connection {
  const lines = checks.map(({ name, status, detail }) => `${status.padEnd(7)}  ${name}: ${detail}`)
  const wrong = checks.find(({ status }) => status === 'error')
  if (wrong !== undefined) {
    return { healthy: false, message: inEditorWords(wrong.detail), actions: stepsAfter(wrong.code), lines }
  }
  const find = (name: string) => checks.find(check => check.name === name)?.detail ?? ''
  const model = find('model').replace(/, .* proposes$/, '')
  const endpoint = find('endpoint')
  const message = endpoint.startsWith('none:') ? 'The offline demo answers; nothing is sent.' : `${model}: ${endpoint}.`
  return { healthy: true, message, actions: ['Show Checks'], lines }
}

function stepsAfter(code: string | undefined): readonly ConnectionAction[] {
  switch (code) {
    case 'key_missing':
    case 'key_rejected':
      return ['Set API Key', 'Choose Model', 'Show Checks']
    case 'model_not_configured':
    case 'model_unknown':
    case 'editor_needed':
    case 'usage':
      return ['Choose Model', 'Show Checks']
    default:
      return ['Try Again', 'Choose Model', 'Show Checks']
  }
}
