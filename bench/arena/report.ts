/** Writes what the arena found as Markdown on standard output, and with `--plot <file>` draws the curves. */
import { parseArgs } from 'node:util'
import { constants } from './constants.ts'
import { drawPlot } from './plot.ts'
import { callsTo, readRows, type Setting, type Summary, settingsOf, summarise } from './summary.ts'

const { values } = parseArgs({
  options: {
    plot: { type: 'string' },
    reflector: { type: 'string', default: 'weak' },
    noise: { type: 'string', default: '0' },
  },
})

const rows = readRows()
for (const setting of settingsOf(rows)) console.log(section(setting, summarise(rows, setting)))
if (values.plot !== undefined) {
  const setting = { reflector: values.reflector, noise: Number(values.noise), failing: 0 }
  await drawPlot(summarise(rows, setting), values.plot)
}

function section(setting: Setting, summaries: readonly Summary[]): string {
  const { reflector, noise, failing } = setting
  const { budgets } = constants
  const failed = failing > 0 ? `, ${100 * failing} % of requests fail` : ''
  const head = [
    'world',
    'contestant',
    ...budgets.map(String),
    'to 80 %',
    'to 95 %',
    'said − true',
    'false',
    'seeds',
    'ms',
  ]
  const lines = summaries.map(summary => {
    const best = (budget: number) =>
      Math.max(...summaries.filter(ofWorld(summary)).map(other => shareAt(other, budget)))
    const cells = budgets.map(budget => {
      const text = shareAt(summary, budget).toFixed(3)
      return text === best(budget).toFixed(3) ? `**${text}**` : text
    })
    const { world, contestant, optimism, falsePromotions, seeds, took } = summary
    const calls = [0.8, 0.95].map(share => String(callsTo(summary, share) ?? '—'))
    const said = optimism === undefined ? '—' : `${optimism < 0 ? '−' : '+'}${Math.abs(optimism).toFixed(3)}`
    return [
      world,
      contestant,
      ...cells,
      ...calls,
      said,
      String(falsePromotions),
      String(seeds),
      String(Math.round(took)),
    ]
  })
  const table = [head, head.map((_, index) => (index < 2 ? '---' : '---:')), ...lines].map(
    cells => `| ${cells.join(' | ')} |`,
  )
  return [`### ${reflector} reflector, noise ${noise}${failed}`, '', ...table, '', ...lossesOf(summaries), ''].join(
    '\n',
  )
}

/** Where our tuner is behind somebody, by how much: published like the rest. */
function lossesOf(summaries: readonly Summary[]): readonly string[] {
  const losses = summaries
    .filter(({ contestant }) => contestant === 'ours')
    .flatMap(own =>
      constants.budgets.flatMap(budget => {
        const ahead = summaries
          .filter(ofWorld(own))
          .map(other => ({ name: other.contestant, by: shareAt(other, budget) - shareAt(own, budget) }))
          .filter(({ by }) => by > 0.0005)
          .sort((a, b) => b.by - a.by)
        const [worst] = ahead
        if (worst === undefined) return []
        return [`- ${own.world} at ${budget} calls: ${worst.by.toFixed(3)} behind ${worst.name}`]
      }),
    )
  return losses.length === 0 ? [] : ['Losses:', '', ...losses]
}

function ofWorld({ world }: Summary) {
  return (other: Summary) => other.world === world
}

function shareAt({ shares }: Summary, budget: number): number {
  return shares.get(budget) ?? Number.NaN
}
