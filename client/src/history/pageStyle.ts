/** Look of the page of versions: the editor's own colours, contrast themes and narrow columns included. */
export const pageStyle = `
body { padding: 0 20px 20px; color: var(--vscode-foreground); font: var(--vscode-font-size) / 1.5 var(--vscode-font-family); }
h1 { font-size: 1.5em; font-weight: 600; margin: 16px 0 4px; overflow-wrap: anywhere; }
p { margin: 4px 0; }
figure { margin: 16px 0; }
figcaption { display: flex; flex-wrap: wrap; gap: 4px 18px; color: var(--vscode-descriptionForeground); }
figcaption span { display: inline-flex; align-items: center; gap: 6px; overflow-wrap: anywhere; }
.chart { overflow-x: auto; }
svg { overflow: visible; flex: none; }
.grid { stroke: var(--vscode-charts-lines, var(--vscode-contrastBorder)); stroke-opacity: 0.35; }
.axis { fill: var(--vscode-descriptionForeground); font-size: 11px; }
.end { text-anchor: end; }
.middle { text-anchor: middle; }
polyline { fill: none; }
.score { stroke: var(--vscode-charts-blue); stroke-width: 2.5; }
.metric { stroke: var(--vscode-charts-foreground); stroke-width: 1.25; }
.line-0 { stroke: var(--vscode-charts-green); stroke-dasharray: 6 3; }
.line-1 { stroke: var(--vscode-charts-red); stroke-dasharray: 2 3; }
.line-2 { stroke: var(--vscode-charts-purple); stroke-dasharray: 9 3 2 3; }
.line-3 { stroke: var(--vscode-charts-yellow); stroke-dasharray: 12 4; }
.line-4 { stroke: var(--vscode-charts-foreground); stroke-dasharray: 4 2 1 2; }
.shape { fill: var(--vscode-charts-blue); stroke: var(--vscode-editor-background); stroke-width: 1.5; }
.unmeasured .shape { fill: var(--vscode-editor-background); stroke: var(--vscode-charts-blue); }
.point { cursor: pointer; outline: none; }
.halo { fill: transparent; }
.point:focus-visible .halo { stroke: var(--vscode-focusBorder); stroke-width: 2; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 6px 10px 6px 0; border-bottom: 1px solid var(--vscode-widget-border, var(--vscode-contrastBorder, var(--vscode-panel-border))); overflow-wrap: anywhere; }
td:not(.reason, .more td) { overflow-wrap: normal; }
thead th { white-space: nowrap; color: var(--vscode-descriptionForeground); font-weight: 600; }
.number { font-variant-numeric: tabular-nums; }
.now > th { font-weight: 700; }
tr:focus { outline: 1px solid var(--vscode-focusBorder); outline-offset: -1px; }
.reason { min-width: 16em; }
.actions { white-space: nowrap; }
tr:has(+ .more) > * { border-bottom: 0; padding-bottom: 0; }
.more > td { padding: 2px 0 8px; }
.scores { display: flex; flex-wrap: wrap; gap: 2px 18px; padding: 0; list-style: none; font-variant-numeric: tabular-nums; }
.quiet, dd { color: var(--vscode-descriptionForeground); }
dl { margin: 4px 0; } dd { margin: 0 0 6px 16px; } ul { margin: 4px 0; padding-left: 18px; }
summary { cursor: pointer; color: var(--vscode-textLink-foreground); }
summary:focus-visible { outline: 1px solid var(--vscode-focusBorder); }
code { font-family: var(--vscode-editor-font-family); }
button { margin: 0 6px 4px 0; padding: 2px 10px; font: inherit; cursor: pointer; border-radius: 2px; border: 1px solid var(--vscode-button-border, var(--vscode-contrastBorder, transparent)); color: var(--vscode-button-secondaryForeground); background: var(--vscode-button-secondaryBackground); }
button:hover { background: var(--vscode-button-secondaryHoverBackground); }
button[data-action=evaluate] { color: var(--vscode-button-foreground); background: var(--vscode-button-background); }
button:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 2px; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 760px) {
  table, tbody, tr, td, tbody th { display: block; width: auto; }
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  tr { padding: 8px 0; border-bottom: 1px solid var(--vscode-widget-border, var(--vscode-contrastBorder, var(--vscode-panel-border))); }
  td, tbody th { border: 0; padding: 1px 0; }
  td::before { content: attr(data-title) ': '; color: var(--vscode-descriptionForeground); }
  tbody th::before { content: 'Version '; }
  td:empty, .actions::before, .more td::before { display: none; }
}
`
