/** How a page looks: in the colours of the local exchange's page. */

/** Its style sheet. */
export const style = `
:root {
  color-scheme: light dark;
  --back: #f3f4f6; --panel: #ffffff; --line: #dfe3e8; --edge: #868f9c; --text: #171b21; --faint: #59626f;
  --accent: #1d5bc6; --accent-fill: rgb(29 91 198 / 14%); --second: #8a5200; --second-fill: rgb(138 82 0 / 12%);
  --good: #08704a; --bad: #b1281d; --good-fill: rgb(8 112 74 / 13%); --bad-fill: rgb(177 40 29 / 12%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0d1014; --panel: #14181e; --line: #262c35; --edge: #747d8b; --text: #e4e7ec; --faint: #99a2b0;
    --accent: #86aeff; --accent-fill: rgb(134 174 255 / 18%); --second: #f2c069; --second-fill: rgb(242 192 105 / 15%);
    --good: #4cc38f; --bad: #ff8177; --good-fill: rgb(76 195 143 / 17%); --bad-fill: rgb(255 129 119 / 17%);
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--back); color: var(--text);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-variant-numeric: tabular-nums;
}
main { max-width: 1120px; margin: 0 auto; padding: 20px 16px 40px; }
header h1 { margin: 0 0 4px; font-size: 24px; line-height: 1.2; overflow-wrap: anywhere; }
header p { margin: 0; color: var(--faint); }
.settings { display: flex; flex-wrap: wrap; gap: 6px; margin: 10px 0 0; padding: 0; list-style: none; }
.settings li { padding: 2px 9px; border: 1px solid var(--line); border-radius: 99px; background: var(--panel); font-size: 13px; overflow-wrap: anywhere; }
.settings b { font-weight: 500; color: var(--faint); }
.cards { display: grid; grid-template-columns: repeat(5, 1fr); gap: 10px; margin: 18px 0 0; }
.card { padding: 10px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); }
.card dt { color: var(--faint); font-size: 13px; }
.card dd { margin: 0; font-size: 20px; font-weight: 600; line-height: 1.3; white-space: nowrap; }
.card dd.long { font-size: 17px; line-height: 1.53; }
.card dd.note { font-size: 13px; font-weight: 400; color: var(--faint); white-space: normal; }
.good { color: var(--good); }
.bad { color: var(--bad); }
section { margin-top: 16px; padding: 14px 16px 16px; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); }
h2 { margin: 0 0 8px; font-size: 17px; }
h3 { margin: 14px 0 4px; font-size: 15px; overflow-wrap: anywhere; }
h3 small { display: inline-block; font-weight: 400; color: var(--faint); }
section > p, figcaption { margin: 6px 0; color: var(--faint); font-size: 13px; max-width: 90ch; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 28px; }
.pair > * { min-width: 0; }
.plot { margin: 0; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin-bottom: 8px; color: var(--faint); font-size: 13px; }
.legend i { display: inline-block; width: 14px; height: 0; margin-right: 6px; vertical-align: middle; border-top: 2px solid; }
.legend i.dashed { border-top-style: dashed; }
.legend i.box { height: 10px; border: 0; }
.legend i.dot { width: 9px; height: 9px; border: 0; border-radius: 50%; background: currentColor; }
.legend i.dot.sell { border-radius: 1px; }
.legend i.dot.taker { background: none; border: 2px solid currentColor; }
.frame { position: relative; padding: 0 4px 24px 66px; }
.frame svg { display: block; width: 100%; height: 230px; overflow: visible; border-bottom: 1px solid var(--edge); }
.rows { position: absolute; top: 0; left: 0; width: 60px; height: 230px; }
.rows span { position: absolute; right: 0; transform: translateY(-50%); color: var(--faint); font-size: 12px; white-space: nowrap; }
.columns { position: absolute; left: 66px; right: 4px; bottom: 0; height: 20px; overflow: clip; overflow-clip-margin: 24px; }
.columns span { position: absolute; transform: translateX(-50%); color: var(--faint); font-size: 12px; white-space: nowrap; }
svg path { fill: none; vector-effect: non-scaling-stroke; }
.grid { stroke: var(--line); stroke-width: 1px; }
.zero { stroke: var(--edge); stroke-width: 1px; }
.line { stroke: currentColor; stroke-width: 1.6px; stroke-linejoin: round; }
.line.dashed { stroke-dasharray: 5 4; }
svg .area { stroke: none; }
svg .range { stroke: none; }
.first, .buy, .yes { color: var(--accent); }
.second, .sell, .no { color: var(--second); }
.quiet { color: var(--edge); }
svg .area.first, svg .range.first, i.box.first { fill: var(--accent-fill); background: var(--accent-fill); }
svg .area.second, i.box.second { fill: var(--second-fill); background: var(--second-fill); }
.dot { stroke: currentColor; stroke-width: 8px; stroke-linecap: round; }
.hole { stroke: var(--panel); stroke-width: 4px; stroke-linecap: round; }
.dot.sell, .hole.sell { stroke-linecap: square; }
.dot.sell { stroke-width: 7px; }
.hole.sell { stroke-width: 3px; }
.bars { display: grid; gap: 3px; margin: 6px 0 10px; }
.bar { display: grid; grid-template-columns: 104px 1fr 74px; align-items: center; gap: 8px; font-size: 13px; }
.bar .name { color: var(--faint); }
.bar .value { text-align: right; }
.track { position: relative; height: 16px; background: linear-gradient(var(--edge), var(--edge)) center / 1px 100% no-repeat; }
.track i { position: absolute; top: 2px; bottom: 2px; min-width: 1px; background: currentColor; }
.scroll { overflow: auto; max-height: 440px; }
.scroll + .scroll { margin-top: 12px; }
thead th { position: sticky; top: 0; background: var(--panel); }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { width: 100%; border-collapse: collapse; font-size: 13px; }
caption { padding: 4px 0; text-align: left; color: var(--faint); }
th, td { padding: 4px 10px 4px 0; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; font-weight: 400; }
thead th { color: var(--faint); font-weight: 500; }
.figure { text-align: right; }
footer { margin-top: 16px; color: var(--faint); font-size: 13px; }
@media (max-width: 640px) {
  main { padding: 14px 10px 30px; }
  section { padding: 12px; }
  .pair { grid-template-columns: minmax(0, 1fr); }
  .cards { grid-template-columns: 1fr 1fr; }
  .card dd { font-size: 18px; }
  .card dd.long { font-size: 15px; }
  .frame { padding-left: 56px; }
  .rows { width: 50px; }
  .columns { left: 56px; }
  .columns span:nth-child(even) { display: none; }
  .frame svg, .rows { height: 190px; }
  .bar { grid-template-columns: 84px 1fr 60px; }
}
@media print { body { background: none; } .scroll { max-height: none; } section { break-inside: avoid; } }
`;
