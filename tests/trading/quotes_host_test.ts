/** Quotes at a local exchange, over REST and over FIX: what rests is what is wished. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { startQuoting, ways } from "./support/quoting.ts";

const level = (price: string, count: string) => ({ price, count });

for (const way of ways) {
  test(`${way}: a wish is placed, changed and taken away; a smaller size keeps its place`, async () => {
    await using scene = await startQuoting(way);
    const { quotes, ticker, resting, events } = scene;
    await quotes.set(ticker, { bid: level("0.4000", "10.00"), ask: level("0.6000", "5.00") });
    await quotes.settled();
    assertEquals(resting(), ["ask 6000 500", "bid 4000 1000"]);

    // Somebody else comes behind, and stays behind when the quote gets smaller.
    scene.exchange.counter(ticker, "bid", 4_000, 100);
    await quotes.set(ticker, { bid: level("0.4000", "4.00") });
    await quotes.settled();
    assertEquals(resting(), ["ask 6000 500", "bid 4000 400"]);
    const smaller = events.findLast((event) => event.type === "amended");
    assert(smaller?.type === "amended" && smaller.kept && smaller.why === "smaller");
    scene.exchange.counter(ticker, "ask", 4_000, 100);
    await until(() => quotes.position(ticker) === "1.00");
    assertEquals(resting(), ["ask 6000 500", "bid 4000 300"]);

    // Without `refill` what has filled is not placed anew; said again, it is.
    await quotes.settled();
    await quotes.set(ticker, { bid: level("0.4000", "4.00") });
    await quotes.settled();
    assertEquals(resting(), ["ask 6000 500", "bid 4000 400"]);

    await quotes.set(ticker, { bid: [level("0.3900", "2.00"), level("0.4100", "3.00")], ask: null });
    await quotes.settled();
    assertEquals(resting(), ["bid 3900 200", "bid 4100 300"]);
    await quotes.set(ticker, null);
    await quotes.settled();
    assertEquals(resting(), []);
    assertEquals(quotes.orders, []);
    await quotes.stop();
    assertEquals(quotes.state.name, "stopped");
    await assertRejects(() => quotes.set(ticker, null), Error, "stopped");
  });
}
