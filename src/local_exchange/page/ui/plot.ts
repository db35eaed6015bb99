/** How the charts are drawn: candles and depth, by uPlot, in the colours of the page. */
import uPlot from "uplot";
import { showCount, showDay, showHour, showPrice } from "./format.ts";

/** A candle: prices in ten-thousandths of a dollar, volume in hundredths of a contract. */
export interface Candle {
  /** Its start, in Unix seconds. */
  readonly at: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

interface Colours {
  readonly text: string;
  readonly grid: string;
  readonly bid: string;
  readonly ask: string;
  readonly bidFill: string;
  readonly askFill: string;
}

function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: read("--faint"),
    grid: read("--line"),
    bid: read("--bid"),
    ask: read("--ask"),
    bidFill: read("--bid-fill"),
    askFill: read("--ask-fill"),
  };
}

const FONT = "11px system-ui, sans-serif";

function axes({ text, grid }: Colours, horizontal: Partial<uPlot.Axis>, vertical: Partial<uPlot.Axis>) {
  const common = {
    stroke: text,
    font: FONT,
    grid: { stroke: grid, width: 1 },
    ticks: { show: false },
  };
  return [
    { ...common, ...horizontal, grid: { show: false } },
    { ...common, side: 1 as const, size: 46, ...vertical },
  ];
}

const size = (element: HTMLElement) => ({
  width: Math.max(element.clientWidth, 100),
  height: Math.max(element.clientHeight, 100),
});

const quiet = {
  legend: { show: false },
  select: { show: false, left: 0, top: 0, width: 0, height: 0 },
} as const;

/** The data of a chart of candles. */
export function candleData(candles: readonly Candle[]): uPlot.AlignedData {
  const column = (of: (candle: Candle) => number) => candles.map(of);
  return [
    column(({ at }) => at),
    column(({ open }) => open),
    column(({ high }) => high),
    column(({ low }) => low),
    column(({ close }) => close),
    column(({ volume }) => volume),
  ];
}

function drawCandles(plot: uPlot, { bid, ask }: Colours): void {
  const [times = [], opens = [], highs = [], lows = [], closes = []] = plot.data;
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const place = (of: ArrayLike<number | null | undefined>, index: number) =>
    Math.round(plot.valToPos(of[index] ?? 0, "y", true));
  const gap = times.length > 1
    ? Math.abs(plot.valToPos(times[1] ?? 0, "x", true) - plot.valToPos(times[0] ?? 0, "x", true))
    : bbox.width / 20;
  const width = Math.max(1, Math.min(Math.floor(gap * 0.7), 12 * ratio));
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (let index = 0; index < times.length; index++) {
    const centre = Math.round(plot.valToPos(times[index] ?? 0, "x", true));
    const [open, close] = [place(opens, index), place(closes, index)];
    const [high, low] = [place(highs, index), place(lows, index)];
    ctx.fillStyle = (closes[index] ?? 0) >= (opens[index] ?? 0) ? bid : ask;
    ctx.fillRect(centre - ratio / 2, high, ratio, Math.max(low - high, 1));
    ctx.fillRect(
      centre - Math.floor(width / 2),
      Math.min(open, close),
      width,
      Math.max(Math.abs(close - open), ratio),
    );
  }
  ctx.restore();
}

/** Half a candle of room on both sides. */
function timeRange(times: ArrayLike<number>, from: number, to: number): [number, number] {
  const length = times.length > 1 ? (to - from) / (times.length - 1) : 3_600;
  return [from - length, to + length];
}

/** Days and times of day, as 24 hours; the day where it begins. */
function timeLabels(splits: readonly number[]): string[] {
  let day = "";
  return splits.map((seconds) => {
    const today = showDay(seconds * 1_000);
    const isNew = today !== day;
    day = today;
    return isNew ? today : showHour(seconds * 1_000);
  });
}

/** Prices around what there is, within those that there can be. */
function priceRange(least: number | null, most: number | null): [number, number] {
  if (least === null || most === null) return [0, 10_000];
  const margin = Math.max((most - least) * 0.1, 50);
  return [Math.max(0, least - margin), Math.min(10_000, most + margin)];
}

/** Draws candles into an element. */
export function plotCandles(element: HTMLElement, candles: readonly Candle[]): uPlot {
  const colours = coloursOf(element);
  const options: uPlot.Options = {
    ...size(element),
    ...quiet,
    padding: [8, 0, 0, 8],
    cursor: { drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { time: true, range: (plot, from, to) => timeRange(plot.data[0], from, to) },
      y: { range: (_, least, most) => priceRange(least, most) },
      volume: { range: (_, __, most) => [0, Math.max(1, most ?? 1) * 5] },
    },
    series: [
      {},
      { paths: () => null, points: { show: false } },
      { paths: () => null, points: { show: false } },
      { paths: () => null, points: { show: false } },
      { paths: () => null, points: { show: false } },
      {
        scale: "volume",
        fill: colours.grid,
        points: { show: false },
        paths: uPlot.paths.bars?.({ size: [0.7, 12] }) ?? (() => null),
      },
    ],
    axes: axes(colours, { size: 28, values: (_, splits) => timeLabels(splits) }, {
      values: (_, splits) => splits.map((price) => showPrice(Math.round(price))),
    }),
    hooks: { draw: [(plot) => drawCandles(plot, colours)] },
  };
  return new uPlot(options, candleData(candles), element);
}

interface Level {
  readonly price: number;
  readonly size: number;
}

/** Prices away from the best one, with what rests up to each; the last level goes on a little. */
function summed(levels: readonly Level[], away: -1 | 1): [price: number, total: number][] {
  let total = 0;
  const points = levels.map(({ price, size }): [number, number] => [price, total += size]);
  const [first, last] = [levels[0], levels[levels.length - 1]];
  if (first === undefined || last === undefined) return points;
  const more = Math.max(100, Math.round(Math.abs(last.price - first.price) / 10));
  return [...points, [last.price + away * more, total]];
}

/** The data of a chart of depth: from the lowest bid to the highest ask, with what rests up to each price. */
export function depthData(bids: readonly Level[], asks: readonly Level[]): uPlot.AlignedData {
  const [bought, sold] = [summed(bids, -1).reverse(), summed(asks, 1)];
  return [
    [...bought, ...sold].map(([price]) => price),
    [...bought.map(([, total]) => total), ...sold.map(() => null)],
    [...bought.map(() => null), ...sold.map(([, total]) => total)],
  ];
}

/** Draws the depth of a book into an element. */
export function plotDepth(element: HTMLElement, data: uPlot.AlignedData): uPlot {
  const colours = coloursOf(element);
  const stepped = (align: -1 | 1) => uPlot.paths.stepped?.({ align }) ?? (() => null);
  const options: uPlot.Options = {
    ...size(element),
    ...quiet,
    padding: [8, 0, 0, 20],
    cursor: { drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(100, (most ?? 100) * 1.05)] } },
    series: [
      {},
      {
        stroke: colours.bid,
        fill: colours.bidFill,
        width: 1.5,
        points: { show: false },
        paths: stepped(-1),
      },
      { stroke: colours.ask, fill: colours.askFill, width: 1.5, points: { show: false }, paths: stepped(1) },
    ],
    axes: axes(colours, {
      size: 28,
      values: (_, splits) => splits.map((price) => showPrice(Math.round(price))),
    }, { size: 56, values: (_, splits) => splits.map((count) => showCount(Math.round(count))) }),
  };
  return new uPlot(options, data, element);
}
