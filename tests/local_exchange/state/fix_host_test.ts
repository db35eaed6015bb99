/** Orders that came by FIX, over a restart of the exchange. */
import { assertEquals, assertThrows } from "@std/assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KalshiConfigError } from "../../../src/base/errors.ts";
import { FixClient, MemoryFixStore } from "../../../src/fix/mod.ts";
import { generateKey } from "../../../src/local_exchange/keys.ts";
import { LocalExchange } from "../../../src/local_exchange/mod.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { test } from "../../support/test.ts";
import type { FixProduct } from "../../../src/contract/fix/sessions.ts";
import { benches } from "../gateways/fix/support/products.ts";
import { Session } from "../support/session.ts";

/** What else REST has of an account. */
const more: Readonly<Record<FixProduct, readonly string[]>> = {
  event: ["/portfolio/order_groups", "/portfolio/balance"],
  margin: ["/margin/order_groups", "/margin/balance?compute_available_balance=true", "/margin/positions"],
};

for (const bench of benches) {
  test(`${bench.product}: orders that came by FIX survive, and a session that connects again owns them`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "exchange-fix-"));
    try {
      const state = join(folder, "exchange.state");
      const keyId = "0b5bbd52-5e4e-4f9d-b8f1-3f7a5e0a9d11";
      const { privateKey } = await generateKey("ed25519");
      const open = async () => {
        const exchange = await LocalExchange.start({
          ...bench.exchange,
          state,
          fix: { onlineMs: 0 },
        });
        const { auth } = await exchange.createAccount({ ...bench.account, keyId, privateKey });
        const connect = (options = {}) =>
          FixClient.connect({ auth, config: bench.config(exchange, "order-entry", options) });
        return { exchange, auth, connect, rest: new Session(exchange, auth) };
      };
      const read = async (rest: Session) => ({
        orders: await bench.rest.orders(rest),
        fills: await bench.rest.fills(rest),
        more: (await Promise.all(more[bench.product].map((path) => rest.get(path)))).map(({ value }) =>
          value
        ),
      });

      const first = await open();
      const Symbol = bench.list(first.exchange, "M");
      const client = await first.connect({ logon: bench.dollars });
      const order = { Symbol, Side: "1", OrderQty: "10" } as const;
      const one = await client.newOrderSingle({ ...order, Price: "0.40" });
      const two = await client.newOrderSingle({ ...order, Price: "0.41" });
      const moved = await client.orderCancelReplaceRequest({
        ...order,
        OrigClOrdID: two.ClOrdID,
        OrderQty: "12",
        Price: "0.42",
      });
      const three = await client.newOrderSingle({ ...order, Price: "0.43" });
      await client.orderCancelRequest({ Symbol, Side: "1", OrigClOrdID: three.ClOrdID });
      bench.counter(first.exchange, { ticker: "M", side: "ask", price: "0.42", count: "5" });
      const before = await read(first.rest);
      assertEquals(before.orders.length, 3);
      assertEquals(before.fills.length, 1);
      await client.close();
      await first.exchange.close();

      const { message } = assertThrows(
        () => LocalExchange.create({ state }),
        KalshiConfigError,
        "it came by FIX",
      );
      assertEquals(message.includes("start the exchange with `fix`"), true);

      const second = await open();
      assertEquals(await read(second.rest), before);
      const again = await second.connect({ logon: { ...bench.dollars, CancelOrdersOnDisconnect: true } });
      const cancelled = await again.orderCancelRequest({ Symbol, Side: "1", OrigClOrdID: one.ClOrdID });
      assertEquals(cancelled.ExecType, "4");
      const resting = async () => (await bench.rest.orders(second.rest)).filter(({ rests }) => rests).length;
      assertEquals(await resting(), 1);
      assertEquals(moved.ExecType, "5");
      // What this key entered by FIX, in this life or another, goes with its session.
      await again.close();
      while (await resting() > 0);
      const after = await read(second.rest);
      await second.exchange.close();

      const third = await open();
      assertEquals(await read(third.rest), after);
      await third.exchange.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test("a negotiation over FIX goes on over restarts, step by step", async () => {
  const folder = mkdtempSync(join(tmpdir(), "exchange-fix-"));
  try {
    const state = join(folder, "exchange.state");
    const clock = new ManualClock(Date.UTC(2026, 10, 29, 17));
    const pems = [(await generateKey("ed25519")).privateKey, (await generateKey("ed25519")).privateKey];
    /** Starts it again, with both members on: nobody says goodbye. */
    const open = async () => {
      const exchange = LocalExchange.create({ state, clock, markets: 0, marketMakers: false, fix: true });
      const runtime = exchange.createRuntime();
      const sessions = [];
      const members = [];
      for (const [index, kind] of (["order-entry-rt", "rfq"] as const).entries()) {
        const member = await exchange.createAccount({ keyId: `key-${index}`, privateKey: pems[index] });
        const store = kind === "order-entry-rt" ? { store: new MemoryFixStore() } : {};
        members.push(member);
        sessions.push(
          await FixClient.connect({
            auth: member.auth,
            config: exchange.fixConfig(kind),
            runtime,
            clock,
            ...store,
          }),
        );
      }
      await clock.advance(0);
      const [creator, maker] = sessions as [FixClient, FixClient];
      return { exchange, creator, maker, rest: new Session(exchange, members[0]?.auth) };
    };
    const first = await open();
    const Symbol = first.exchange.listMarket({ ticker: "M" });
    const { RfqId = "" } = await first.creator.quoteRequest({
      NoRelatedSym: [{ Symbol, OrderQty: "100.00" }],
    });

    const second = await open();
    const { QuoteID } = await second.maker.quote({ QuoteReqID: RfqId, Symbol, BidPx: "40", OfferPx: "55" });
    const third = await open();
    const accepted = await third.creator.acceptQuote({ QuoteID, RfqId, Side: "2", ClOrdID: "sold" });
    assertEquals(accepted.AcceptQuoteStatus, 0);
    const fourth = await open();
    assertEquals((await fourth.maker.quoteConfirm({ QuoteID, RfqId })).QuoteConfirmStatus, 0);
    await clock.advance(15_000);
    const { value: { fills } } = await fourth.rest.get("/portfolio/fills");
    assertEquals(fills[0].count_fp, "100.00");
    const { value: { orders } } = await fourth.rest.get("/portfolio/orders");
    assertEquals(orders[0].client_order_id, "sold");
    const fifth = await open();
    assertEquals((await fifth.rest.get("/portfolio/fills")).value.fills, fills);
    for (const { exchange } of [first, second, third, fourth, fifth]) await exchange.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
