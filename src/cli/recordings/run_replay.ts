/**
 * Prints a recording, or a book of it.
 *
 * @module
 */
import { formatCount, formatPrice } from "../../base/fixed_point.ts";
import { BookReplay, eventBookDecoder, type MarketBook, type OrderBook } from "../../books/mod.ts";
import {
  openRecording,
  type RecordedItem,
  type Recording,
  type ReplayOptions,
} from "../../recordings/mod.ts";
import { printLevels } from "../book_output.ts";
import { ladderLines } from "../ladder.ts";
import type { CliContext } from "../context.ts";
import { CliError } from "../exit_codes.ts";
import type { CliIo } from "../io.ts";
import { type Column, openOutput, type Output, type OutputOptions } from "../output.ts";
import { nowOf, parseSpan, parseTime } from "../times.ts";

/** The options of `kalshi replay`. */
export interface ReplayCommandOptions extends OutputOptions {
  /** `--speed` */
  readonly speed: number | "max";
  /** `--channel` */
  readonly channel?: readonly string[] | undefined;
  /** `--market` */
  readonly market?: readonly string[] | undefined;
  /** `--from` */
  readonly from?: string | undefined;
  /** `--to` */
  readonly to?: string | undefined;
  /** `--book` */
  readonly book?: string | undefined;
  /** `--every` */
  readonly every?: string | undefined;
  /** `--depth` */
  readonly depth: number;
}

/** Prints a recording. */
export async function runReplay(
  { io, signal }: CliContext,
  dir: string,
  options: ReplayCommandOptions,
): Promise<void> {
  const output = openOutput(io, options);
  const { speed, channel: channels, market: tickers, from, to, book, every } = options;
  if (every !== undefined && book === undefined) throw new CliError("usage", "--every goes with --book.");
  const now = nowOf(io);
  const between: ReplayOptions = {
    speed,
    fromMs: from === undefined ? undefined : parseTime("--from", from, now),
    toMs: to === undefined ? undefined : parseTime("--to", to, now),
    signal,
    clock: io.clock,
  };
  const everyMs = every === undefined ? undefined : parseSpan("--every", every);
  const recording = await openRecording(dir);
  if (book === undefined) return await printItems(output, recording, { ...between, channels, tickers });
  await printBook(io, output, recording, { ...between, ticker: book, everyMs, depth: options.depth });
}

const timeOf = (ms: number): string => new Date(ms).toISOString();

const counted = (count: number, what: string, more = "s"): string =>
  `${count} ${what}${count === 1 ? "" : more}`;

/** What an item says, in words. */
function detailOf(item: RecordedItem): string {
  switch (item.kind) {
    case "frame":
      return JSON.stringify(item.frame.msg ?? null);
    case "text":
      return item.text;
    case "start":
      return `${item.header.environment}, ${
        Object.keys(item.header.channels).join(" ")
      }, part ${item.header.part}`;
    case "end":
      return `${item.reason}, ${counted(item.frames, "frame")}`;
    case "status":
      return item.cause === undefined ? item.state : `${item.state}: ${item.cause}`;
    case "gap":
      return `${
        item.missed === undefined ? "some frames" : counted(item.missed, "frame")
      } missing (${item.reason})`;
    case "reconnected":
      return `nothing from ${timeOf(item.missedFromMs)} to ${timeOf(item.missedToMs)}`;
    case "dropped":
      return `${counted(item.frames, "frame")} not recorded`;
    case "ended":
      return "no longer recorded";
    case "market":
      return JSON.stringify(item.market);
    case "damaged":
      return `${item.reason}: ${item.message}`;
    case "other":
      return JSON.stringify(item.value);
  }
}

const frameOf = (item: RecordedItem) => item.kind === "frame" ? item : undefined;
const channelIn = (item: RecordedItem) => "channel" in item ? item.channel : undefined;

const itemColumns: readonly Column<RecordedItem>[] = [
  { name: "time", value: ({ atMs }) => timeOf(atMs), width: 24 },
  {
    name: "kind",
    value: ({ kind }) => kind,
    width: 11,
    colour: ({ kind }) =>
      ["gap", "reconnected", "dropped", "damaged", "text", "ended"].includes(kind) ? "yellow" : undefined,
  },
  { name: "channel", value: channelIn, width: 15 },
  { name: "ticker", value: (item) => "ticker" in item ? item.ticker : undefined, width: 26 },
  { name: "type", value: (item) => frameOf(item)?.frame.type, inTable: false },
  { name: "sid", value: (item) => frameOf(item)?.frame.sid, inTable: false },
  { name: "seq", value: (item) => frameOf(item)?.frame.seq, width: 6, align: "right" },
  { name: "detail", value: detailOf },
  { name: "file", value: ({ file }) => file, inTable: false },
  { name: "line", value: ({ line }) => line, inTable: false },
];

/** What `--json` prints: the frame as it came, once. */
function asJson(item: RecordedItem): unknown {
  if (item.kind !== "frame") return item;
  const { text: _, ...more } = item;
  return more;
}

async function printItems(output: Output, recording: Recording, options: ReplayOptions): Promise<void> {
  const rows = output.rows(itemColumns, { isLive: true, json: asJson });
  for await (const item of recording.replay(options)) await rows.add(item);
  await rows.end();
}

/** The best prices of a book at some time. */
interface Top {
  readonly time: string;
  readonly ticker: string;
  readonly state: string;
  readonly reason: string | null;
  readonly bid: string | null;
  readonly bid_size: string | null;
  readonly ask: string | null;
  readonly ask_size: string | null;
}

const topColumns: readonly Column<Top>[] = [
  { name: "time", value: ({ time }) => time, width: 24 },
  { name: "ticker", value: ({ ticker }) => ticker },
  { name: "state", value: ({ state }) => state, width: 9 },
  { name: "reason", value: ({ reason }) => reason, width: 12 },
  { name: "bid", value: ({ bid }) => bid, align: "right", width: 6 },
  { name: "bid_size", value: ({ bid_size }) => bid_size, align: "right", width: 9 },
  { name: "ask", value: ({ ask }) => ask, align: "right", width: 6 },
  { name: "ask_size", value: ({ ask_size }) => ask_size, align: "right", width: 9 },
];

function topOf(ticker: string, book: MarketBook | undefined): Omit<Top, "time"> {
  const state = book?.state ?? "waiting";
  const live = state === "live" ? book?.read() : undefined;
  const price = (value: number | undefined) => value === undefined ? null : formatPrice(value);
  const count = (value: number | undefined) => value === undefined ? null : formatCount(value);
  return {
    ticker,
    state,
    reason: book?.reason ?? null,
    bid: price(live?.bestBid),
    bid_size: count(live?.bestBidSize),
    ask: price(live?.bestAsk),
    ask_size: count(live?.bestAskSize),
  };
}

/** Which book is printed, and when. */
interface BookOptions extends Omit<ReplayOptions, "channels" | "tickers"> {
  readonly ticker: string;
  readonly everyMs: number | undefined;
  readonly depth: number;
}

/** Prints a book as `kalshi book` does: a ladder for people, a row for each level for programs. */
async function printRecorded(
  { stdout }: CliIo,
  output: Output,
  ticker: string,
  book: OrderBook,
  depth: number,
): Promise<void> {
  if (output.format !== "table") return await printLevels(output, ticker, book.depth(depth), undefined);
  const lines = ladderLines({
    ticker,
    state: "recorded",
    depth: book.depth(),
    own: new Map(),
    ownIsKnown: false,
  }, { columns: stdout.columns, depth, paint: output.paint });
  await stdout.write(`${lines.join("\n")}\n`);
}

async function printBook(
  io: CliIo,
  output: Output,
  recording: Recording,
  { ticker, everyMs, depth, ...options }: BookOptions,
): Promise<void> {
  const channel = recording.files.findLast(({ header }) => header)?.header?.channels["orderbook_delta"];
  const decoder = eventBookDecoder({ useYesPrice: channel?.use_yes_price !== false });
  const replay = new BookReplay({ decoder });
  const tops = output.rows(topColumns, { isLive: true });
  const { fromMs = -Infinity } = options;
  let nextMs: number | undefined;
  let top = topOf(ticker, undefined);
  let lastMs: number | undefined;
  /** The books as they were before this item, at every time that has come. */
  const printTops = async (atMs: number, everyMs: number) => {
    nextMs ??= Math.ceil(Math.max(fromMs, atMs) / everyMs) * everyMs;
    for (; nextMs <= atMs; nextMs += everyMs) await tops.add({ time: timeOf(nextMs), ...top });
  };
  const { losses } = await recording.replayInto(replay, options, async ({ atMs }) => {
    if (everyMs === undefined) return;
    if (atMs >= fromMs) await printTops(atMs, everyMs);
    top = topOf(ticker, replay.books.get(ticker));
    lastMs = atMs;
  });
  if (everyMs !== undefined) {
    if (lastMs !== undefined) await tops.add({ time: timeOf(lastMs), ...top });
    return await tops.end();
  }
  const book = replay.books.get(ticker);
  if (book === undefined) {
    throw new CliError(
      "failed",
      `No book of ${ticker} is in this recording. Record it with orderbook_delta.`,
    );
  }
  if (book.state !== "live") {
    throw new CliError(
      "failed",
      `The book of ${ticker} is ${book.state} at that time (${
        book.reason ?? "no snapshot yet"
      }): its prices may be ` +
        "wrong. Give another --to; `kalshi replay DIR --channel orderbook_delta` shows what is missing.",
    );
  }
  await printRecorded(io, output, ticker, book.read(), depth);
  if (losses > 0) await output.note(`What is missing before it: ${counted(losses, "loss", "es")}.`);
}
