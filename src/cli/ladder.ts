/**
 * The ladder of an order book as lines of text: asks above, bids below, the best ones in the middle.
 *
 * @module
 */
import { formatCount, formatFixed, formatPrice } from "../base/fixed_point.ts";
import type { BookState, StaleReason } from "../books/changes.ts";
import type { BookDepth, BookLevel } from "../books/order_book.ts";
import { levelKey, type OwnLevels } from "./own_orders.ts";
import { type Colour, type Paint, printable } from "./colours.ts";
import { cutText, padText, textWidth } from "./text_width.ts";

/** What a ladder shows. */
export interface LadderView {
  readonly ticker: string;
  readonly title?: string | undefined;
  /** What a {@linkcode BookState} says, that it was read once and is not kept up, or is of a recording. */
  readonly state: BookState | "read" | "recorded";
  readonly reason?: StaleReason | undefined;
  /** How old the last proof is that the book was right, in milliseconds; left out where it is not known. */
  readonly ageMs?: number | undefined;
  /** What becomes of the connection, where it is not open. */
  readonly connection?: string | undefined;
  readonly depth: BookDepth;
  readonly own: OwnLevels;
  /** Whether own orders are known: without a key nobody knows them. */
  readonly ownIsKnown: boolean;
}

/** The room that there is. */
export interface LadderRoom {
  /** Width in characters. */
  readonly columns: number;
  /** Height in lines; what has no end, such as a file, has none, and then nothing is padded. */
  readonly rows?: number | undefined;
  /** Levels a side at most. */
  readonly depth: number;
  readonly paint: Paint;
}

/** Lines that are no levels: title, state, headings, spread, foot. */
const FIXED_LINES = 5;
/** The exchange gives a sign of life every ten seconds. */
const QUIET_MS = 15_000;
const LONGEST_BAR = 40;
const SHORTEST_BAR = 5;

const ALARM: Colour = "yellow";
const OWN: Colour = "cyan";

/** Levels a side for which there is room. */
export function levelsThatFit({ rows, depth }: LadderRoom): number {
  return rows === undefined ? depth : Math.max(1, Math.min(depth, Math.floor((rows - FIXED_LINES) / 2)));
}

/** Why a book is not live, in words. */
const reasons: Readonly<Record<StaleReason, string>> = {
  "gap": "a frame is missing",
  "early-delta": "a change came before the first snapshot",
  "negative-level": "a change took more than there was",
  "crossed": "bids reached asks",
  "unreadable": "a frame could not be read",
  "unnumbered": "a frame came without its number",
  "unknown-frame": "a frame came that nobody knows",
  "mismatch": "a check found a difference",
  "late-snapshot": "the snapshot is late",
  "disconnected": "the connection broke",
};

/** What a state means for who reads the prices. */
export function stateWords(state: LadderView["state"], reason: StaleReason | undefined): string {
  const why = reason === undefined ? "" : `: ${reasons[reason] ?? reason}`;
  switch (state) {
    case "read":
      return "as it was a moment ago; --watch keeps it up";
    case "recorded":
      return "as it was recorded";
    case "live":
      return "live";
    case "waiting":
      return "waiting for the first snapshot";
    case "stale":
      return `STALE${why}; these prices may be wrong`;
    case "resyncing":
      return `RESYNCING${why}; these prices may be wrong until the new snapshot is in`;
    case "closed":
      return "closed: these prices are no longer kept up";
  }
}

interface Row extends BookLevel {
  readonly side: "bid" | "ask";
  /** Contracts from the best price down to here, in hundredths. */
  readonly total: number;
  /** Own contracts here, in hundredths. */
  readonly own: number;
}

/** The levels of one side, best first, with their totals. */
export function ladderRows(
  side: "bid" | "ask",
  levels: readonly BookLevel[],
  own: OwnLevels,
): readonly Row[] {
  let total = 0;
  return levels.map(({ price, size }) => {
    total += size;
    return { side, price, size, total, own: own.get(levelKey(side, price)) ?? 0 };
  });
}

/** Draws it; no line is wider than the room, and there are no more than fit. */
export function ladderLines(view: LadderView, room: LadderRoom): string[] {
  const levels = levelsThatFit(room);
  const asks = ladderRows("ask", view.depth.asks.slice(0, levels), view.own);
  const bids = ladderRows("bid", view.depth.bids.slice(0, levels), view.own);
  const painter = new Painter(view, room, [...asks, ...bids]);
  const padding = (rows: readonly Row[]) =>
    room.rows === undefined ? [] : Array<string>(levels - Math.max(rows.length, 1)).fill("");
  const side = (rows: readonly Row[], empty: string) =>
    rows.length > 0 ? rows.map((row) => painter.row(row)) : [painter.plain(empty, "dim")];
  const lines = [
    painter.title(),
    painter.state(),
    painter.headings(),
    ...padding(asks),
    ...side(asks, "nobody asks").reverse(),
    painter.spread(),
    ...side(bids, "nobody bids"),
    ...padding(bids),
    painter.foot(asks, bids),
  ];
  return room.rows === undefined ? lines : lines.slice(0, Math.max(1, room.rows));
}

class Painter {
  readonly #view: LadderView;
  readonly #room: LadderRoom;
  readonly #sizeWidth: number;
  readonly #totalWidth: number;
  readonly #ownWidth: number;
  readonly #barWidth: number;
  readonly #largest: number;
  /** Prices may be wrong: none has a colour that could be trusted. */
  readonly #isWrong: boolean;

  constructor(view: LadderView, room: LadderRoom, rows: readonly Row[]) {
    this.#view = view;
    this.#room = room;
    this.#isWrong = !["live", "read", "recorded"].includes(view.state);
    const widest = (heading: string, count: (row: Row) => number) =>
      rows.reduce((width, row) => Math.max(width, formatCount(count(row)).length), heading.length);
    this.#sizeWidth = widest("size", ({ size }) => size);
    const owned = rows.some(({ own }) => own > 0);
    this.#ownWidth = owned ? widest("own", ({ own }) => own) + 1 : 0;
    // What has no room goes: totals first, then bars.
    let rest = room.columns - 8 - (this.#sizeWidth + 2) - (owned ? this.#ownWidth + 2 : 0);
    const totalWidth = widest("total", ({ total }) => total);
    this.#totalWidth = rest >= totalWidth + 2 ? totalWidth : 0;
    if (this.#totalWidth > 0) rest -= totalWidth + 2;
    const bar = Math.min(LONGEST_BAR, rest - 2);
    this.#barWidth = bar >= SHORTEST_BAR ? bar : 0;
    this.#largest = rows.reduce((largest, { size }) => Math.max(largest, size), 1);
  }

  /** A line in one colour, cut to the room. */
  plain(text: string, colour?: Colour): string {
    return this.#room.paint(colour, cutText(text, this.#room.columns));
  }

  title(): string {
    const { ticker, title } = this.#view;
    const text = title === undefined ? "" : `  ${printable(title)}`;
    return this.plain(`${printable(ticker)}${text}`, "bold");
  }

  state(): string {
    const { state, reason, ageMs, connection } = this.#view;
    const age =
      ageMs === undefined || !Number.isFinite(ageMs) || ageMs < (state === "live" ? QUIET_MS : 1_000)
        ? ""
        : state === "live"
        ? `, last heard of ${Math.floor(ageMs / 1_000)} s ago`
        : `, last right ${Math.floor(ageMs / 1_000)} s ago`;
    const link = connection === undefined ? "" : `; ${connection}`;
    const text = `${stateWords(state, reason)}${age}${link}`;
    return this.plain(text, !this.#isWrong && connection === undefined ? undefined : ALARM);
  }

  headings(): string {
    return this.plain(this.#cells("price", "size", "total", "own", ""), "dim");
  }

  row({ side, price, size, total, own }: Row): string {
    const bar = this.#barWidth === 0
      ? ""
      : "█".repeat(Math.max(1, Math.round((size / this.#largest) * this.#barWidth)));
    const count = own > 0 ? `*${formatCount(own)}` : "";
    const text = this.#cells(formatPrice(price), formatCount(size), formatCount(total), count, bar);
    const colour = this.#isWrong ? "dim" : own > 0 ? OWN : side === "bid" ? "green" : "red";
    return this.plain(text, colour);
  }

  spread(): string {
    const [bid] = this.#view.depth.bids;
    const [ask] = this.#view.depth.asks;
    if (bid === undefined || ask === undefined) {
      return this.plain("  ------  no spread: a side is empty", "dim");
    }
    // The middle may lie half a ten-thousandth off.
    const middle = formatFixed((bid.price + ask.price) * 5, 5).replace(/0$/, "");
    return this.plain(`  ------  spread ${formatFixed(ask.price - bid.price, 4)}, middle ${middle}`, "dim");
  }

  foot(asks: readonly Row[], bids: readonly Row[]): string {
    const { state, depth, own, ownIsKnown } = this.#view;
    const hidden = depth.asks.length - asks.length + depth.bids.length - bids.length;
    const more = hidden > 0 ? `${hidden} more level${hidden === 1 ? "" : "s"}; ` : "";
    if (state === "recorded") return this.plain(`${more}own orders are not marked in a recording`, "dim");
    if (!ownIsKnown) return this.plain(`${more}own orders are not known without a key`, "dim");
    if (own.size === 0) return this.plain(`${more}no orders of your own`, "dim");
    const shown = [...asks, ...bids].filter((row) => row.own > 0).length;
    const outside = own.size - shown;
    const where = outside > 0 ? `, ${outside} of them outside this view` : "";
    const levels = `${own.size} level${own.size === 1 ? "" : "s"}`;
    return this.plain(`${more}* your own orders, at ${levels}${where}`, "dim");
  }

  #cells(price: string, size: string, total: string, own: string, bar: string): string {
    const cells = [padText(price, 8, "left"), padText(size, this.#sizeWidth, "left")];
    if (this.#totalWidth > 0) cells.push(padText(total, this.#totalWidth, "left"));
    if (this.#ownWidth > 0) cells.push(padText(own, this.#ownWidth, "left"));
    if (this.#barWidth > 0) cells.push(bar);
    const line = cells.join("  ");
    return textWidth(bar) === 0 ? line.trimEnd() : line;
  }
}
