/** What the server says to a person: one sentence for the end of a command. */
import { type Connection, type MessageType, ShowMessageNotification } from 'vscode-languageserver'
import { z } from 'zod'
import { operations } from '../app/app.ts'
import { describeJob } from '../app/describeJob.ts'
import { jobViewSchema } from '../app/jobView.ts'
import { previewSchema } from '../app/operations/jobResult.ts'

/** `undefined` where the client shows the result itself. */
export function describeEnd(command: string, output: unknown): string | undefined {
  switch (command) {
    case 'signature-tuner.tune':
    case 'signature-tuner.resume': {
      const job = jobViewSchema.safeParse(output)
      return job.success ? describeJob(job.data) : undefined
    }
    case 'signature-tuner.evaluate': {
      const evaluated = operations.evaluate.output.safeParse(output)
      const [skill] = evaluated.success ? evaluated.data.skills : []
      if (skill?.error !== undefined) return skill.error.message
      return skill?.result && `Score ${skill.result.score.toFixed(2)} over ${skill.result.examples} examples.`
    }
    case 'signature-tuner.apply': {
      const preview = previewSchema.safeParse(output)
      if (preview.success) return describePreview(preview.data.changes)
      const applied = z.object({ signature_version: z.int(), written: z.boolean() }).safeParse(output)
      if (!applied.success) return undefined
      const { written, signature_version: version } = applied.data
      return written ? `Applied as version ${version}.` : `The text reads as version ${version} already.`
    }
    case 'signature-tuner.restore': {
      const restored = operations.restore.output.safeParse(output)
      if (!restored.success) return undefined
      const { restored: number, version, changed } = restored.data
      return changed
        ? `Restored version ${number} as version ${version}.`
        : `The text reads as version ${number} already.`
    }
    case 'signature-tuner.cancel':
      return 'The job is cancelled; what was answered is kept, and it can be resumed.'
    default:
      return undefined
  }
}

function describePreview(changes: readonly string[]): string {
  return changes.length === 0 ? 'Nothing would change.' : `Would change: ${changes.join('; ')}.`
}

/** A message that asks for nothing: the library's own would be a request. */
export function tell(connection: Pick<Connection, 'sendNotification'>, type: MessageType, message: string): void {
  void connection.sendNotification(ShowMessageNotification.type, { type, message: withoutLinks(message) })
}

/** Editors make links of `[words](target)` in a message, which words of files and models may be. */
export function withoutLinks(message: string): string {
  return message.replaceAll('](', '] (')
}
