/** A process that appends versions to a history. */
import { createFiles } from '../../server/src/files/files.ts'
import { createHistoryStore } from '../../server/src/files/historyStore.ts'
import { systemClock } from '../../server/src/systemClock.ts'

const [, , root = '', path = '', name = '', count = '0'] = process.argv
const files = createFiles({ cwd: root, home: '/home/nobody' })
const store = createHistoryStore({ files, clock: systemClock })
for (let n = 0; n < Number(count); n++) {
  const appended = await store.append(path, 'a', () => ({
    created_at: new Date().toISOString(),
    metric_score: 0.5,
    tuned: false,
    reason: `${name} ${n}`,
  }))
  if (!appended.ok) throw new Error(appended.error.message)
}
