/** Accept Some Fields…: writes the parts of the result under review that the person ticks. */
import * as vscode from 'vscode'
import type { CommandHandler } from '../commands.ts'
import { accept } from '../review/accept.ts'
import { fieldLabel, reasonOf } from '../review/explain.ts'
import type { Review } from '../review/reviews.ts'
import { uriOf } from '../skill.ts'

interface PartItem extends vscode.QuickPickItem {
  readonly path?: string
}

export const acceptSome: CommandHandler = async (context, given) => {
  const review = context.reviews.chosen(uriOf(given))
  if (review === undefined) return
  const picked = await vscode.window.showQuickPick(itemsOf(review), {
    canPickMany: true,
    matchOnDetail: true,
    title: 'Accept Some Fields',
    placeHolder: 'A part alone was never measured: its version has no score until you evaluate it',
  })
  const paths = picked?.flatMap(({ path }) => path ?? []) ?? []
  if (paths.length > 0) await accept(context, review, paths)
}

/** All ticked but those that cannot be accepted. */
function itemsOf({ preview }: Review): readonly PartItem[] {
  const byField = Map.groupBy(preview.parts, ({ path }) => fieldLabel(path))
  return [...byField].flatMap(([label, parts]): PartItem[] => [
    { label, kind: vscode.QuickPickItemKind.Separator },
    ...parts.flatMap((part): PartItem[] => {
      if (part.conflict) return []
      const what = part.changes.map(change => change.replace(/^(Field '[^']*'|Instructions): /, '')).join('; ')
      return [{ label: what, path: part.path, detail: reasonOf(part), picked: true }]
    }),
  ])
}
