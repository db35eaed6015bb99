/**
 * The candles of a market as a picture: an SVG that every browser shows.
 *
 *     deno run -A --env-file examples/candle_chart.ts TICKER [FROM] > chart.svg
 */
import process from "node:process";
import { KalshiClient } from "@unofficial/kalshi";
import { type CandleRow, candles } from "@unofficial/kalshi/trading";

const [ticker, from] = process.argv.slice(2);
if (ticker === undefined) throw new Error("candle_chart.ts TICKER [FROM], such as 2026-11-01");

const WIDTH = 960;
const HEIGHT = 360;
const MARGIN = 40;

/** Ten-thousandths of a dollar to the height at which they are drawn. */
const y = (centicents: number) => (MARGIN + (1 - centicents / 10_000) * (HEIGHT - 2 * MARGIN)).toFixed(1);

function candle(row: CandleRow, x: number, width: number): string {
  const { openCenticents: open, closeCenticents: close, highCenticents: high, lowCenticents: low } = row;
  // Nothing was traded: there is nothing to draw.
  if (open === undefined || close === undefined || high === undefined || low === undefined) return "";
  const color = close >= open ? "#1a7f4b" : "#b3261e";
  const middle = (x + width / 2).toFixed(1);
  const top = y(Math.max(open, close));
  const height = Math.max(1, Number(y(Math.min(open, close))) - Number(top)).toFixed(1);
  const title = `${new Date(row.beginsMs).toISOString()} ${(close / 100).toFixed(2)} cents`;
  // The period that still runs is drawn hollow.
  const fill = row.isOpen ? "none" : color;
  return `<g stroke="${color}"><title>${title}</title>` +
    `<line x1="${middle}" x2="${middle}" y1="${y(high)}" y2="${y(low)}"/>` +
    `<rect x="${x.toFixed(1)}" y="${top}" width="${
      width.toFixed(1)
    }" height="${height}" fill="${fill}"/></g>`;
}

await using client = await KalshiClient.fromEnv(undefined, { readOnly: true });
const rows = await candles(client, ticker, { from, interval: "1h" }).toArray();
const step = (WIDTH - 2 * MARGIN) / Math.max(1, rows.length);
const lines = [0, 2_500, 5_000, 7_500, 10_000].map((price) =>
  `<line x1="${MARGIN}" x2="${WIDTH - MARGIN}" y1="${y(price)}" y2="${y(price)}" stroke="#8884"/>` +
  `<text x="4" y="${y(price)}" font-size="11">${price / 100}¢</text>`
);
const drawn = rows.map((row, index) => candle(row, MARGIN + index * step, step * 0.7)).filter(Boolean);
console.log(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif">` +
    `<title>${ticker}</title>\n${[...lines, ...drawn].join("\n")}\n</svg>`,
);
console.error(`${rows.length} hour${rows.length === 1 ? "" : "s"}, ${drawn.length} with trades`);
