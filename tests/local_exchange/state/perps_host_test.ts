/** A margin exchange that is started again goes on like one that never was. */
import { assert, assertEquals } from "@std/assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readOptions } from "../../../src/base/options.ts";
import { openAccount } from "../../../src/local_exchange/accounts.ts";
import type { Exchange } from "../../../src/local_exchange/exchange.ts";
import { RestGateway } from "../../../src/local_exchange/gateways/rest/gateway.ts";
import { generateKey } from "../../../src/local_exchange/keys.ts";
import { LocalExchange, type LocalExchangeOptions } from "../../../src/local_exchange/mod.ts";
import { exchangeRules } from "../../../src/local_exchange/options.ts";
import { localPerps } from "../../../src/local_exchange/perps.ts";
import { createRandom, type Random } from "../../../src/local_exchange/random.ts";
import { Served } from "../../../src/local_exchange/served.ts";
import { settingsOf } from "../../../src/local_exchange/settings.ts";
import { openExchange } from "../../../src/local_exchange/state/restore.ts";
import { steer, type SteeringCommand } from "../../../src/local_exchange/steering.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { test } from "../../support/test.ts";

const START = Date.UTC(2026, 10, 6, 12);

/** Opens an exchange as `LocalExchange` does, to look into it. */
function open(options: LocalExchangeOptions): Exchange {
  const read = readOptions("LocalExchange", options, exchangeRules);
  const opened = openExchange(settingsOf(read), read.state, new Set());
  opened.restore({ rest: new RestGateway(opened.exchange), fix: {} });
  return opened.exchange;
}

/** Does one thing out of a seed, with what a test can do to an exchange. */
function act(exchange: Exchange, random: Random, accounts: readonly string[]): void {
  const { perpsSockets: sockets } = new Served(exchange);
  assert(sockets !== undefined);
  const perps = localPerps({
    exchange,
    sockets,
    steer(name, given) {
      const command = { name, given } as SteeringCommand;
      exchange.tick();
      exchange.keep({ do: "steer", ...command });
      return steer(exchange, command);
    },
  });
  const tickers = (exchange.margin?.listed ?? []).map(({ market }) => market.ticker);
  const ticker = tickers[random.int(tickers.length)] ?? "KXBTCPERP";
  const account = accounts[random.int(accounts.length)] ?? "";
  const info = exchange.margin?.find(ticker);
  assert(info !== undefined);
  const snapped = (price: number) => (Math.round(price / 10) / 1_000).toFixed(4);
  const price = snapped(info.index.price * (95 + random.int(11)) / 100);
  const side = random.int(2) === 0 ? "bid" : "ask";
  const acts = [
    () => perps.step(1 + random.int(4)),
    () => perps.setIndexPrice(ticker, price),
    () => perps.placeCounterOrder({ ticker, side, price, count: `${1 + random.int(50)}` }),
    () =>
      perps.tradeIsolated(account, { ticker, side, price, count: `${1 + random.int(9)}`, margin: "3.00" }),
    () => perps.deposit(account, `${1 + random.int(20)}.00`),
    () => perps.fund(ticker),
    () => perps.corporateAction(ticker, "2.000000"),
    () => perps.setMarketActive(ticker, random.int(2) === 0),
  ];
  try {
    acts[random.int(acts.length)]?.();
  } catch (error) {
    // What is refused is refused by both.
    if (!(error instanceof Error) || error.name !== "KalshiConfigError") throw error;
  }
}

function factsOf(exchange: Exchange): unknown {
  const { margin, progress, engine } = exchange;
  assert(margin !== undefined);
  return {
    progress,
    now: engine.now,
    wallets: [...margin.engine.accounts.values()].flatMap((account) =>
      account.wallets().map((wallet) => [
        account.id,
        wallet.subaccount,
        margin.balanceOf(wallet),
        [...wallet.holdings.values()].map((
          { position, exposure, realized },
        ) => [position, exposure, realized]),
      ])
    ),
    markets: margin.listed.map(({ market, index, settlementMark, version, schedule }) => [
      market.ticker,
      market.status,
      market.volume,
      market.book.levels("bid").map(({ price, total }) => [price, total]),
      market.book.levels("ask").map(({ price, total }) => [price, total]),
      index,
      settlementMark,
      version,
      schedule,
    ]),
    funding: margin.funding.rates().map(({ info, at, rate, mark }) => [info.market.ticker, at, rate, mark]),
    trades: margin.engine.trades.map(({ id, price, count }) => [id, price, count]),
  };
}

test("perps survive a restart at any moment, with makers that move, funding, liquidations and a weekend", async () => {
  const folder = mkdtempSync(join(tmpdir(), "exchange-state-"));
  try {
    const state = join(folder, "exchange.state");
    const { privateKey } = await generateKey("ed25519");
    const keyIds = [1, 2, 3].map((index) => `00000000-0000-4000-8000-00000000000${index}`);
    const clocks = [new ManualClock(START), new ManualClock(START)] as const;
    const world = { seed: 4, markets: 1, perps: { fundingEveryMs: 3_600_000 }, stepMs: 60_000 };
    const twin = open({ ...world, clock: clocks[0] });
    let subject = open({ ...world, clock: clocks[1], state });
    const membersOf = async (exchange: Exchange) => {
      const ids: string[] = [];
      // One after the other: which comes first decides on their ids.
      for (const keyId of keyIds) {
        ids.push((await openAccount(exchange, { keyId, privateKey, perpsBalance: "20.00" })).id);
      }
      return ids;
    };
    const members = await membersOf(twin);
    assertEquals(await membersOf(subject), members);
    const randoms = [createRandom(8), createRandom(8)] as const;
    for (let life = 0; life < 12; life++) {
      for (let deed = 0; deed < 15; deed++) {
        for (const clock of clocks) await clock.advance(7_000);
        act(twin, randoms[0], members);
        act(subject, randoms[1], members);
      }
      // Every other time nobody says goodbye.
      if (life % 2 === 0) subject.close();
      for (const clock of clocks) await clock.advance(life === 6 ? 2 * 86_400_000 : 90_000);
      // What it began as comes from the file.
      subject = open({ clock: clocks[1], state });
      twin.tick();
      subject.tick();
      assertEquals(factsOf(subject), factsOf(twin));
      assertEquals(await membersOf(subject), members);
    }
    assert((twin.margin?.funding.rates().length ?? 0) > 50);
    assert((twin.margin?.engine.trades.length ?? 0) > 50);
    subject.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a state says that it has other perps than were asked for", async () => {
  const folder = mkdtempSync(join(tmpdir(), "exchange-state-"));
  try {
    const state = join(folder, "exchange.state");
    await LocalExchange.create({ state, markets: 0, perps: { markets: 2 } }).close();
    let says = "";
    try {
      LocalExchange.create({ state, perps: { markets: 3 } });
    } catch (error) {
      says = `${error}`;
    }
    assert(says.includes('"markets":2') && says.includes("Leave the option out"), says);
    const again = LocalExchange.create({ state });
    assertEquals(again.perps.tickers(), ["KXBTCPERP", "KXETHPERP"]);
    await again.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
