/** FIX over real sockets, plain and TLS: what one way in does is seen by the others. */
import { detectRuntime } from "#runtime";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiClient } from "../../../../src/client.ts";
import { LocalExchange } from "../../../../src/local_exchange/mod.ts";
import { KalshiStream } from "../../../../src/stream/mod.ts";
import { adapters } from "../../../runtime/support/adapters.ts";
import { certificates } from "../../../support/things/peers/certificates.mjs";
import { onFreePort } from "../../../support/free_port.ts";
import { test } from "../../../support/test.ts";
import { FixTester, order } from "./support/fix_client.ts";

test("an order by FIX is seen by REST and WebSocket, and the other way round", async () => {
  await using exchange = await LocalExchange.start({ markets: 0, marketMakers: false, fix: true });
  const { auth } = await exchange.createAccount();
  const ticker = exchange.listMarket({ ticker: "M" });
  await using fix = await FixTester.open(exchange, { auth, runtime: detectRuntime() });
  await using rest = new KalshiClient({ auth, config: exchange.config });
  await using stream = await KalshiStream.connect({ auth, config: exchange.config });
  const book = await stream.orderBook(ticker);
  const updates = (await stream.subscribe("user_orders"))[Symbol.asyncIterator]();

  fix.send(order("by-fix", ticker));
  const [, rested] = await fix.next(2);
  assertEquals(rested?.ClOrdID, "by-fix");
  const seen = await rest.orders.get(String(rested?.OrderID));
  assertEquals([seen.client_order_id, seen.status, seen.yes_price_dollars], ["by-fix", "resting", "0.5500"]);
  const update = await updates.next();
  assert(update.value?.type === "user_order");
  assertEquals(update.value.msg.client_order_id, "by-fix");
  assertEquals(book.bestBid, 5_500);

  await rest.orders.cancel(String(rested?.OrderID));
  assertEquals(await fix.lines(1), ["44 by-fix<by-fix 0/0/0"]);

  const placed = await rest.orders.create({
    ticker,
    side: "bid",
    count: "3.00",
    price: "0.4000",
    client_order_id: "by-rest",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
  });
  fix.send({ MsgType: "F", ClOrdID: "c", OrigClOrdID: "by-rest", Side: "1", Symbol: ticker });
  assertEquals(await fix.lines(2), ["66 c<by-rest 3/0/3", "44 c<by-rest 0/0/0"]);
  assertEquals((await rest.orders.get(placed.order_id)).status, "canceled");
});

for (const { name, make } of await adapters()) {
  test(`${name}: the same over TLS`, async () => {
    const fix = { tls: certificates() };
    await using exchange = await LocalExchange.start({ markets: 0, marketMakers: false, fix });
    const { auth } = await exchange.createAccount({ keyType: "rsa" });
    const ticker = exchange.listMarket({ ticker: "M" });
    const { ca = [], tls } = exchange.fixConfig("order-entry");
    assertEquals(tls, true);
    const runtime = make({ caCertificates: ca });
    await using client = await FixTester.open(exchange, { auth, runtime });
    client.send(order("a", ticker));
    assertEquals(await client.lines(2), ["AA a 10/0/10", "00 a 10/0/10"]);
    client.session.logout();
    assertEquals((await client.ended()).kind, "logout");
    assertEquals(exchange.fix.open, 0);
  });
}

test("an exchange that cannot listen to FIX listens to nothing", async () => {
  await using first = await LocalExchange.start({ markets: 0, marketMakers: false, fix: true });
  const { port: taken } = first.fixConfig("order-entry");
  await using second = await onFreePort(async (port) => {
    const options = { markets: 0, marketMakers: false, port };
    await assertRejects(() => LocalExchange.start({ ...options, fix: { port: taken } }));
    return await LocalExchange.start({ ...options, fix: true });
  });
  assertEquals(second.fix.open, 0);
});
