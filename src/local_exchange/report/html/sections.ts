/** The parts of a page, from above to below. */
import type { AdverseSelection, Liquidity, RunFill, RunMarket, RunReportData } from "../data.ts";
import { type Markup, markup } from "./markup.ts";
import { area, type Bar, bars, dots, type LegendEntry, line, plot, type Point, ranges } from "./plots.ts";
import { amountScale, timeScale } from "./scales.ts";
import { showCents, showCount, showGain, showLength, showMoney, showPrice, showTime } from "./show.ts";
import { figureColumn, tableOf, textColumn } from "./tables.ts";

/** Fills that the page lists, and markets whose prices it draws. */
const LISTED_FILLS = 200;
const DRAWN_MARKETS = 6;
const DRAWN_FILLS = 600;

const markOf = (text: string): string => text.startsWith("-") ? "bad" : /[1-9]/.test(text) ? "good" : "";

/** A gain in its colour. */
const gain = (text: string): Markup => markup`<span class="${markOf(text)}">${showGain(text)}</span>`;

/** Dollars on an axis: `$0.50`, `$20`, `$250k`, `$1.5M`. */
function dollars(value: number): string {
  const [size, unit] = Math.abs(value) >= 1e6 ? [1e6, "M"] : Math.abs(value) >= 1e4 ? [1e3, "k"] : [1, ""];
  return `${showMoney((value / size).toFixed(6)).replace(/\.00$/, "")}${unit}`;
}

const contracts = (value: number): string => showCount(value.toFixed(2));
const prices = (value: number): string => showPrice(value.toFixed(4));

/** An amount to the cent, cut: what is behind that stands in the tables. */
const cents = (text: string): string => text.replace(/(\.\d\d)\d*$/, "$1");

/** A gain to the cent. */
const headline = (text: string): Markup => gain(cents(text));

/** The figures. */
export function cards({ summary }: RunReportData): Markup {
  const { maxDrawdown, cashAtRisk, orders } = summary;
  const card = (name: string, value: Markup | string, note: string) => {
    const shown = typeof value === "string" ? markup`${value}` : value;
    // Long amounts are smaller, so that they are not broken.
    const size = shown.text.replace(/<[^>]*>/g, "").length > 12 ? "long" : "short";
    return markup`<div class="card"><dt>${name}</dt><dd class="${size}">${shown}</dd><dd class="note">${note}</dd></div>`;
  };
  const fell = maxDrawdown.toMs - maxDrawdown.fromMs;
  return markup`<dl class="cards">${[
    card("P&L after fees", headline(summary.pnl), `on ${showMoney(cents(summary.startBalance))}`),
    card("Realized", headline(summary.realized), "after fees"),
    card("Unrealized", headline(summary.unrealized), "of open positions"),
    card("Fees", showMoney(cents(summary.fees)), "as booked"),
    card(
      "Max drawdown",
      showMoney(cents(maxDrawdown.amount)),
      fell === 0 ? "never below a high" : `within ${showLength(fell)}`,
    ),
    card(
      "Cash at risk",
      showMoney(cents(cashAtRisk.most)),
      `at most; ${showMoney(cents(cashAtRisk.average))} on average`,
    ),
    card(
      "Contracts filled",
      showCount(summary.contractsFilled),
      `${showCount(summary.contractsMade)} of them as maker`,
    ),
    card(
      "Fill ratio",
      summary.fillRatio === "" ? "–" : `${showCount((Number(summary.fillRatio) * 100).toFixed(2))}%`,
      `of ${showCount(summary.contractsOrdered)} asked for`,
    ),
    card(
      "Orders",
      showCount(String(orders.placed)),
      `${orders.canceled} canceled, ${orders.rejected} refused`,
    ),
    card(
      "Halted",
      summary.halts === 0 ? "never" : showLength(summary.haltedMs),
      summary.halts === 0
        ? "no market stood still"
        : summary.halts === 1
        ? "1 time"
        : `${summary.halts} times`,
    ),
  ]}</dl>`;
}

/** P&L over time. */
export function pnlSection({ curve, fromMs, toMs, summary }: RunReportData): Markup {
  const { points, intervalMs } = curve;
  const series = (of: "pnl" | "realized" | "lowestPnl" | "highestPnl") =>
    points.map((point): Point => [point.atMs, Number(point[of])]);
  const [pnl, realized] = [series("pnl"), series("realized")];
  const scales = {
    time: timeScale(fromMs, toMs),
    amount: amountScale(
      [pnl, realized, series("lowestPnl"), series("highestPnl")].flat().map(([, y]) => y),
      0,
    ),
  };
  const boxes = points.slice(1).map((point, index) => ({
    from: points[index]?.atMs ?? fromMs,
    to: point.atMs,
    low: Number(point.lowestPnl),
    high: Number(point.highestPnl),
  })).filter(({ low, high }) => low < high);
  return markup`<section><h2>Profit and loss</h2>
${
    plot({
      label: `Profit and loss over time: ${showGain(summary.pnl)} at the end, between ${
        showGain(summary.lowestPnl)
      } and ${showGain(summary.highestPnl)}`,
      ...scales,
      unit: 0.01,
      show: dollars,
      layers: [
        ranges("first", boxes, scales),
        line("second dashed", realized, scales),
        line("first", pnl, scales),
      ],
      legend: [
        { text: "P&L after fees", look: "first" },
        { text: "realized", look: "second dashed" },
        ...(boxes.length > 0 ? [{ text: "lowest to highest in between", look: "box first" }] : []),
      ],
      caption:
        markup`Open positions are marked at the middle of the market without the orders of this run. A point for each ${
          showLength(intervalMs)
        } in which something changed.`,
    })
  }</section>`;
}

/** What was at stake over time. */
export function exposureSection({ curve: { points }, fromMs, toMs, summary }: RunReportData): Markup {
  const time = timeScale(fromMs, toMs);
  const series = (of: "cashAtRisk" | "setAside" | "yes" | "no", sign = 1) =>
    points.map((point): Point => [point.atMs, sign * Number(point[of])]);
  const [atRisk, aside] = [series("cashAtRisk"), series("setAside")];
  const [yes, no] = [series("yes"), series("no", -1)];
  const money = { time, amount: amountScale([atRisk, aside].flat().map(([, y]) => y), 0) };
  const held = { time, amount: amountScale([yes, no].flat().map(([, y]) => y), 0) };
  return markup`
    <section>
      <h2>Exposure</h2>
      <div class="pair">
    ${
    plot({
      label: `Cash at risk over time: ${showMoney(summary.cashAtRisk.most)} at most`,
      ...money,
      unit: 0.01,
      show: dollars,
      layers: [area("first", atRisk, money), line("second dashed", aside, money)],
      legend: [
        { text: "what open positions cost", look: "first" },
        { text: "set aside for resting orders", look: "second dashed" },
      ],
    })
  }
    ${
    plot({
      label: "Contracts held over time: YES above zero, NO below",
      ...held,
      unit: 0.01,
      show: contracts,
      layers: [area("first", yes, held), area("second", no, held)],
      legend: [{ text: "YES held", look: "first" }, { text: "NO held, below zero", look: "second" }],
    })
  }</div>
    </section>
  `;
}

/** Where the middle went after the fills. */
export function adverseSection({ adverseSelection, markets }: RunReportData): Markup {
  const measured = adverseSelection.filter(({ fills }) => fills > 0);
  const values = measured.flatMap((row) => [row.againstPerContract, row.keptPerContract]).map(Number);
  const most = Math.max(0, ...values.map(Math.abs));
  return markup`<section><h2>Adverse selection</h2>
<p>How far the middle of the market moved against the fills, and what a contract was then ahead of its price, each in cents a contract. A maker who keeps less than its fees after a minute is filled by those who know more.</p>
<div class="pair">${
    (["maker", "taker"] as const).map((liquidity) => chartOf(liquidity, measured, most))
  }</div>
${tableOf("Adverse selection by kind of fill", adverseColumns, adverseSelection)}
${byMarket(markets)}</section>`;
}

function chartOf(liquidity: Liquidity, rows: readonly AdverseSelection[], most: number): Markup {
  const own = rows.filter((row) => row.liquidity === liquidity);
  if (own.length === 0) {
    return markup`
      <div>
        <h3>As ${liquidity}</h3>
        <p>No fills that could be measured.</p>
      </div>
    `;
  }
  const barsOf = (of: "againstPerContract" | "keptPerContract"): Bar[] =>
    own.filter(({ afterMs }) => of === "keptPerContract" || afterMs > 0).map((row) => {
      const value = Number(row[of]);
      const isGood = of === "keptPerContract" ? value > 0 : value < 0;
      return {
        text: afterText(row.afterMs),
        value,
        shown: showCents(row[of]),
        look: isGood ? "good" : "bad",
      };
    });
  return markup`<div><h3>As ${liquidity} <small>moved against</small></h3>
${bars(`How far the middle moved against fills as ${liquidity}`, barsOf("againstPerContract"), most)}
<h3>As ${liquidity} <small>kept of the price</small></h3>
${bars(`What fills as ${liquidity} were ahead of their price`, barsOf("keptPerContract"), most)}</div>`;
}

const afterText = (ms: number): string => ms === 0 ? "at the fill" : `after ${showLength(ms)}`;

const adverseColumns = [
  textColumn("Fills as", ({ liquidity }: AdverseSelection) => liquidity),
  textColumn("Measured", ({ afterMs }: AdverseSelection) => afterText(afterMs)),
  figureColumn("Fills", ({ fills }: AdverseSelection) => showCount(String(fills))),
  figureColumn("Contracts", (row: AdverseSelection) => showCount(row.contracts)),
  figureColumn("Not known", ({ unknown }: AdverseSelection) => showCount(String(unknown))),
  figureColumn("Against a contract", (row: AdverseSelection) => showCents(row.againstPerContract)),
  figureColumn("Against a fill", (row: AdverseSelection) => showCents(row.againstPerFill)),
  figureColumn("Kept of a contract", (row: AdverseSelection) => showCents(row.keptPerContract)),
  figureColumn("Kept of a fill", (row: AdverseSelection) => showCents(row.keptPerFill)),
];

function byMarket(markets: readonly RunMarket[]): Markup {
  const traded = markets.filter(({ fills }) => fills > 0);
  const last = traded[0]?.adverseSelection.at(-1)?.afterMs;
  if (last === undefined || traded.length < 2) return markup``;
  const of = (market: RunMarket, liquidity: Liquidity) =>
    market.adverseSelection.find((row) => row.liquidity === liquidity && row.afterMs === last);
  return tableOf(`By market, ${afterText(last)}, in cents a contract`, [
    textColumn("Market", ({ ticker }: RunMarket) => ticker),
    figureColumn("Fills", ({ fills }: RunMarket) => showCount(String(fills))),
    figureColumn(
      "Against makers",
      (market: RunMarket) => showCents(of(market, "maker")?.againstPerContract ?? null),
    ),
    figureColumn(
      "Makers kept",
      (market: RunMarket) => showCents(of(market, "maker")?.keptPerContract ?? null),
    ),
    figureColumn(
      "Against takers",
      (market: RunMarket) => showCents(of(market, "taker")?.againstPerContract ?? null),
    ),
    figureColumn(
      "Takers kept",
      (market: RunMarket) => showCents(of(market, "taker")?.keptPerContract ?? null),
    ),
  ], traded);
}

/** Fills where they happened, for the markets with the most of them. */
export function priceSection({ markets, fills, fromMs, toMs }: RunReportData): Markup {
  const drawn = markets.filter(({ fills: count }) => count > 0)
    .toSorted((one, other) => other.fills - one.fills).slice(0, DRAWN_MARKETS);
  if (drawn.length === 0) return markup``;
  const traded = markets.filter(({ fills: count }) => count > 0).length;
  const which = drawn.length < traded ? ` The ${drawn.length} of ${traded} markets with the most fills.` : "";
  return markup`
    <section>
      <h2>Fills on price</h2>
      <p>The middle of each market from the first order on, and the fills.${which}</p>
      <div class="pair">${
    drawn.map((market) =>
      pricePlot(market, fills.kept.filter(({ ticker }) => ticker === market.ticker), fromMs, toMs)
    )
  }</div>
    </section>
  `;
}

const looks = [
  ["buy maker", "bought, as maker", "bid", "maker"],
  ["buy taker", "bought, as taker", "bid", "taker"],
  ["sell maker", "sold, as maker", "ask", "maker"],
  ["sell taker", "sold, as taker", "ask", "taker"],
] as const;

function pricePlot(market: RunMarket, own: readonly RunFill[], fromMs: number, toMs: number): Markup {
  const shown = own.slice(-DRAWN_FILLS);
  const mids = market.mids.map(({ atMs, mid }): Point => [atMs, Number(mid)]);
  const points = (side: string, liquidity: string) =>
    shown.filter((fill) => fill.side === side && fill.liquidity === liquidity)
      .map((fill): Point => [fill.atMs, Number(fill.price)]);
  const scales = {
    time: timeScale(fromMs, toMs),
    amount: amountScale([...mids.map(([, y]) => y), ...shown.map(({ price }) => Number(price))]),
  };
  const present = looks.map(([look, text, side, liquidity]) => ({ look, text, at: points(side, liquidity) }))
    .filter(({ at }) => at.length > 0);
  const legend: LegendEntry[] = [
    { text: "middle", look: "quiet" },
    ...present.map(({ look, text }) => ({ text, look: `dot ${look}` })),
  ];
  return markup`<div><h3>${
    market.title === market.ticker ? market.ticker : markup`${market.title} <small>${market.ticker}</small>`
  }</h3>
${
    plot({
      label: `${market.fills} fills in ${market.ticker} on the middle of its market`,
      ...scales,
      unit: 0.0001,
      show: prices,
      layers: [line("quiet", mids, scales), ...present.map(({ look, at }) => dots(look, at, scales))],
      legend,
      caption: shown.length < market.fills
        ? markup`The latest ${shown.length} of ${market.fills} fills.`
        : undefined,
    })
  }</div>`;
}

/** A line for each market. */
export const marketSection = ({ markets }: RunReportData): Markup =>
  markup`<section><h2>Markets</h2>
${
    tableOf("What came of each market", [
      textColumn("Market", ({ ticker }: RunMarket) => ticker),
      figureColumn("P&L", ({ pnl }: RunMarket) => gain(pnl)),
      figureColumn("Realized", ({ realized }: RunMarket) => gain(realized)),
      figureColumn("Unrealized", ({ unrealized }: RunMarket) => gain(unrealized)),
      figureColumn("Fees", ({ fees }: RunMarket) => showMoney(fees)),
      figureColumn("Orders", ({ orders }: RunMarket) => showCount(String(orders))),
      figureColumn("Fills", ({ fills }: RunMarket) => showCount(String(fills))),
      figureColumn("Bought", ({ bought }: RunMarket) => showCount(bought)),
      figureColumn("Sold", ({ sold }: RunMarket) => showCount(sold)),
      figureColumn("Held", held),
      figureColumn(
        "Marked at",
        ({ mark, markedBy }: RunMarket) =>
          mark === null ? "its cost" : `${showPrice(mark)} (${markWords[markedBy]})`,
      ),
      textColumn("Result", ({ result }: RunMarket) => resultText(result)),
    ], markets)
  }</section>`;

const markWords = { result: "result", mid: "middle", "last-mid": "last middle", cost: "cost" } as const;

function held({ yes, no }: RunMarket): string {
  const parts = [[yes, "YES"], [no, "NO"]].filter(([count = ""]) => /[1-9]/.test(count));
  return parts.length === 0
    ? "–"
    : parts.map(([count = "", name = ""]) => `${showCount(count)} ${name}`).join(", ");
}

const resultText = (value: string | null): string =>
  value === null ? "–" : Number(value) === 1 ? "YES" : Number(value) === 0 ? "NO" : showPrice(value);

/** The latest fills. */
export function fillSection({ fills }: RunReportData): Markup {
  const shown = fills.kept.slice(-LISTED_FILLS).toReversed();
  const afters = shown[0]?.after ?? [];
  const columns = [
    textColumn("Time (UTC)", ({ atMs }: RunFill) => showTime(atMs)),
    textColumn("Market", ({ ticker }: RunFill) => ticker),
    textColumn("Side", ({ side }: RunFill) => side === "bid" ? "bought" : "sold"),
    figureColumn("Price", ({ price }: RunFill) => showPrice(price)),
    figureColumn("Contracts", ({ count }: RunFill) => showCount(count)),
    textColumn("As", ({ liquidity }: RunFill) => liquidity),
    figureColumn("Fee", ({ fee }: RunFill) => showMoney(fee)),
    figureColumn("Middle", ({ mid }: RunFill) => showPrice(mid)),
    ...afters.map(({ afterMs }, index) =>
      figureColumn(afterText(afterMs), ({ after }: RunFill) => showPrice(after[index]?.mid ?? null))
    ),
    figureColumn("Queue ahead", ({ queueAhead }: RunFill) => showCount(queueAhead)),
    figureColumn("Position", ({ position }: RunFill) => showCount(position)),
  ];
  const caption = fills.total === shown.length
    ? "All fills, latest first"
    : `The latest ${shown.length} of ${showCount(String(fills.total))} fills`;
  return markup`<section><h2>Fills</h2>
${shown.length === 0 ? markup`<p>Nothing was filled.</p>` : tableOf(caption, columns, shown)}</section>`;
}

/** What became of the orders. */
export function orderSection({ summary: { orders }, settlements }: RunReportData): Markup {
  const rows: readonly (readonly [string, number])[] = [
    ["placed", orders.placed],
    ["came to rest", orders.rested],
    ["amended", orders.amended],
    ["made smaller", orders.decreased],
    ["traded at all", orders.filled],
    ["traded wholly", orders.filledWholly],
    ...Object.entries(orders.canceledBy).map(([why, count]) => [`ended unfilled: ${why}`, count] as const),
    ...Object.entries(orders.rejectedBy).map(([why, count]) => [`refused: ${why}`, count] as const),
  ];
  const paid = settlements.kept.slice(-LISTED_FILLS).toReversed();
  return markup`<section><h2>Orders</h2>
${
    tableOf("What became of the orders", [
      textColumn("Orders", ([name]: readonly [string, number]) => name),
      figureColumn("How many", ([, count]: readonly [string, number]) => showCount(String(count))),
    ], rows)
  }</section>${
    paid.length === 0 ? markup`` : markup`<section><h2>Settlements</h2>
${
      tableOf(
        `Positions that were paid out${
          paid.length < settlements.total ? `, the latest ${paid.length} of ${settlements.total}` : ""
        }`,
        [
          textColumn("Time (UTC)", (one: typeof paid[number]) => showTime(one.atMs)),
          textColumn("Market", (one: typeof paid[number]) => one.ticker),
          figureColumn("Held", (one: typeof paid[number]) =>
            one.position.startsWith("-")
              ? `${showCount(one.position.slice(1))} NO`
              : `${showCount(one.position)} YES`),
          textColumn("Result", (one: typeof paid[number]) => resultText(one.value)),
          figureColumn("Cost", (one: typeof paid[number]) =>
            showMoney(one.cost)),
          figureColumn("Paid", (one: typeof paid[number]) => showMoney(one.revenue)),
          figureColumn("Fee", (one: typeof paid[number]) => showMoney(one.fee)),
        ],
        paid,
      )
    }</section>`
  }`;
}
