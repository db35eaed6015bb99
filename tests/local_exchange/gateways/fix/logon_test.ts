/** Who gets a session, who does not, and in which words. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { KalshiConfigError } from "../../../../src/base/errors.ts";
import { KalshiAuth } from "../../../../src/auth/mod.ts";
import type { FixSessionKind, FixSessionOptions, LogonOptions } from "../../../../src/fix/mod.ts";
import { signedLogon } from "../../../../src/fix/mod.ts";
import {
  type FixLogonFault,
  LocalExchange,
  type LocalExchangeOptions,
} from "../../../../src/local_exchange/mod.ts";
import { ManualClock } from "../../../../src/testing/manual_clock.ts";
import { test } from "../../../support/test.ts";
import { there } from "../../../../tools/there.ts";
import { type ClientOptions, FixTester, order } from "./support/fix_client.ts";
import { benches } from "./support/products.ts";

async function setUp(options: LocalExchangeOptions = {}) {
  const clock = new ManualClock();
  const exchange = LocalExchange.create({ clock, markets: 0, marketMakers: false, fix: true, ...options });
  const account = await exchange.createAccount();
  exchange.listMarket({ ticker: "M" });
  const runtime = exchange.createRuntime();
  const tester = (more: Partial<ClientOptions> = {}) =>
    new FixTester(exchange, { auth: account.auth, runtime, ...more });
  return { clock, exchange, account, runtime, tester };
}

test("each kind of session is logged on to", async () => {
  const kinds: FixSessionKind[] = [
    "order-entry",
    "order-entry-rt",
    "drop-copy",
    "post-trade",
    "rfq",
    "market-data",
  ];
  for (const senderCompId of ["session", "Kalshi"] as const) {
    const { exchange, tester } = await setUp({ fix: { senderCompId } });
    await using _ = exchange;
    for (const session of kinds) {
      const { targetCompId } = exchange.fixConfig(session);
      const alsoTargetCompID = ["Kalshi"];
      await using client = tester({ session, more: { alsoTargetCompID } });
      await client.logOn();
      const logon = client.events.flatMap((event) => event.type === "logged-on" ? [event.logon] : [])[0];
      const keeps = session === "order-entry-rt" || session === "post-trade";
      assertEquals(
        [logon?.header.SenderCompID, logon?.HeartBtInt, logon?.ResetSeqNumFlag],
        [senderCompId === "Kalshi" ? "Kalshi" : targetCompId, 30, keeps ? undefined : true],
      );
      assertEquals(exchange.fix.open, 1);
      client.session.logout();
      await client.ended();
    }
  }
});

test("what a Logon may not say is answered with a Logout that says why", async () => {
  const { exchange, account, tester } = await setUp();
  await using _ = exchange;
  const listener: LogonOptions = { ListenerSession: true, SkipPendingExecReports: true };
  const plain = signedLogon(account.auth, 30, {});
  const role = (more: object): Partial<FixSessionOptions> => ({
    role: { side: "initiator", logon: async (facts) => ({ ...await plain(facts), ...more }) },
  });
  const cases: [Partial<ClientOptions>, string][] = [
    [{ heartbeatSeconds: 3 }, "HeartBtInt(108) must be 4 or more"],
    [{ more: role({ DefaultApplVerID: "8" }) }, "DefaultApplVerID(1137) must be 9"],
    [{ more: { resetOnLogon: false } }, "ResetSeqNumFlag(141) must be Y on KalshiNR"],
    [{ logon: { ListenerSession: true } }, "ListenerSession(20126) needs SkipPendingExecReports(21011)=Y"],
    [
      { logon: { ...listener, CancelOrdersOnDisconnect: true } },
      "ListenerSession(20126) does not go with CancelOrdersOnDisconnect(8013)",
    ],
    [{ session: "market-data", logon: listener }, "ListenerSession(20126) is not for KalshiMD"],
    [
      { session: "rfq", logon: { ReceiveSettlementReports: true } },
      "ReceiveSettlementReports(20127) is not for KalshiRFQ",
    ],
    [
      { session: "order-entry-rt", logon: { MessageRetentionPeriod: 73 } },
      "MessageRetentionPeriod(20200) must be from 1 to 72 hours",
    ],
    [{ logon: { UseCapReservation: true } }, "UseCapReservation(21032) is for FCMs"],
    [
      { auth: KalshiAuth.fromSigner({ keyId: "nobody", sign: () => Promise.resolve(btoa("s".repeat(64))) }) },
      "unknown SenderCompID: no such API key",
    ],
  ];
  for (const [options, text] of cases) {
    assertEquals(await tester(options).refused(), text);
    assertEquals(exchange.fix.open, 0);
  }
});

test("a wrong signature and a wrong time are answered with a Reject", async () => {
  const { exchange, account, tester } = await setUp();
  await using _ = exchange;
  const wrong = KalshiAuth.fromSigner({
    keyId: account.keyId,
    sign: () => Promise.resolve(btoa("s".repeat(64))),
  });
  const forged = tester({ auth: wrong });
  assertEquals(await forged.refused(), "Signature problem");
  assertEquals(forged.types, ["3"]);
  exchange.setClockSkew(30_001);
  assertEquals(await tester().refused(), "SendingTime accuracy problem");
  exchange.setClockSkew(30_000);
  await using client = tester();
  await client.logOn();
});

test("scopes: read and write::trade, read alone for a listener", async () => {
  const { exchange, account, tester } = await setUp();
  await using _ = exchange;
  const listener: LogonOptions = { ListenerSession: true, SkipPendingExecReports: true };
  const reader = await exchange.createKey(account.id, { scopes: ["read"] });
  assertEquals(await tester({ auth: reader.auth }).refused(), "the API key lacks the scope write::trade");
  await using listens = tester({ auth: reader.auth, logon: listener });
  await listens.logOn();
  const trader = await exchange.createKey(account.id, { scopes: ["read", "write::trade"] });
  await using trades = tester({ auth: trader.auth });
  await trades.logOn();
  assertEquals(exchange.fix.open, 2);
});

test("a key has one connection; one that broke counts until its heartbeat is overdue", async () => {
  const { clock, exchange, tester } = await setUp();
  await using _ = exchange;
  const first = tester();
  await first.logOn();
  assertEquals(await tester({ session: "market-data" }).refused(), "already exists");
  first.session.abandon("the network is gone");
  await clock.advance(0);
  assertEquals(exchange.fix.open, 0);
  assertEquals(await tester().refused(), "already exists");
  await clock.advance(59_000);
  assertEquals(await tester().refused(), "already exists");
  await clock.advance(1_000);
  await using second = tester();
  await second.logOn();
  // Who says goodbye may be back at once.
  second.session.logout();
  await second.ended();
  await second.logOn();
  assertEquals(exchange.fix.open, 1);
});

test("Logons have a limit of their own", async () => {
  const { clock, exchange, tester } = await setUp({ rateLimits: true });
  await using _ = exchange;
  const client = tester();
  for (let n = 0; n < 10; n++) {
    await client.logOn();
    client.session.logout();
    await client.ended();
  }
  assertEquals(await client.refused(), "rate limit exceeded");
  await clock.advance(60_000);
  await client.logOn();
  assertEquals(exchange.fix.open, 1);
  client.session.logout();
  await client.ended();
});

test("a Logon is refused on request, in each way", async () => {
  const { clock, exchange, tester } = await setUp();
  await using _ = exchange;
  const faults: [FixLogonFault, string, string][] = [
    [{ text: "already exists" }, "already exists", "5"],
    [
      { text: "FIX logon service busy; retry with backoff" },
      "FIX logon service busy; retry with backoff",
      "5",
    ],
    [{ answer: "reject", reason: 10, text: "late" }, "late", "3"],
  ];
  for (const [fault, text, type] of faults) {
    exchange.fix.refuse(fault);
    const client = tester();
    assertEquals(await client.refused(), text);
    assertEquals(client.types, [type]);
  }
  exchange.fix.refuse({ answer: "cut" });
  assert((await tester().refused()).includes("closed"));
  exchange.fix.refuse({ answer: "hang" });
  const patient = tester();
  const waiting = patient.refused();
  await clock.advance(10_000);
  assertEquals(await waiting, "no Logon came in time");
  exchange.fix.refuse({ text: "no" });
  exchange.fix.clearFaults();
  await using client = tester();
  await client.logOn();
});

test("numbers and reports of KalshiRT outlive a connection, a Logout and the death of the gateway", async () => {
  const { clock, exchange, tester } = await setUp({ fix: { onlineMs: 0 } });
  await using _ = exchange;
  await using client = tester({ session: "order-entry-rt", logon: { SkipPendingExecReports: true } });
  await client.logOn();
  client.send(order("a", "M"));
  await client.next();
  for (
    const away of [
      () => client.session.abandon("the network is gone"),
      () => client.session.logout(),
      () => exchange.fix.restart(),
    ]
  ) {
    away();
    await client.ended();
    await clock.advance(0);
    exchange.placeCounterOrder({ ticker: "M", side: "ask", price: "0.5500", count: "1" });
    exchange.placeCounterOrder({ ticker: "M", side: "ask", price: "0.5500", count: "2" });
    await client.logOn();
    const missed = await client.next(2);
    assertEquals(missed.map(({ LastQty, header }) => [LastQty, header.PossDupFlag]), [
      ["1.00", true],
      ["2.00", true],
    ]);
  }
});

test("messages are kept as long as the Logon asked; what is older is refused", async () => {
  const { clock, exchange, tester } = await setUp();
  await using _ = exchange;
  const logon: LogonOptions = { SkipPendingExecReports: true, MessageRetentionPeriod: 48 };
  await using client = tester({ session: "order-entry-rt", logon });
  await client.logOn();
  client.send(order("a", "M"));
  await client.next();
  client.session.logout();
  await client.ended();
  exchange.setCloseTime("M", exchange.clock.now() + 30 * 86_400_000);
  exchange.placeCounterOrder({ ticker: "M", side: "ask", price: "0.5500", count: "1" });
  await clock.advance(47 * 3_600_000);
  exchange.placeCounterOrder({ ticker: "M", side: "ask", price: "0.5500", count: "2" });
  await client.logOn();
  assertEquals((await client.next(2)).map(({ LastQty }) => LastQty), ["1.00", "2.00"]);
  client.session.logout();
  await client.ended();
  exchange.placeCounterOrder({ ticker: "M", side: "ask", price: "0.5500", count: "3" });
  await clock.advance(49 * 3_600_000);
  await client.logOn();
  await clock.advance(0);
  assertEquals(client.types.slice(-3), ["A", "3", "5"]);
  assertEquals((client.seen.at(-2) as Record<string, unknown> | undefined)?.RefTagID, 7);
});

test("perps have a gateway of their own, with the sessions that they have and the Logon of their pages", async () => {
  const perps = there(benches[1]);
  const exchange = LocalExchange.create({ clock: new ManualClock(), ...perps.exchange });
  await using _ = exchange;
  const { auth, id } = await exchange.createAccount();
  const runtime = exchange.createRuntime();
  const tester = (more: Partial<ClientOptions> = {}) =>
    new FixTester(exchange, { auth, runtime, product: "margin", ...more });
  for (const session of ["order-entry", "order-entry-rt", "drop-copy", "market-data"] as const) {
    await using client = tester({ session, heartbeatSeconds: 3 });
    await client.logOn();
    assertEquals([exchange.fixOf("margin").open, exchange.fix.open], [1, 0]);
    client.session.logout();
    await client.ended();
  }
  const { port } = exchange.fixConfig("order-entry");
  assert(port !== exchange.fixConfig("order-entry", { product: "margin" }).port);
  const plain = signedLogon(auth, 30, {});
  const role = (more: object): Partial<FixSessionOptions> => ({
    role: { side: "initiator", logon: async (facts) => ({ ...await plain(facts), ...more }) },
  });
  // HeartBtInt may be left out, and is then 30.
  await using silent = tester({ more: role({ HeartBtInt: undefined }) });
  await silent.logOn();
  const [logon] = silent.events.flatMap((event) => event.type === "logged-on" ? [event.logon] : []);
  assertEquals(logon?.HeartBtInt, 30);
  silent.session.logout();
  await silent.ended();
  for (const name of ["ReceiveSettlementReports", "AlwaysEmitNewBeforeTrade", "UseCapReservation"]) {
    assertEquals(
      await tester({ logon: { [name]: true } }).refused(),
      "Tag not defined for this message type",
      name,
    );
  }
  assertEquals(await tester({ heartbeatSeconds: 2 }).refused(), "HeartBtInt(108) must be 3 or more");
  assertEquals(
    await tester({ logon: { UseDollars: false } }).refused(),
    "UseDollars(21005) is always on for margin",
  );
  // What event contracts have, under its name.
  const named = (TargetCompID: string) => tester({ more: { TargetCompID } }).refused();
  for (const name of ["KalshiPT", "KalshiRFQ"]) assertEquals(await named(name), "unknown TargetCompID");
  exchange.perps.setEnabled(id, false);
  assertEquals(await tester().refused(), "the account is not enabled for margin");
});

test("a key of perps and one of event contracts are online each by itself; who has no perps has no such FIX", async () => {
  const perps = there(benches[1]);
  const exchange = LocalExchange.create({ clock: new ManualClock(), ...perps.exchange });
  await using _ = exchange;
  const { auth } = await exchange.createAccount();
  const runtime = exchange.createRuntime();
  await using one = await FixTester.open(exchange, { auth, runtime });
  await using other = await FixTester.open(exchange, { auth, runtime, product: "margin" });
  assert(one.session.active && other.session.active);
  assertEquals(
    await new FixTester(exchange, { auth, runtime, product: "margin" }).refused(),
    "already exists",
  );
  await using without = LocalExchange.create({ markets: 0, fix: true });
  assertThrows(() => without.fixOf("margin"), KalshiConfigError, "perps: true");
  assertThrows(
    () => without.fixConfig("order-entry", { product: "margin" }),
    KalshiConfigError,
    "perps: true",
  );
  assertThrows(() => without.fixOf("perps" as "margin"), KalshiConfigError, '"event" or "margin"');
  assertThrows(() => exchange.fixConfig("rfq", { product: "margin" }), KalshiConfigError, 'cannot be "rfq"');
});
