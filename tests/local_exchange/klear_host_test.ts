import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type KalshiAuth,
  KalshiAuthRejectedError,
  KalshiBadRequestError,
  KalshiConfigError,
  KalshiConflictError,
  KalshiNotFoundError,
} from "../../mod.ts";
import * as klearOperations from "../../src/contract/klear/operations.ts";
import { KlearAuth, KlearClient, type ObligationEntry } from "../../src/klear/mod.ts";
import { klearRest } from "../../src/local_exchange/gateways/klear/gateway.ts";
import {
  LocalExchange,
  type LocalExchangeOptions,
  type LocalKlearMember,
} from "../../src/local_exchange/mod.ts";
import { PerpsClient } from "../../src/perps/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { contractOf, contractWatch } from "./support/contract.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** A Tuesday, 15:00 in New York: an hour before a settlement. */
const START = Date.UTC(2026, 10, 24, 20);
const ticker = "KXOWNPERP";
const contract = contractOf("klear-openapi.json");

/** An exchange with one perp that somebody else quotes in. */
function newExchange(options: LocalExchangeOptions = {}) {
  const exchange = LocalExchange.create({
    seed: 2,
    markets: 0,
    perps: { markets: 0, marketMakers: false },
    clock: new ManualClock(START),
    ...options,
  });
  return exchange;
}

function listPerp(exchange: LocalExchange): void {
  exchange.perps.listMarket({ ticker, indexPrice: "10.0000" });
  for (const [side, price] of [["bid", "9.9000"], ["ask", "10.1000"]] as const) {
    exchange.perps.placeCounterOrder({ ticker, side, price, count: "500.00" });
  }
}

/** A client whose every answer is held against the specification. */
function checked(exchange: LocalExchange, { auth }: Pick<LocalKlearMember, "auth">) {
  const { watch, seen } = contractWatch(contract);
  const client = new KlearClient({
    auth,
    config: exchange.klearConfig,
    async transport(request) {
      const response = await exchange.fetch(request);
      const { pathname } = new URL(request.url);
      if (pathname.startsWith("/klear-api/v1/")) {
        const text = await response.clone().text();
        watch(request.method, pathname.slice("/klear-api/v1".length), {
          status: response.status,
          headers: response.headers,
          value: text === "" ? undefined : JSON.parse(text),
        });
      }
      return response;
    },
  });
  return { client, seen };
}

function perpsClient(exchange: LocalExchange, auth: KalshiAuth): PerpsClient {
  return new PerpsClient({
    auth,
    config: exchange.perpsConfig,
    transport: exchange.fetch,
    clock: exchange.clock,
  });
}

const buy = (exchange: LocalExchange, auth: KalshiAuth, count: string, price: string) =>
  perpsClient(exchange, auth).orders.create({
    ticker,
    side: "bid",
    count,
    price,
    time_in_force: "immediate_or_cancel",
    self_trade_prevention_type: "taker_at_cross",
    client_order_id: crypto.randomUUID(),
  });

const only = ([first, ...others]: readonly ObligationEntry[]): ObligationEntry => {
  assert(first !== undefined && others.length === 0);
  return first;
};

test("klear: every operation has exactly one handler, and every answer is what the specification says", async () => {
  const names = new Map<unknown, string>(Object.entries(klearOperations).map(([name, one]) => [one, name]));
  const routed = klearRest.routes.map(({ operation }) => names.get(operation)).sort();
  assertEquals(routed, Object.keys(klearOperations).sort());
  assertEquals(routed, [...contract.operationIds].sort());

  const exchange = newExchange();
  listPerp(exchange);
  const { auth, id } = await exchange.createAccount();
  const member = await exchange.createKlearMember({ account: id, balance: "1000.00" });
  const { client, seen } = checked(exchange, member);
  await buy(exchange, auth, "300.00", "10.1000");
  const perps = perpsClient(exchange, auth);
  await perps.request("POST", "/margin/fcm/subtraders", {
    body: { subtrader_suffix: "a1", require_category_cap: false },
  });
  const { margin, fcm } = client;

  const estimate = await margin.settlementEstimate();
  const [assetClass = ""] = Object.keys(estimate.estimates);
  const estimated = estimate.estimates[assetClass]?.user_breakdown;
  await exchange.clock.advance(HOUR);
  const active = only(await margin.obligations.active());
  assertEquals(active.amount_centicents, estimated?.total_amount_centicents);
  const { obligations } = margin;
  assertEquals((await obligations.settlementDetails.list(active.id)).items.length, 1);
  await obligations.fundingPayments.list(active.id);
  assertEquals((await obligations.maintenanceMarginDetails.list(active.id)).items.length, 1);
  const day = "2026-11-24";
  const reports = await margin.reports.list({ start_date: day, end_date: day });
  assertEquals(reports.length, 7);
  await exchange.clock.advance(9 * HOUR);
  assertEquals((await obligations.list()).items.map(({ id }) => id), [active.id]);
  await margin.fundingPayments.list({ funding_time: new Date(START + 8 * HOUR).toISOString() });
  const large = await margin.largeTraderPositions({ report_date: day });
  assertEquals(large.positions?.map(({ market_ticker, position }) => [market_ticker, position]), [[
    ticker,
    300,
  ]]);
  await margin.estimateMaintenanceMargin({
    asset_class: assetClass as "Crypto",
    positions: [{ market_ticker: ticker, quantity: -5, price: "10.0000" }],
  });
  const prices = await margin.settlementPrices({
    asset_class: assetClass as "Crypto",
    settlement_time: new Date(START + HOUR).toISOString(),
  });
  assertEquals(Object.keys(prices), [ticker]);
  await margin.guarantyFundBalance();
  await margin.settlementBalance.get();
  await margin.settlementBalance.list();
  const withdrawal = await margin.settlementBalance.withdraw({ amount: "1.00" });
  await margin.settlementBalance.withdrawal({ id: withdrawal });

  const group = await fcm.subtraderGroups.create({ subtrader_ids: [id] });
  await fcm.subtraderGroups.update(group, { subtrader_ids: [id] });
  await assertRejects(
    () => fcm.subtraderGroups.create({ subtrader_ids: [id] }),
    KalshiConflictError,
  );
  assertEquals(await fcm.subtraderGroups.list(), [{ group_id: group, member_subtrader_ids: [id] }]);
  await fcm.subtraderGroups.delete(group);

  const own = { name: "desk", fcm_subtrader_id: `${id}_a1` };
  await assertRejects(
    () => fcm.apiKeys.generate({ ...own, fcm_subtrader_id: `${id}_b2` }),
    KalshiConflictError,
  );
  const { private_key, ...made } = await fcm.apiKeys.generate(own);
  assertStringIncludes(private_key, "PRIVATE KEY");
  assertEquals(Object.keys(made), ["api_key_id", "warning"]);
  const bound = await fcm.apiKeys.create({
    ...own,
    public_key: "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----",
  });
  assertEquals(
    (await fcm.apiKeys.list({ fcm_subtrader_id: own.fcm_subtrader_id })).map(({ api_key_id }) => api_key_id),
    [
      made.api_key_id,
      bound.api_key_id,
    ],
  );
  await fcm.apiKeys.delete(bound.api_key_id);
  await assertRejects(() => fcm.apiKeys.delete(bound.api_key_id), KalshiNotFoundError);
  assertEquals(contract.operationIds.filter((one) => !seen.has(one)), []);
});

test("klear: what was traded is due the day's end, to the centicent, and paid an hour later", async () => {
  await using exchange = newExchange();
  listPerp(exchange);
  const { auth, id } = await exchange.createAccount();
  const member = await exchange.createKlearMember({ account: id, balance: "1000.00" });
  const { client: { margin } } = checked(exchange, member);
  await buy(exchange, auth, "300.00", "10.1000");
  const { items: fills } = await perpsClient(exchange, auth).portfolio.fills.list();
  assertEquals(await margin.obligations.active(), []);
  await exchange.clock.advance(HOUR);

  const due = only(await margin.obligations.active());
  const { items: [detail] } = await margin.obligations.settlementDetails.list(due.id);
  const { items: [needed] } = await margin.obligations.maintenanceMarginDetails.list(due.id);
  // 300 contracts bought at 10.10; what they are worth is the settlement mark.
  const prices = await margin.settlementPrices({
    asset_class: due.asset_class as "Crypto",
    settlement_time: new Date(START + HOUR).toISOString(),
  });
  const mark = Number(prices[ticker]);
  assert(mark > 0 && mark < 101_000, `${mark}`);
  const pnl = 300 * (mark - 101_000);
  const maintenance = 300 * mark * 0.02;
  const fees = fills.reduce((sum, fill) => sum + Math.round(Number(fill.fees) * 10_000), 0);
  assert(fees > 0);
  assertEquals(due.amount_centicents, pnl - fees - Math.round(maintenance));
  assert(due.amount_centicents < 0);
  assert(detail !== undefined && needed !== undefined);

  assertEquals((await margin.settlementBalance.get()).balance_available_centicents, 10_000_000);
  await exchange.clock.advance(HOUR);
  assertEquals(await margin.obligations.active(), []);
  const after = await margin.settlementBalance.get();
  assertEquals(after.balance_available_centicents, 10_000_000 + due.amount_centicents);
  const { items: [change] } = await margin.settlementBalance.list();
  assertEquals([change?.reason, change?.balance_delta_centicents], ["obligation", due.amount_centicents]);

  // Nothing was traded since, and the mark is where it was: the next day has nothing to pay but funding.
  await exchange.clock.advance(23 * HOUR);
  const next = only(await margin.obligations.active());
  const { items: funding } = await margin.obligations.fundingPayments.list(next.id);
  assert(funding.length > 0);
});

test("klear: a withdrawal is pending, then processing, then processed, by the exchange's clock", async () => {
  await using exchange = newExchange();
  const { client: { margin: { settlementBalance } } } = checked(exchange, await exchange.createKlearMember());
  const sums = async () => {
    const { balance_available_centicents: free, locked_balance_centicents: locked } = await settlementBalance
      .get();
    return [free, locked];
  };
  assertEquals(await sums(), [1_000_000_000, 0]);
  const id = await settlementBalance.withdraw({ amount: "2500.0001" });
  assertEquals(await sums(), [974_999_999, 25_000_001]);
  const statuses = [];
  for (const minutes of [0, 1, 4]) {
    await exchange.clock.advance(minutes * MINUTE);
    const { status, amount } = await settlementBalance.withdrawal({ id });
    statuses.push([status, amount]);
  }
  assertEquals(statuses, [["pending", "2500.0001"], ["processing", "2500.0001"], ["processed", "2500.0001"]]);
  assertEquals(await sums(), [974_999_999, 0]);
  const refused = await assertRejects(
    () => settlementBalance.withdraw({ amount: "97500.0000" }),
    KalshiBadRequestError,
  );
  assertEquals(refused.serverCode, "insufficient_balance");
});

test("klear: a report is fetched by its URL alone, for a quarter of an hour", async () => {
  await using exchange = newExchange();
  listPerp(exchange);
  const { auth, id } = await exchange.createAccount();
  const member = await exchange.createKlearMember({ account: id });
  const { client: { margin: { reports } } } = checked(exchange, member);
  await buy(exchange, auth, "3.00", "10.1000");
  await exchange.clock.advance(HOUR);
  const day = "2026-11-24";
  const [audit, ...others] = await reports.list({ start_date: day, end_date: day });
  assert(audit !== undefined && others.length > 0);
  assertEquals(audit.report_type, "trade_audit");
  const text = new TextDecoder().decode(await reports.download(audit));
  const [heads, row, end] = text.split("\n");
  assertStringIncludes(heads ?? "", "trade_id,market_ticker,side");
  assertStringIncludes(row ?? "", `${ticker},bid,10.1000,3.00`);
  assertEquals(end, "");
  for (const other of others) assert((await reports.download(other)).length > 0);
  const forged = new URL(audit.url);
  forged.searchParams.set("X-Amz-Expires", "9999999999999");
  assertEquals((await exchange.fetch(new Request(forged))).status, 403);
  await exchange.clock.advance(16 * MINUTE);
  const late = await assertRejects(() => reports.download(audit));
  assert(!`${late}`.includes("X-Amz-Signature"));
  assertEquals((await exchange.fetch(new Request(audit.url))).status, 403);
});

test("klear: nobody is let in with another token, and no exchange without perps has a clearing house", async () => {
  await using exchange = newExchange();
  const member = await exchange.createKlearMember({ adminUserId: "desk", accessToken: "first" });
  const other = new KlearAuth("desk", "second");
  const { client } = checked(exchange, { auth: other });
  await assertRejects(() => client.margin.settlementBalance.get(), KalshiAuthRejectedError);
  await checked(exchange, member).client.margin.settlementBalance.get();
  await assertRejects(
    () => exchange.createKlearMember({ adminUserId: "desk" }),
    KalshiConfigError,
    "already",
  );
  await assertRejects(() => exchange.createKlearMember({ account: "nobody" }), KalshiConfigError, "nobody");
  await assertRejects(
    () => exchange.createKlearMember({ balance: "-1.00" }),
    KalshiConfigError,
    "balance",
  );
  await using plain = LocalExchange.create({ markets: 0, clock: new ManualClock(START) });
  assertThrows(() => plain.klearConfig, KalshiConfigError, "no perps");
  await assertRejects(() => plain.createKlearMember(), KalshiConfigError, "no perps");
});

test("klear: members, obligations and withdrawals come back with an exchange's state", async () => {
  const folder = mkdtempSync(join(tmpdir(), "klear-"));
  const state = join(folder, "state");
  const open = () => newExchange({ state, clock: new ManualClock(START) });
  const credentials = { adminUserId: "desk", accessToken: "secret-of-the-desk" };
  const seen = async (exchange: LocalExchange) => {
    const { client: { margin, fcm } } = checked(exchange, await exchange.createKlearMember(credentials));
    return [
      await margin.obligations.active(),
      await margin.settlementBalance.get(),
      (await margin.settlementBalance.list()).items,
      await fcm.subtraderGroups.list(),
    ];
  };
  let before: unknown;
  {
    await using exchange = open();
    listPerp(exchange);
    const { auth, id } = await exchange.createAccount();
    const member = await exchange.createKlearMember({ ...credentials, account: id });
    const { client: { margin, fcm } } = checked(exchange, member);
    await buy(exchange, auth, "3.00", "10.1000");
    await fcm.subtraderGroups.create({ subtrader_ids: [id] });
    await exchange.clock.advance(HOUR);
    await margin.settlementBalance.withdraw({ amount: "7.00" });
    before = [
      await margin.obligations.active(),
      await margin.settlementBalance.get(),
      (await margin.settlementBalance.list()).items,
      await fcm.subtraderGroups.list(),
    ];
  }
  assert(!readFileSync(state, "utf8").includes(credentials.accessToken));
  {
    await using again = open();
    assertEquals(await seen(again), before);
  }
  rmSync(folder, { recursive: true });
});
