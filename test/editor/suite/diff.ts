/** The diff that is in front, as the editor knows it. */
import { TabInputTextDiff, window } from 'vscode'
import { waitFor } from '../harness/test.ts'

export function diffInFront(): TabInputTextDiff | undefined {
  const input = window.tabGroups.activeTabGroup.activeTab?.input
  return input instanceof TabInputTextDiff ? input : undefined
}

export function untilDiff(): Promise<TabInputTextDiff> {
  return waitFor(window.tabGroups.onDidChangeTabs, diffInFront)
}
