/** Market data over TLS sockets: a busy book, cut in the middle. */
import { assert, assertEquals } from "@std/assert";
import { formatPrice } from "../../src/base/fixed_point.ts";
import { FixClient } from "../../src/fix/client.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { adapters } from "../runtime/support/adapters.ts";
import { certificates } from "../support/things/peers/certificates.mjs";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";

for (const { name, make } of await adapters()) {
  test(`${name}: a busy book over TLS ends as the exchange's, over a broken connection as well`, async () => {
    const fix = { tls: certificates() };
    await using exchange = await LocalExchange.start({ markets: 0, marketMakers: false, fix });
    const { auth } = await exchange.createAccount();
    const ticker = exchange.listMarket({ ticker: "M" });
    const config = exchange.fixConfig("market-data", { retryBaseDelayMs: 50 });
    const runtime = make({ caCertificates: config.ca ?? [] });
    await using client = await FixClient.connect({ auth, config, runtime });
    await using book = await client.orderBook(ticker);
    const sizes = new Map<number, number>();
    const rest = (count: number) => {
      for (let made = 0; made < count; made++) {
        const price = 100 * (1 + made % 40);
        sizes.set(price, (sizes.get(price) ?? 0) + 100);
        exchange.placeCounterOrder({ ticker, side: "bid", price: formatPrice(price), count: "1.00" });
      }
    };
    const isRight = () =>
      book.state === "live" &&
      [...sizes].every(([price, size]) => book.lastKnown.sizeAt("bid", price) === size);
    rest(400);
    await until(isRight);
    exchange.fix.restart();
    rest(400);
    await until(isRight);
    assertEquals(book.depth().bids.length, 40);
    assert(client.state.name === "active" && client.state.connection === 2);
  });
}
