/** What runs inside the page of versions: keys of the chart, buttons, and taking over a newer state of the history. */
export const pageScript = `
const vscode = acquireVsCodeApi()
vscode.setState(JSON.parse(document.body.dataset.state))
const main = document.querySelector('main')
const points = () => [...main.querySelectorAll('.point')]
let at = points().length - 1
function arm() {
  const all = points()
  at = Math.min(Math.max(at, 0), all.length - 1)
  all.forEach((point, index) => point.setAttribute('tabindex', index === at ? '0' : '-1'))
}
function openRow(point) {
  const row = document.getElementById('row-' + point.dataset.row)
  if (row === null) return
  const details = document.querySelector('details[data-details="' + point.dataset.row + '"]')
  if (details !== null) details.open = true
  row.scrollIntoView({ block: 'center' })
  row.focus()
}
main.addEventListener('keydown', event => {
  const point = event.target.closest('.point')
  if (point === null) return
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault()
    return openRow(point)
  }
  const last = points().length - 1
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key]
  if (to === undefined) return
  event.preventDefault()
  at = Math.min(Math.max(to, 0), last)
  arm()
  points()[at].focus()
})
main.addEventListener('click', event => {
  const point = event.target.closest('.point')
  if (point !== null) return openRow(point)
  const button = event.target.closest('button[data-action]')
  if (button === null) return
  const { action, version, other } = button.dataset
  vscode.postMessage({
    action,
    ...(version !== undefined && { version: Number(version) }),
    ...(other !== undefined && { other: Number(other) }),
  })
})
window.addEventListener('message', ({ data }) => {
  if (typeof data?.body !== 'string') return
  const open = [...main.querySelectorAll('details[open]')].map(({ dataset }) => dataset.details)
  const focused = document.activeElement
  const key = focused?.id ? '#' + focused.id
    : focused?.dataset?.action ? '[data-action="' + focused.dataset.action + '"]' + (focused.dataset.version ? '[data-version="' + focused.dataset.version + '"]' : '')
    : focused?.dataset?.row ? '.point[data-row="' + focused.dataset.row + '"]' : undefined
  main.innerHTML = data.body
  for (const details of main.querySelectorAll('details')) details.open = open.includes(details.dataset.details)
  at = points().length - 1
  arm()
  if (key !== undefined) main.querySelector(key)?.focus()
  document.getElementById('news').textContent = 'The history has changed.'
})
arm()
document.querySelector('.chart')?.scrollTo({ left: 1e6 })
`
