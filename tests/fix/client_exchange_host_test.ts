/** A FIX client at the gateway of a local exchange, over real sockets. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { KalshiClient } from "../../src/client.ts";
import {
  KalshiAuthRejectedError,
  KalshiConfigError,
  KalshiConnectionError,
  KalshiError,
} from "../../src/base/errors.ts";
import type { ExecutionReport } from "../../src/contract/fix/messages.ts";
import {
  FileFixStore,
  FixClient,
  FixConfig,
  KalshiFixCancelRejectError,
  KalshiFixClosedError,
  KalshiFixLogonError,
  KalshiFixOrderRejectError,
} from "../../src/fix/mod.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { RateLimiter } from "../../src/rate_limits/rate_limiter.ts";
import { runScript } from "../support/run_script.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { benches } from "../local_exchange/gateways/fix/support/products.ts";
import { Session } from "../local_exchange/support/session.ts";

const quiet = { markets: 0, marketMakers: false, fix: true } as const;

for (const bench of benches) {
  test(`${bench.product}: orders over FIX: placed, changed, cancelled, swept and refused, and REST sees them`, async () => {
    await using exchange = await LocalExchange.start(bench.exchange);
    const { auth } = await exchange.createAccount(bench.account);
    const Symbol = bench.list(exchange, "M");
    const rest = new Session(exchange, auth);
    const config = bench.config(exchange, "order-entry", { logon: bench.dollars });
    await using client = await FixClient.connect({ auth, config });

    const order = await client.newOrderSingle({ Symbol, Side: "1", OrderQty: "10", Price: "0.4000" });
    assertEquals([order.report.ExecType, order.isOpen], ["0", true]);
    const known = async () => (await bench.rest.orders(rest)).find(({ id }) => id === order.OrderID);
    assertEquals((await known())?.ClOrdID, order.ClOrdID);
    const { ClOrdID: OrigClOrdID } = order;
    const replaced = await client.orderCancelReplaceRequest({
      Symbol,
      Side: "1",
      OrigClOrdID,
      OrderQty: "12",
      Price: "0.4100",
    });
    assertEquals([replaced.ExecType, replaced.OrigClOrdID], ["5", OrigClOrdID]);
    const canceled = await client.orderCancelRequest({ Symbol, Side: "1", OrigClOrdID: order.ClOrdID });
    assertEquals([canceled.ExecType, order.isOpen], ["4", false]);
    const seen = [];
    for await (const item of order.reports()) seen.push((item as ExecutionReport).ExecType);
    assertEquals(seen.filter((type) => type !== "E" && type !== "6"), ["5", "4"]);

    const gone = await assertRejects(
      () => client.orderCancelRequest({ Symbol, Side: "1", OrigClOrdID: order.ClOrdID }),
      KalshiFixCancelRejectError,
    );
    assertEquals(gone.outcome, "rejected");
    const nowhere = await assertRejects(
      () => client.newOrderSingle({ Symbol: "NO-SUCH", Side: "1", OrderQty: "1", Price: "0.4000" }),
      KalshiFixOrderRejectError,
      "MARKET_NOT_FOUND",
    );
    assert(/check Symbol/.test(nowhere.message));
    await assertRejects(
      () => client.newOrderSingle({ Symbol, Side: "1", OrderQty: "100000", Price: "0.9000" }),
      KalshiFixOrderRejectError,
      "INSUFFICIENT_BALANCE",
    );

    const resting = await Promise.all(
      ["a", "b", "c"].map((ClOrdID) =>
        client.newOrderSingle({ ClOrdID, Symbol, Side: "1", OrderQty: "1", Price: "0.3000" })
      ),
    );
    const sweep = await client.orderMassCancelRequest();
    assertEquals(sweep.report.MassCancelResponse, "6");
    let swept = 0;
    for await (const item of sweep.canceled) if (item.MsgType === "8") swept++;
    assertEquals([swept, resting.some(({ isOpen }) => isOpen)], [3, false]);

    const group = await client.orderGroupRequest({ OrderGroupAction: 1, OrderGroupContractsLimit: 50 });
    const { OrderGroupID } = group;
    await client.newOrderSingle({
      Symbol,
      Side: "1",
      OrderQty: "1",
      Price: "0.3000",
      SecondaryClOrdID: OrderGroupID,
    });
    const limit = { OrderGroupAction: 5, OrderGroupID, OrderGroupContractsLimit: 60 } as const;
    assertEquals(
      (await client.orderGroupRequest(limit)).OrderGroupContractsLimit,
      bench.product === "event" ? 60 : undefined,
    );
    for (const OrderGroupAction of [4, 2, 3] as const) {
      assertEquals(
        (await client.orderGroupRequest({ OrderGroupAction, OrderGroupID })).OrderGroupID,
        OrderGroupID,
      );
    }
    await assertRejects(() => client.orderGroupRequest({ OrderGroupAction: 3, OrderGroupID }), KalshiError);
  });

  test(`${bench.product}: a trade is told to both sides, and an order that cannot rest resolves with what became of it`, async () => {
    await using exchange = await LocalExchange.start(bench.exchange);
    const Symbol = bench.list(exchange, "M");
    const config = bench.config(exchange, "order-entry", { logon: bench.dollars });
    const [one, two] = await Promise.all([
      exchange.createAccount(bench.account),
      exchange.createAccount(bench.account),
    ]);
    await using maker = await FixClient.connect({ auth: one.auth, config });
    await using taker = await FixClient.connect({ auth: two.auth, config });
    const made = await maker.newOrderSingle({ Symbol, Side: "2", OrderQty: "5", Price: "0.6000" });
    const taken = await taker.newOrderSingle({ Symbol, Side: "1", OrderQty: "5", Price: "0.6000" });
    assertEquals([taken.report.ExecType, taken.isOpen], ["F", false]);
    const fills = [];
    for await (const item of made.reports()) fills.push((item as ExecutionReport).LastQty);
    assertEquals(fills.map(Number), [5]);
    const none = await taker.newOrderSingle({
      Symbol,
      Side: "1",
      OrderQty: "5",
      Price: "0.6000",
      TimeInForce: "4",
    });
    assertEquals([none.report.ExecType, none.isOpen], ["4", false]);
    assert(none.report.Text?.includes("FOK"), none.report.Text);
  });

  test(`${bench.product}: KalshiRT: an order and its reports survive a gateway that dies, and a process that begins again`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "kalshi-fix-"));
    try {
      await using exchange = await LocalExchange.start(bench.exchange);
      const { auth } = await exchange.createAccount(bench.account);
      const Symbol = bench.list(exchange, "M");
      const config = bench.config(exchange, "order-entry-rt", {
        logon: bench.dollars,
        retryBaseDelayMs: 1,
        requestTimeoutMs: 60_000,
      });
      const path = join(folder, "rt.store");
      const fields = { Symbol, Side: "1", OrderQty: "1", Price: "0.3000" } as const;
      const client = await FixClient.connect({ auth, config, store: new FileFixStore({ path }) });
      const reports = client.executionReports();
      // What the gateway says of these gets lost with its connection.
      bench.fix(exchange).fail({ fault: "silent" });
      const placing = Promise.all(
        [1, 2, 3].map((k) => client.newOrderSingle({ ...fields, ClOrdID: `order-${k}` })),
      );
      const rest = new Session(exchange, auth);
      await until(async () => (await bench.rest.orders(rest)).length === 3);
      bench.fix(exchange).restart();
      const orders = await placing;
      assertEquals(orders.map(({ report }) => report.ExecType), ["0", "0", "0"]);
      await client.close();
      const ids: string[] = [];
      for await (const item of reports) {
        if (item.MsgType === "8" && item.ExecType === "0") ids.push(item.ClOrdID);
      }
      assertEquals(ids, ["order-1", "order-2", "order-3"]);

      // Another process, with the same store: it goes on, and can cancel what the first one placed.
      await using second = await FixClient.connect({ auth, config, store: new FileFixStore({ path }) });
      const canceled = await second.orderCancelRequest({ Symbol, Side: "1", OrigClOrdID: "order-1" });
      assertEquals(canceled.ExecType, "4");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test(`${bench.product}: KalshiNR: a cut connection leaves the outcome unknown and a marker, and the session goes on`, async () => {
    await using exchange = await LocalExchange.start(bench.exchange);
    const { auth } = await exchange.createAccount(bench.account);
    const Symbol = bench.list(exchange, "M");
    const fields = { Symbol, Side: "1", OrderQty: "1", Price: "0.3000" } as const;
    const config = bench.config(exchange, "order-entry", { logon: bench.dollars, retryBaseDelayMs: 1 });
    await using client = await FixClient.connect({ auth, config });
    const reports = client.executionReports();
    bench.fix(exchange).fail({ fault: "silent" });
    const lost = client.newOrderSingle({ ...fields, ClOrdID: "lost" });
    lost.catch(() => {});
    const rest = new Session(exchange, auth);
    await until(async () => (await bench.rest.orders(rest)).length === 1);
    bench.fix(exchange).restart();
    const error = await assertRejects(() => lost, KalshiConnectionError);
    assertEquals([error.outcome, error.clientIds], ["unknown", ["lost"]]);
    // Its id tells what became of it.
    assertEquals((await bench.rest.orders(rest)).map(({ ClOrdID }) => ClOrdID), ["lost"]);
    await until(() => client.state.name === "active");
    await client.newOrderSingle({ ...fields, ClOrdID: "next" });
    const marker = (await reports.next()).value;
    assertEquals(marker?.MsgType === undefined && marker?.type, "reconnected");
  });
}

test("refusals of a real gateway: another's private key, still online, and a Logon that hangs", async () => {
  await using exchange = await LocalExchange.start(quiet);
  const [mine, other] = await Promise.all([exchange.createAccount(), exchange.createAccount()]);
  const config = exchange.fixConfig("order-entry", { logonTimeoutMs: 500, alreadyOnlineMs: 100 });
  const wrong = await assertRejects(
    () => FixClient.connect({ keyId: mine.keyId, privateKey: other.privateKey, config }),
    KalshiAuthRejectedError,
  );
  assert(/does not belong to this key id/.test(wrong.message), wrong.message);
  await assertRejects(
    () =>
      FixClient.connect({
        keyId: "3f0d2c3e-6f3c-4f53-a2c8-1f86a6a5a001",
        privateKey: mine.privateKey,
        config,
      }),
    KalshiAuthRejectedError,
  );
  exchange.fix.refuse({ answer: "hang" });
  await assertRejects(() => FixClient.connect({ auth: mine.auth, config }), KalshiError, "did not answer");
  exchange.fix.clearFaults();
  {
    await using first = await FixClient.connect({ auth: other.auth, config });
    assertEquals(first.state.name, "active");
    await assertRejects(
      () => FixClient.connect({ auth: other.auth, config }),
      KalshiFixLogonError,
      "already exists",
    );
  }
  await until(() => exchange.fix.open === 0);
});

test("a clock that is off, and Logons that are rejected, cut or come too often", async () => {
  await using exchange = await LocalExchange.start(quiet);
  const { auth } = await exchange.createAccount();
  const config = exchange.fixConfig("order-entry", {
    retryBaseDelayMs: 1,
    retryMaxDelayMs: 2,
    maxRetries: 3,
  });
  for (const [offMs, words] of [[90_000, "90 s ahead"], [-45_000, "45 s behind"]] as const) {
    const clock = { ...systemClock, now: () => systemClock.now() + offMs };
    const error = await assertRejects(
      () => FixClient.connect({ auth, config, clock }),
      KalshiFixLogonError,
      words,
    );
    assert(/NTP/.test(error.message), error.message);
  }
  exchange.fix.refuse({ answer: "reject", reason: 8 });
  await assertRejects(() => FixClient.connect({ auth, config }), KalshiAuthRejectedError, "private key");
  exchange.fix.refuse({ answer: "cut" });
  await assertRejects(() => FixClient.connect({ auth, config }), KalshiConnectionError, "before it answered");
  exchange.fix.refuse({ text: "rate limit exceeded", times: 2 });
  exchange.fix.refuse({ text: "FIX logon service busy; retry with backoff" });
  await using client = await FixClient.connect({ auth, config });
  assertEquals(client.state.name, "active");
  exchange.fix.refuse({ text: "rate limit exceeded", times: 100 });
  await using other = await exchange.createAccount().then(({ auth }) =>
    new KalshiClient({ auth, config: exchange.config })
  );
  await assertRejects(() => other.fix({ config }), KalshiFixLogonError, "less often");
});

test("a gateway that is gone for good ends the client, which says so", async () => {
  const exchange = await LocalExchange.start(quiet);
  const { auth } = await exchange.createAccount();
  const config = exchange.fixConfig("order-entry", {
    retryBaseDelayMs: 1,
    retryMaxDelayMs: 2,
    maxRetries: 2,
  });
  const client = await FixClient.connect({ auth, config });
  const reports = client.executionReports();
  await exchange.close();
  const error = await assertRejects(() => reports.next(), KalshiFixClosedError);
  assert(error.cause instanceof KalshiConnectionError, String(error.cause));
  assertEquals(client.state.name, "closed");
  await client.close();
});

test("client.fix() shares key and budget, and refuses what is not its own", async () => {
  await using exchange = await LocalExchange.start(quiet);
  const { auth } = await exchange.createAccount();
  const Symbol = exchange.listMarket({ ticker: "M" });
  const rateLimit = new RateLimiter({ read: { tokensPerSecond: 200 }, write: { tokensPerSecond: 100 } });
  await using client = new KalshiClient({ auth, config: exchange.config, rateLimit });
  const config = exchange.fixConfig("order-entry");
  await using fix = await client.fix({ config });
  await fix.newOrderSingle({ Symbol, Side: "1", OrderQty: "1", Price: "30" });
  assertEquals(rateLimit.stats().write?.granted, 1);
  await assertRejects(() => client.fix({ config, auth } as never), KalshiConfigError, "client's own `auth`");
  const ofMargin = new RateLimiter({
    product: "margin",
    read: { tokensPerSecond: 200 },
    write: { tokensPerSecond: 100 },
  });
  await assertRejects(
    () => FixClient.connect({ auth, config, limiter: ofMargin }),
    KalshiConfigError,
    "the budgets of the other exchange",
  );
  await assertRejects(
    () => client.fix({ config: { product: "event", session: "order-entry" } }),
    KalshiConfigError,
    "`host`",
  );
  await using demo = new KalshiClient({ auth, demo: true });
  await assertRejects(
    () => demo.fix({ config: FixConfig.production({ product: "event", session: "order-entry" }) }),
    KalshiConfigError,
    "keys of its own",
  );
  await using anonymous = new KalshiClient({ demo: true });
  await assertRejects(() => anonymous.fix({ config }), KalshiError, "needs an API key");
});

test("a client of the environment: which session, where, and with which key", async () => {
  await using exchange = await LocalExchange.start(quiet);
  const { keyId, privateKey, auth } = await exchange.createAccount();
  const { port, host } = exchange.fixConfig("order-entry");
  const env = {
    KALSHI_FIX_PRODUCT: "event",
    KALSHI_FIX_SESSION: "order-entry",
    KALSHI_FIX_HOST: host,
    KALSHI_FIX_PORT: String(port),
    KALSHI_FIX_TLS: "false",
    KALSHI_FIX_KEY_ID: keyId,
    KALSHI_FIX_PRIVATE_KEY: privateKey,
  };
  const client = await FixClient.fromEnv(env, { config: { heartbeatSeconds: 7 } });
  assertEquals([client.state.name, client.config.heartbeatSeconds], ["active", 7]);
  await client.close();
  const { KALSHI_FIX_KEY_ID: _, ...keyless } = env;
  await assertRejects(() => FixClient.fromEnv(keyless), KalshiError, "KALSHI_FIX_KEY_ID");
  await using own = await FixClient.fromEnv(keyless, { auth });
  assertEquals(own.state.name, "active");
});

test("close() ends every loop and request, and lets the process end; the log holds no signature", {
  timeoutMs: 300_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "kalshi-fix-"));
  try {
    await using exchange = await LocalExchange.start(quiet);
    const ticker = exchange.listMarket({ ticker: "M" });
    const [one, two] = await Promise.all([exchange.createAccount(), exchange.createAccount()]);
    const path = join(folder, "fix.log");
    const { port } = exchange.fixConfig("order-entry");
    const { status, output } = await runScript("tests/fix/support/exit_script.ts", [
      String(port),
      exchange.baseUrl,
      one.keyId,
      one.privateKey,
      two.keyId,
      two.privateKey,
      ticker,
      path,
    ]);
    const said = (output.split("\n").at(-1) ?? "").split(", ");
    assertEquals(
      said.slice(0, 4).map((word) => word.replace(/^(late unknown|cancelled)$/, "cancel")).sort(),
      [
        "cancel",
        "messages",
        "order",
        "reports",
      ],
      output,
    );
    assertEquals(said.slice(4), ["closed", "closed", "CLOSED not-sent", "CLOSED not-sent"], output);
    assertEquals(status, 0);
    await until(() => exchange.fix.open === 0);
    const log = readFileSync(path, "utf8");
    assert(/^\d{4}-\d\d-\d\dT[\d:.]+Z out 8=FIXT\.1\.1\|.*35=A\|.*96=\[redacted\]\|/m.test(log), log);
    assert(/ in .*35=A\|/.test(log) && / out .*35=5\|/.test(log) && / event .*"closed"/.test(log), log);
    for (const line of log.split("\n")) assert(!/\|96=[^[]/.test(line), line);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
