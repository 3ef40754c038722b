/** Draws the score against calls, a panel for each world, as a PNG. */
import { chromium } from 'playwright-core'
import { findChromium } from '../../test/editor/chromium.ts'
import { constants } from './constants.ts'
import type { Summary } from './summary.ts'

export async function drawPlot(summaries: readonly Summary[], file: string): Promise<void> {
  const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: 2 })
    await page.setContent(`<body style="margin:0">${svgOf(summaries)}</body>`)
    await page.screenshot({ path: file })
  } finally {
    await browser.close()
  }
}

const [width, height] = [960, 730]
const panel = { width: 400, height: 250, left: 56, top: 112, gapX: 60, gapY: 62 }
const [lowest, highest] = [0.2, 1]

/** Colours of Okabe and Ito, told apart without red and green; dashes and marks tell them apart without any colour. */
const styles: Readonly<Record<string, { label: string; colour: string; dash: string; mark: string }>> = {
  ours: { label: 'Signature Tuner', colour: '#0072B2', dash: '', mark: 'circle' },
  ax: { label: 'AxGEPA', colour: '#D55E00', dash: '', mark: 'square' },
  axFields: { label: 'AxGEPA, a component for each field', colour: '#E69F00', dash: '6 3', mark: 'square' },
  greedy: { label: 'greedy loop', colour: '#009E73', dash: '', mark: 'triangle' },
  bestOfN: { label: 'best of N', colour: '#CC79A7', dash: '2 3', mark: 'triangle' },
  random: { label: 'random edits', colour: '#767676', dash: '2 3', mark: 'none' },
}

export function svgOf(summaries: readonly Summary[]): string {
  const worlds = [...new Set(summaries.map(({ world }) => world))]
  const shown = Object.keys(styles).filter(name => summaries.some(({ contestant }) => contestant === name))
  const seeds = Math.min(...summaries.map(summary => summary.seeds))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans, Arial, sans-serif" font-size="12" fill="#222">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    text(
      panel.left,
      26,
      'True score as a share of the attainable, against calls that the server counted',
      'font-size="15"',
    ),
    text(
      panel.left,
      44,
      `Simulated models; median of ${seeds} seeds. It shows search and statistics, not language models.`,
      'fill="#555"',
    ),
    ...legend(shown),
    ...worlds.map((world, index) =>
      drawPanel(
        world,
        summaries.filter(summary => summary.world === world),
        index % 2,
        Math.floor(index / 2),
      ),
    ),
    '</svg>',
  ].join('\n')
}

function legend(names: readonly string[]): readonly string[] {
  let x = panel.left
  return names.flatMap(name => {
    const style = styles[name]
    if (style === undefined) return []
    const at = x
    x += 48 + style.label.length * 7
    return [
      line(
        [
          [at, 64],
          [at + 24, 64],
        ],
        style.colour,
        style.dash,
      ),
      mark(at + 12, 64, style),
      text(at + 30, 68, style.label),
    ]
  })
}

function drawPanel(title: string, summaries: readonly Summary[], column: number, row: number): string {
  const left = panel.left + column * (panel.width + panel.gapX)
  const top = panel.top + row * (panel.height + panel.gapY)
  const [first = 1, last = 1] = [constants.curve[0], constants.curve.at(-1)]
  const x = (calls: number) => left + (Math.log(calls / first) / Math.log(last / first)) * panel.width
  const y = (share: number) => top + panel.height * (1 - (share - lowest) / (highest - lowest))
  const parts = [text(left, top - 8, title, 'font-weight="bold"')]
  for (const share of [0.2, 0.4, 0.6, 0.8, 0.95, 1]) {
    parts.push(
      line(
        [
          [left, y(share)],
          [left + panel.width, y(share)],
        ],
        share === 0.95 ? '#999' : '#e2e2e2',
        share === 0.95 ? '4 4' : '',
      ),
    )
    if (share !== 1) parts.push(text(left - 8, y(share) + 4, `${100 * share} %`, 'text-anchor="end" fill="#555"'))
  }
  for (const calls of constants.budgets) {
    parts.push(
      line(
        [
          [x(calls), top],
          [x(calls), top + panel.height],
        ],
        '#f0f0f0',
        '',
      ),
    )
    parts.push(
      text(
        x(calls),
        top + panel.height + 18,
        `${calls}${calls === first ? ' calls' : ''}`,
        'text-anchor="middle" fill="#555"',
      ),
    )
  }
  // Ours lies on top.
  for (const { contestant, shares } of summaries.toReversed()) {
    const style = styles[contestant]
    if (style === undefined) continue
    const points = constants.curve.map((calls): Point => [x(calls), y(shares.get(calls) ?? lowest)])
    parts.push(
      line(points, style.colour, style.dash, contestant === 'ours' ? 3 : 2),
      ...points.map(([px, py]) => mark(px, py, style)),
    )
  }
  return parts.join('\n')
}

type Point = readonly [x: number, y: number]

function line(points: readonly Point[], colour: string, dash: string, thickness = 1.5): string {
  const path = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="${thickness}" stroke-dasharray="${dash}"/>`
}

function mark(
  x: number,
  y: number,
  { mark: kind, colour }: { readonly mark: string; readonly colour: string },
): string {
  if (kind === 'circle') return `<circle cx="${x}" cy="${y}" r="4" fill="${colour}"/>`
  if (kind === 'square') return `<rect x="${x - 3.5}" y="${y - 3.5}" width="7" height="7" fill="${colour}"/>`
  if (kind === 'triangle') return `<path d="M${x} ${y - 5}L${x + 4.5} ${y + 3.5}H${x - 4.5}Z" fill="${colour}"/>`
  return ''
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${x}" y="${y}" ${attributes}>${content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`
}
