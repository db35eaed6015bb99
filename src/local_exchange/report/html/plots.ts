/**
 * Plots as SVG that stretches with the page: lines and dots keep their width, and labels are text beside it, so that a
 * phone shows the same plot as readable as a screen.
 */
import { type Markup, markup } from "./markup.ts";
import { amountTicks, type Scale, type Tick, timeTicks } from "./scales.ts";

/** A point in time and amount. */
export type Point = readonly [at: number, value: number];

/** What a plot is of. */
export interface Plot {
  /** What it shows, in words, for who does not see it. */
  readonly label: string;
  readonly time: Scale;
  readonly amount: Scale;
  /** The least that two marks of the amounts differ by. */
  readonly unit: number;
  readonly show: (value: number) => string;
  /** What is drawn, from back to front. */
  readonly layers: readonly Markup[];
  readonly legend: readonly LegendEntry[];
  readonly caption?: Markup | undefined;
}

/** An entry of a legend. */
export interface LegendEntry {
  readonly text: string;
  /** The class of the sample beside it. */
  readonly look: string;
}

/** A plot with its axes and its legend. */
export function plot({ label, time, amount, unit, show, layers, legend, caption }: Plot): Markup {
  const rows = amountTicks(amount, unit, show);
  const columns = timeTicks(time);
  const zero = amount.least < 0 && amount.most > 0
    ? [markup`
      <path class="zero" d="M0 ${amount.place(0)}H1000" />
    `]
    : [];
  return markup`<figure class="plot">
<div class="legend">${
    legend.map(({ text, look }) => markup`<span><i class="${look}"></i>${text}</span>`)
  }</div>
<div class="frame">
<div class="rows" aria-hidden="true">${
    rows.map(({ value, text }) => markup`<span style="top:${amount.percent(value)}">${text}</span>`)
  }</div>
<svg role="img" aria-label="${label}" viewBox="0 0 1000 1000" preserveAspectRatio="none">
<path class="grid" d="${grid(rows, columns, time, amount)}"/>${zero}${layers}
</svg>
<div class="columns" aria-hidden="true">${
    columns.map(({ value, text }) => markup`<span style="left:${time.percent(value)}">${text}</span>`)
  }</div>
</div>${
    caption === undefined ? "" : markup`
      <figcaption>${caption}</figcaption>
    `
  }
</figure>`;
}

const grid = (rows: readonly Tick[], columns: readonly Tick[], time: Scale, amount: Scale): string =>
  [
    ...rows.map(({ value }) => `M0 ${amount.place(value)}H1000`),
    ...columns.map(({ value }) => `M${time.place(value)} 0V1000`),
  ].join("");

/** The path of what stays until it changes, up to the end of the axis. */
function steps(points: readonly Point[], { time, amount }: Pick<Plot, "time" | "amount">): string {
  const [first] = points;
  if (first === undefined) return "";
  const rest = points.slice(1).map(([at, value]) => `H${time.place(at)}V${amount.place(value)}`).join("");
  return `M${time.place(first[0])} ${amount.place(first[1])}${rest}H1000`;
}

/** A line. */
export const line = (look: string, points: readonly Point[], scales: Pick<Plot, "time" | "amount">): Markup =>
  markup`
    <path class="line ${look}" d="${steps(points, scales)}" />
  `;

/** A line, with what is between it and zero. */
export function area(look: string, points: readonly Point[], scales: Pick<Plot, "time" | "amount">): Markup {
  const [first] = points;
  if (first === undefined) return markup``;
  const floor = scales.amount.place(Math.max(0, scales.amount.least));
  const path = steps(points, scales);
  return markup`
    <path class="area ${look}" d="${path}V${floor}H${scales.time.place(first[0])}Z" />
    <path class="line ${look}" d="${path}" />
  `;
}

/** Boxes of what was reached between two points. */
export function ranges(
  look: string,
  boxes: readonly {
    readonly from: number;
    readonly to: number;
    readonly low: number;
    readonly high: number;
  }[],
  { time, amount }: Pick<Plot, "time" | "amount">,
): Markup {
  if (boxes.length === 0) return markup``;
  const path = boxes.map(({ from, to, low, high }) =>
    `M${time.place(from)} ${amount.place(high)}H${time.place(to)}V${amount.place(low)}H${time.place(from)}Z`
  );
  return markup`
    <path class="range ${look}" d="${path.join("")}" />
  `;
}

/** Dots of one kind. They are lines of no length, so that they stay round in whatever shape the plot is. */
export function dots(
  look: string,
  points: readonly Point[],
  { time, amount }: Pick<Plot, "time" | "amount">,
): Markup {
  if (points.length === 0) return markup``;
  const path = points.map(([at, value]) => `M${time.place(at)} ${amount.place(value)}h0`).join("");
  const hole = look.includes("taker")
    ? markup`
      <path class="hole ${look}" d="${path}" />
    `
    : markup``;
  return markup`
    <path class="dot ${look}" d="${path}" />${hole}
  `;
}

/** A bar from the middle of its row: to the right what is above zero. */
export interface Bar {
  readonly text: string;
  readonly value: number;
  readonly shown: string;
  readonly look: string;
}

/** Bars below each other, on one scale. */
export function bars(label: string, rows: readonly Bar[], most: number): Markup {
  return markup`<div class="bars" role="img" aria-label="${label}">${
    rows.map(({ text, value, shown, look }) => {
      const width = most === 0 ? 0 : Math.round(Math.abs(value) / most * 5_000) / 100;
      const left = value < 0 ? 50 - width : 50;
      return markup`
        <div
          class="bar"><span class="name">${text}</span><span class="track"><i class="${look}" style="left:${left}%;width:${width}%"></i></span><span class="value">${shown}</span></div>
      `;
    })
  }
</div>`;
}
