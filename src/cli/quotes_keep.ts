/**
 * `kalshi quotes TICKER`: quotes that are kept until Ctrl-C, then canceled, which is proven.
 *
 * @module
 */
import { formatCount, formatPrice } from "../base/fixed_point.ts";
import { deferred, onAborted } from "../base/waits.ts";
import type { KalshiClient } from "../client.ts";
import { KalshiQuotesLeftError, QuoteManager, restQuotePort } from "../trading/mod.ts";
import type { QuoteEvent, QuoteOrder } from "../trading/mod.ts";
import type { CliContext } from "./context.ts";
import { CliError } from "./exit_codes.ts";
import type { Column, Output } from "./output.ts";
import type { ReadQuotes } from "./quote_input.ts";
import { nowOf } from "./times.ts";

/** One thing that happened to the quotes; every line has all of these. */
interface QuoteLine {
  readonly ts_ms: number;
  /** A `type` of Kalshi's quote events of this library, or `proven`: nothing of the quotes rests. */
  readonly type: QuoteEvent["type"] | "proven";
  readonly ticker: string;
  readonly side: string | null;
  readonly price: string | null;
  /** Contracts that rest of the order. */
  readonly remaining: string | null;
  /** Contracts that filled of it: with `filled`, just now. */
  readonly filled: string | null;
  /** What is held of the market after a fill: below zero it is NO. */
  readonly position: string | null;
  readonly order_id: string | null;
  readonly client_order_id: string | null;
  /** Why, in words. */
  readonly detail: string | null;
}

const columns: readonly Column<QuoteLine>[] = [
  { name: "ts_ms", value: ({ ts_ms }) => ts_ms, inTable: false },
  {
    name: "type",
    value: ({ type }) => type,
    width: 10,
    colour: ({ type }) =>
      type === "filled" ? "green" : type === "refused" || type === "error" ? "red" : undefined,
  },
  { name: "ticker", value: ({ ticker }) => ticker, inTable: false },
  { name: "side", value: ({ side }) => side, width: 4 },
  { name: "price", value: ({ price }) => price, align: "right", width: 6 },
  { name: "remaining", value: ({ remaining }) => remaining, align: "right", width: 9 },
  { name: "filled", value: ({ filled }) => filled, align: "right", width: 9 },
  { name: "position", value: ({ position }) => position, align: "right", width: 9 },
  { name: "order_id", value: ({ order_id }) => order_id, inTable: false },
  { name: "client_order_id", value: ({ client_order_id }) => client_order_id, inTable: false },
  { name: "detail", value: ({ detail }) => detail },
];

const orderFields = ({ side, price, remaining, filled, orderId, clientOrderId }: QuoteOrder) => ({
  side,
  price,
  remaining,
  filled,
  order_id: orderId ?? null,
  client_order_id: clientOrderId,
});

const messageOf = (error: unknown): string => error instanceof Error ? error.message : String(error);

/** Why something happened, in words. */
function detailOf(event: QuoteEvent): string | null {
  switch (event.type) {
    case "amended":
      return `${event.why}, ${event.kept ? "kept its place" : "at the end of the queue"}`;
    case "canceled":
    case "held":
      return event.why;
    case "gone":
      return event.reason ?? null;
    case "refused":
    case "unknown":
      return `${event.what}: ${messageOf(event.error)}`;
    case "resolved":
      return event.tookEffect ? "it took effect" : "it did not take effect";
    case "market-closed":
      return event.status;
    case "book":
      return event.live
        ? "the book is live"
        : `the book is stale${event.pulled ? ", quotes are pulled" : ""}`;
    case "reconciled":
      return `${event.why}: ${event.adopted} taken over, ${event.gone} gone`;
    case "killed":
      return event.cause.type;
    case "error":
      return messageOf(event.error);
    default:
      return null;
  }
}

const NOTHING = {
  side: null,
  price: null,
  remaining: null,
  filled: null,
  position: null,
  order_id: null,
  client_order_id: null,
};

function lineOf(event: QuoteEvent, ticker: string, ts_ms: number): QuoteLine {
  return {
    ts_ms,
    type: event.type,
    ticker,
    ...NOTHING,
    ...("order" in event && orderFields(event.order)),
    ...("side" in event && { side: event.side }),
    ...(event.type === "filled" && { filled: event.count }),
    position: event.type === "filled" ? event.position : null,
    detail: detailOf(event),
  };
}

/** A name of their own for the quotes of each market, so that two markets may be quoted at once. */
async function nameOf(ticker: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(ticker)));
  return `cli_${Array.from(digest.subarray(0, 6), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

const level = (price: number | undefined, count: number) =>
  price === undefined ? null : { price: formatPrice(price), count: formatCount(count) };

/** Cancels all quotes, and says that none rests. */
async function stopQuotes(output: Output, manager: QuoteManager): Promise<void> {
  try {
    await manager.stop();
  } catch (error) {
    if (!(error instanceof KalshiQuotesLeftError)) throw error;
    throw new CliError("unknown", messageOf(error));
  }
  await output.note("No quote rests: the exchange shows none.");
}

/** Keeps quotes until Ctrl-C. */
export async function keepQuotes(
  { io, signal }: CliContext,
  output: Output,
  client: KalshiClient,
  ticker: string,
  { bid, ask, count, refill, maxPosition, name }: ReadQuotes,
): Promise<void> {
  // Neither stream nor manager hears of Ctrl-C: they are needed until everything is canceled.
  const stream = await client.stream({ onError: (error) => void output.note(messageOf(error)) });
  try {
    const manager = await QuoteManager.open({
      port: restQuotePort({ client, stream }),
      name: name ?? await nameOf(ticker),
      clock: io.clock,
      books: stream,
      pullWhenStale: true,
      refill,
      ...(maxPosition !== undefined && { limits: { maxPosition } }),
    });
    const events = manager.events();
    const rows = output.rows(columns, { isLive: true });
    const printed = (async () => {
      for await (const event of events) {
        // A manager that stops lets go of its book: that says nothing of the market.
        if (event.type === "book" && manager.state.name !== "quoting") continue;
        await rows.add(lineOf(event, ticker, nowOf(io)));
      }
    })();
    try {
      if (!signal.aborted) {
        await manager.set(ticker, { bid: level(bid, count), ask: level(ask, count) });
        await output.note("Quoting. Ctrl-C cancels the quotes, and looks whether they are gone.");
        await untilOver(signal, manager);
      }
    } finally {
      await stopQuotes(output, manager);
      await printed;
    }
    await rows.add({ ts_ms: nowOf(io), type: "proven", ticker, ...NOTHING, detail: "no quote rests" });
    await rows.end();
  } finally {
    await stream.close();
  }
}

/** Resolves at Ctrl-C, and when there is nothing to quote any more. */
async function untilOver(signal: AbortSignal, manager: QuoteManager): Promise<void> {
  const events = manager.events()[Symbol.asyncIterator]();
  const over = (async () => {
    for (;;) {
      const { done, value } = await events.next();
      if (done === true || value.type === "market-closed" || value.type === "killed") return;
    }
  })();
  const pressed = deferred();
  const unheard = onAborted(signal, pressed.resolve);
  if (signal.aborted) pressed.resolve();
  try {
    await Promise.race([pressed.promise, over]);
  } finally {
    unheard();
    await events.return?.();
  }
}
