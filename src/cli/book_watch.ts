/**
 * `kalshi book TICKER --watch`: a ladder that is drawn in place, or a line for each change.
 *
 * @module
 */
import { type Clock, systemClock } from "../base/clock.ts";
import type { LiveOrderBook } from "../books/live_order_book.ts";
import type { AsyncItems } from "../base/web_types.ts";
import type { StreamStatus } from "../stream/status.ts";
import { Bell } from "./bell.ts";
import { BookLines } from "./book_lines.ts";
import { painter } from "./colours.ts";
import type { CliContext } from "./context.ts";
import type { CliIo } from "./io.ts";
import { ladderLines } from "./ladder.ts";
import { type ListedOrder, OwnOrders, type StreamedOrder } from "./own_orders.ts";
import { Screen } from "./screen.ts";
import { bookLinePrinter } from "./book_output.ts";
import type { Output } from "./output.ts";
import { delay, onAborted } from "../base/waits.ts";

/** A stream of any product, as far as a book is watched through it. */
interface WatchedStream {
  orderBook(ticker: string, options: { readonly signal: AbortSignal }): Promise<LiveOrderBook<object>>;
  userOrders(
    params: { readonly market_tickers: string[] },
    options: { readonly recover: true; readonly signal: AbortSignal },
  ): Promise<AsyncIterable<{ readonly type: string; readonly msg?: unknown }>>;
  status(): AsyncItems<StreamStatus>;
  close(): Promise<void>;
}

/** What is watched. */
export interface Watched {
  readonly client: {
    stream(options: { readonly signal: AbortSignal; readonly onError: () => void }): Promise<WatchedStream>;
  };
  readonly ticker: string;
  readonly title: string;
  /** Levels a side in the ladder. */
  readonly depth: number;
  /** The account's resting orders on it, asked for when they are walked over. */
  readonly orders: AsyncIterable<ListedOrder>;
}

/** So often a picture is drawn though nothing has happened: ages grow, and windows change their size. */
const IDLE_MS = 500;
/** A picture is looked at for so long at least. */
const SHORTEST_MS = 40;

/** Follows the account's own orders; ends with the stream. */
async function followOrders(
  stream: WatchedStream,
  { ticker, orders: listed }: Watched,
  own: OwnOrders,
  tell: () => void,
  signal: AbortSignal,
): Promise<void> {
  const orders = await stream.userOrders({ market_tickers: [ticker] }, { recover: true, signal });
  // Subscribed first: what changes while the list is on its way is not missed.
  for await (const order of listed) own.take(order);
  tell();
  void (async () => {
    try {
      for await (const item of orders) {
        if (item.type !== "user_order") continue;
        own.take(item.msg as StreamedOrder);
        tell();
      }
    } catch {
      // The book's own loop tells that the stream is over.
    }
  })();
}

function connectionWords(status: StreamStatus): string | undefined {
  if (status.state === "open") return undefined;
  return status.state === "reconnecting" ? `reconnecting, attempt ${status.attempt}` : status.state;
}

/** Draws the ladder until the signal aborts or the stream is over; the terminal is then as it was before. */
async function drawLadder(
  io: CliIo,
  signal: AbortSignal,
  clock: Clock,
  { title, depth }: Watched,
  { stream, book, own }: { stream: WatchedStream; book: LiveOrderBook<object>; own: OwnOrders },
  bell: Bell,
): Promise<void> {
  let connection: string | undefined;
  let failure: { readonly error: unknown } | undefined;
  const follow = async () => {
    try {
      for await (const _ of book.changes({ policy: "latest" })) bell.ring();
    } catch (error) {
      failure = { error };
    }
    bell.ring();
  };
  const followStatus = async () => {
    for await (const status of stream.status()) {
      connection = connectionWords(status);
      bell.ring();
    }
  };
  const followed = follow();
  void followStatus();
  const screen = new Screen(io.stdout);
  const paint = painter(io, io.stdout);
  let size = "";
  try {
    while (!signal.aborted && book.state !== "closed") {
      const { columns, lines: rows } = io.stdout;
      if (size !== (size = `${columns} ${rows}`)) await screen.clear();
      const { ticker, state, reason, ageMs } = book;
      await screen.draw(ladderLines({
        ticker,
        title,
        state,
        reason,
        ageMs,
        connection,
        depth: book.lastKnown.depth(),
        own: own.levels(),
        ownIsKnown: true,
      }, { columns, rows, depth, paint }));
      await bell.heard(clock, IDLE_MS, signal);
      await delay(clock, SHORTEST_MS, signal);
    }
  } finally {
    await screen.leave();
  }
  if (signal.aborted) return;
  // The book is closed: the stream has given up, and says why.
  await followed;
  if (failure !== undefined) throw failure.error;
}

/** Writes a line for each change. */
async function writeChanges(output: Output, signal: AbortSignal, book: LiveOrderBook<object>): Promise<void> {
  const lines = new BookLines(book);
  const changes = book.changes({ policy: "drop-oldest", limit: 10_000 });
  const print = bookLinePrinter(output);
  await print(lines.snapshot(book.reason));
  for await (const change of changes) {
    if (signal.aborted) return;
    const line = lines.change(change);
    if (line !== undefined) await print(line);
  }
}

/** Watches a book until Ctrl-C. */
export async function watchBook({ io, signal }: CliContext, output: Output, watched: Watched): Promise<void> {
  const { client, ticker } = watched;
  const clock = io.clock ?? systemClock;
  const bell = new Bell();
  // What goes wrong on the way shows in the book's state; a line of it would spoil the picture.
  const stream = await client.stream({ signal, onError: () => bell.ring() });
  const close = () => void stream.close();
  const unheard = onAborted(signal, close);
  try {
    const book = await stream.orderBook(ticker, { signal });
    if (output.format !== "table") return await writeChanges(output, signal, book);
    const own = new OwnOrders(ticker);
    await followOrders(stream, watched, own, () => bell.ring(), signal);
    await drawLadder(io, signal, clock, watched, { stream, book, own }, bell);
  } finally {
    unheard();
    await stream.close();
  }
}
