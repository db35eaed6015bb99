/**
 * Quotes both sides of a market around the middle of everybody else's book, until Ctrl-C.
 *
 *     deno run -A --env-file examples/market_maker.ts TICKER [SECONDS]
 */
import process from "node:process";
import { KalshiClient } from "@unofficial/kalshi";
import { formatCount, formatPrice, parseCount, parsePrice } from "@unofficial/kalshi/fixed-point";
import { QuoteManager, restQuotePort } from "@unofficial/kalshi/trading";

const [ticker, seconds] = process.argv.slice(2);
if (ticker === undefined) throw new Error("Say which market: market_maker.ts TICKER [SECONDS]");
const end = new AbortController();
process.once("SIGINT", () => end.abort());
if (seconds !== undefined) setTimeout(() => end.abort(), Number(seconds) * 1_000);

/** How far from the middle each side stands, and how far it must have moved before we follow. */
const HALF_SPREAD = parsePrice("0.0200");
const FOLLOW = parsePrice("0.0100");
/** Contracts a side, and the most to hold, YES or NO. */
const SIZE = parseCount("5.00");
const MOST = parseCount("25.00");

await using client = await KalshiClient.fromEnv(undefined, { rateLimit: "auto" });
await using stream = await client.stream();
await using book = await stream.orderBook(ticker);
await using quotes = await QuoteManager.open({
  port: restQuotePort({ client, stream }),
  name: "maker",
  limits: { maxOrderCount: formatCount(SIZE), maxPosition: formatCount(MOST), maxNotional: "50.00" },
  books: stream,
  pullWhenStale: true,
  refill: true,
  onEvent: (event) => {
    if (event.type === "filled") {
      console.log("filled", event.count, event.order.side, event.order.price, "position", event.position);
    } else if (event.type === "refused") console.log("refused:", event.error.message);
  },
});

let around: number | undefined;

/** Says anew what we want, where the middle of what others want has moved. */
async function quote(): Promise<void> {
  // A quote that follows the book with itself in it follows itself.
  const own = quotes.orders.map(({ side, price, remaining }) => ({
    side,
    price: parsePrice(price),
    size: parseCount(remaining),
  }));
  const { mid } = book.without(own);
  if (mid === undefined || around !== undefined && Math.abs(mid - around) < FOLLOW) return;
  around = mid;
  const cents = (price: number) => Math.min(9_900, Math.max(100, Math.round(price / 100) * 100));
  const bid = formatPrice(cents(mid - HALF_SPREAD));
  const ask = formatPrice(cents(mid + HALF_SPREAD));
  console.log("quoting", bid, "/", ask);
  // What is held already may leave room for less, or for none, on the side that would add to it.
  const held = parseCount(quotes.position(ticker as string));
  const level = (price: string, space: number) =>
    space > 0 ? { price, count: formatCount(Math.min(SIZE, space)) } : null;
  await quotes.set(ticker as string, { bid: level(bid, MOST - held), ask: level(ask, MOST + held) })
    .catch((error) => console.log("not quoted:", error.message));
}

const changes = book.changes();
end.signal.addEventListener("abort", () => void changes.return?.());
await quote();
// While the book is stale, the manager has pulled the quotes.
for await (const change of changes) if (change.type !== "stale") await quote();

// Cancels everything, and asks the exchange until nothing of ours rests.
await quotes.stop();
const { placed, canceled } = quotes.stats();
console.log("stopped;", placed, "orders placed,", canceled, "cancelled");
