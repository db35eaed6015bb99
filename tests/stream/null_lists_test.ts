/** Lists that a server of Go never filled, and so writes as null: empty ones, on the stream of each product. */
import { assertEquals } from "@std/assert";
import { test } from "../support/test.ts";
import { streamProducts, type StreamsOfProduct } from "./support/products.ts";
import { take } from "./support/take.ts";
import { startTimed } from "./support/timed_exchange.ts";

function withNullLists({ books }: StreamsOfProduct, text: string): unknown {
  const frame = JSON.parse(text);
  const { msg } = frame;
  if (frame.type === "orderbook_snapshot") {
    msg[books.bids] ??= null;
    msg[books.asks] ??= null;
  }
  if (frame.type === "ok" && msg.market_tickers !== undefined) msg.market_tickers = null;
  return frame;
}

for (const product of streamProducts) {
  const { name, books, local } = product;
  test(`${name}: sides of a book and other lists that come as null are empty ones`, async () => {
    await using timed = await startTimed({}, product);
    const { exchange } = timed;
    const [ticker = "", other = ""] = ["KXA", "KXB"].map((one) => local.list(exchange, one));
    local.counter(exchange, { ticker, side: "bid", cents: 40, count: "2.00" });
    const stream = await timed.connect({}, { wsJsonParse: (text) => withNullLists(product, text) });
    const frames = await stream.subscribe("orderbook_delta", { market_tickers: [ticker] });
    const levels = async () => {
      const [item] = await take(frames, 1);
      assertEquals(item?.type, "orderbook_snapshot");
      const msg = (item as { readonly msg?: Record<string, unknown> }).msg ?? {};
      return [msg[books.bids], msg[books.asks]];
    };
    assertEquals(await levels(), [[[local.price(40), "2.00"]], []]);
    await frames.add([other]);
    assertEquals(await levels(), [[], []]);
    const book = await stream.orderBook(other);
    assertEquals([book.state, book.bestBid, book.bestAsk], ["live", undefined, undefined]);
  });
}
