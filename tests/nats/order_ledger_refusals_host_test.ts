/** What a ledger refuses, and what it does about the refusals of the exchange and of NATS. */
import { Kvm } from "@nats-io/kv";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  KalshiAuthRequiredError,
  KalshiConfigError,
  KalshiConflictError,
  KalshiError,
} from "../../src/base/errors.ts";
import { KalshiClient } from "../../src/client.ts";
import type { KalshiClientOptions } from "../../src/client_options.ts";
import type { CreateOrderV2Request } from "../../src/contract/event/types.ts";
import { LocalExchange } from "../../src/local_exchange/local_exchange.ts";
import { KalshiNatsError } from "../../src/nats/errors.ts";
import { NatsOrderLedger } from "../../src/nats/order_ledger.ts";
import { NatsRateStore } from "../../src/nats/rate_store.ts";
import { ed25519Pkcs8 } from "../auth/fixtures.ts";
import { type NatsServer, natsTest, startNats } from "./support/server.ts";

const TICKER = "KXLEDGER-26NOV24-T60";

const wish: CreateOrderV2Request = {
  ticker: TICKER,
  side: "bid",
  count: "1.00",
  price: "0.1000",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
};

/** What a user needs to place orders by a ledger whose bucket is there, as docs/scale.md has it. */
const PERMISSIONS = `permissions: {
  publish: [
    "$JS.API.INFO", "$JS.API.STREAM.INFO.KV_KALSHI_ORDERS"
    "$JS.API.STREAM.MSG.GET.KV_KALSHI_ORDERS", "$KV.KALSHI_ORDERS.>"
  ]
  subscribe: ["_INBOX_orders.>"]
}`;

const USERS = `accounts {
  bots { jetstream: enabled, users: [
    { user: all, password: all }
    { user: orders, password: orders, ${PERMISSIONS} }
    { user: weak, password: S3cret, permissions: { publish: ["$JS.API.INFO"], subscribe: ["_INBOX.>"] } }
  ] }
  plain { users: [{ user: plain, password: S3cret }] }
}`;

const all = { user: "all", pass: "all" };

/** An exchange with two accounts, the first with two keys. */
async function startExchange() {
  const exchange = await LocalExchange.start({ marketMakers: false });
  exchange.listMarket({ ticker: TICKER });
  const [one, other] = [await exchange.createAccount(), await exchange.createAccount()];
  const second = await exchange.createKey(one.id);
  const clientOf = (key: Pick<KalshiClientOptions, "auth" | "keyId" | "privateKey">) =>
    new KalshiClient({ ...key, config: { baseUrl: exchange.config.baseUrl }, transport: exchange.fetch });
  // Its key is known by its id before it is loaded.
  const a = clientOf({ keyId: one.keyId, privateKey: one.privateKey });
  const [again, b, nobody] = [clientOf({ auth: second.auth }), clientOf({ auth: other.auth }), clientOf({})];
  return {
    ...{ exchange, keyId: one.keyId, a, again, b, nobody },
    async [Symbol.asyncDispose]() {
      for (const client of [a, again, b, nobody]) await client.close();
      await exchange.close();
    },
  };
}

const orders = async (client: KalshiClient) => (await client.orders.list({ ticker: TICKER })).items.length;

natsTest("an order that was refused since something was paused is placed after the pause", async () => {
  await using server = await startNats();
  await using scene = await startExchange();
  const { exchange, a: client } = scene;
  await using ledger = await NatsOrderLedger.open({ connection: await server.connect() });
  const place = (order = wish) => ledger.place("paused", order, { client });
  const refused = async (serverCode: string) => {
    const error = await assertRejects(() => place(), KalshiConflictError);
    assertEquals([error.serverCode, error.outcome], [serverCode, "rejected"]);
    assertEquals(await ledger.get("paused"), undefined);
  };
  exchange.pause("trading");
  await refused("trading_is_paused");
  await refused("trading_is_paused");
  exchange.pause("exchange");
  await refused("exchange_is_paused");
  exchange.pause("nothing");
  exchange.setMarketActive(TICKER, false);
  await refused("market_inactive");
  exchange.setMarketActive(TICKER, true);
  const placed = await place();
  // The same order in other words.
  assertEquals(await place({ ...wish, price: "0.1", count: "1" }), placed);
  assertEquals(await orders(client), 1);
});

natsTest(
  "an intent is its account's: another one does not get its order, several keys of one do",
  async () => {
    await using server = await startNats();
    await using scene = await startExchange();
    const { a, again, b, nobody } = scene;
    const connection = await server.connect();
    await using ledger = await NatsOrderLedger.open({ connection });
    const placed = await ledger.place("one", wish, { client: a });
    for (const client of [b, again]) {
      const error = await assertRejects(() => ledger.place("one", wish, { client }), KalshiConfigError);
      assert(error.message.includes("another account") && error.message.includes("`account`"), error.message);
      assert(!error.message.includes(`${a.keyId}`), error.message);
    }
    await assertRejects(
      () => ledger.place("one", wish, { client: nobody }),
      KalshiAuthRequiredError,
      "`account`",
    );
    const kept = await ledger.get("one");
    assertEquals([kept?.account, kept?.state === "placed" && kept.result], [scene.keyId, placed]);
    assertEquals([a.keyId, nobody.keyId], [scene.keyId, undefined]);

    await using named = await NatsOrderLedger.open({ connection, account: "main" });
    const first = await named.place("two", wish, { client: a });
    assertEquals(await named.place("two", wish, { client: again }), first);
    assertEquals([await orders(a), await orders(b)], [2, 0]);
  },
);

natsTest("what can never be sent, such as a key in the place of a ticker, is not written down", async () => {
  await using server = await startNats();
  await using scene = await startExchange();
  const connection = await server.connect();
  await using ledger = await NatsOrderLedger.open({ connection });
  const bucket = await new Kvm(connection).open("KALSHI_ORDERS");
  for (const wrong of [{ ticker: ed25519Pkcs8 }, { price: "1.5" }, { count: 1 }, { tickr: "A" }]) {
    const order = { ...wish, ...wrong } as CreateOrderV2Request;
    const error = await assertRejects(
      () => ledger.place("wrong", order, { client: scene.a }),
      KalshiConfigError,
    );
    assert(!`${error.stack}${JSON.stringify(error)}`.includes(ed25519Pkcs8.slice(30, 60)), error.message);
    assertEquals([error.outcome, await bucket.get("wrong")], ["not-sent", null]);
  }
});

/** What a call rejects with: an error of this library's that says what to do, and shows no password. */
async function told(call: () => Promise<unknown>, advice: string): Promise<void> {
  const error = await assertRejects(call, KalshiError);
  assertInstanceOf(error, KalshiNatsError);
  assert(error.message.includes(advice), error.message);
  assert(!JSON.stringify(error).includes("S3cret"));
}

natsTest("what NATS refuses is told with what to do; the permissions of the docs are enough", async () => {
  await using server: NatsServer = await startNats(USERS);
  await using scene = await startExchange();
  const { a: client } = scene;
  const weak = await server.connect({ user: "weak", pass: "S3cret" });
  await told(() => NatsOrderLedger.open({ connection: weak }), "leave to publish");
  await told(() => new NatsRateStore({ connection: weak }).drain("k", 0), "leave to publish");

  const plain = await server.connect({ user: "plain", pass: "S3cret" });
  await told(() => NatsOrderLedger.open({ connection: plain }), "with JetStream");

  const owner = await server.connect(all);
  await using ledger = await NatsOrderLedger.open({ connection: owner });
  const user = { user: "orders", pass: "orders", inboxPrefix: "_INBOX_orders" };
  await using small = await NatsOrderLedger.open({ connection: await server.connect(user) });
  const placed = await small.place("small", wish, { client });
  assertEquals(await ledger.place("small", wish, { client }), placed);

  await owner.close();
  await told(() => ledger.get("small"), "Connect again");
  await told(() => ledger.place("small", wish, { client }), "Connect again");
  await told(() => NatsOrderLedger.open({ connection: owner }), "Connect again");
  await told(() => new NatsRateStore({ connection: owner }).drain("k", 0), "Connect again");
});
