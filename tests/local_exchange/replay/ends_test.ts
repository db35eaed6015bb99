/** How markets end in a replay: with a worth, without one, and with one that is told later. */
import { assertEquals, assertRejects } from "@std/assert";
import { KalshiConfigError, KalshiError } from "../../../src/base/errors.ts";
import { KalshiClient } from "../../../src/client.ts";
import { LocalExchange, type LocalReplayOptions, type ReplayItem } from "../../../src/local_exchange/mod.ts";
import { test } from "../../support/test.ts";
import { BEGIN_MS, delta, frame, recorded, snapshot } from "./support/recorded.ts";

const M = "KXTEST-26NOV24-T1";
const buy = {
  ticker: M,
  side: "bid",
  count: "10.00",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
} as const;
const book = snapshot(M, 0, [["0.4000", "100.00"]], [["0.4500", "100.00"]]);
const tick = (atMs: number) => delta(M, atMs, "bid", "0.3000", "1.00");
const lifecycle = (atMs: number, event_type: string, more: object = {}) =>
  frame(atMs, "market_lifecycle_v2", { market_ticker: M, event_type, ...more });
/** What REST says of it. */
const found = (atMs: number, market: object): ReplayItem => ({
  kind: "market",
  atMs: BEGIN_MS + atMs,
  ticker: M,
  market: { ticker: M, event_ticker: "KXTEST-26NOV24", ...market },
});
const scalar = { result: "scalar", settlement_value_dollars: "0.2500" };

/** A bot buys 10 at 0.45 without fees, and has 10 more resting at 0.40, when the recording goes on like this. */
async function held(items: readonly ReplayItem[], options: LocalReplayOptions = {}) {
  const replay = await LocalExchange.replay(recorded(book, tick(1), ...items), {
    fees: { multiplier: 0 },
    ...options,
  });
  const { auth } = await replay.createAccount();
  const { config, runtime, clock } = replay;
  const client = new KalshiClient({ auth, config, runtime, clock });
  await client.orders.create({ ...buy, price: "0.4500" });
  await client.orders.create({ ...buy, price: "0.4000" });
  const close = async () => {
    await client.close();
    await replay.close();
  };
  return { replay, client, close };
}

test("a market that is determined without a worth trades no longer, and the report says that it did not settle", async () => {
  const { replay, client, close } = await held([
    lifecycle(1_000, "determined", { result: "scalar" }),
    frame(2_000, "other", {}),
    lifecycle(3_000, "settled"),
  ]);
  await replay.run({ toMs: BEGIN_MS + 1_500 });
  const refused = await assertRejects(() => client.orders.create({ ...buy, price: "0.4000" }), KalshiError);
  assertEquals(refused.serverCode, "market_inactive");
  const report = await replay.run();
  const { summary, markets: [market] } = report;
  // Valued at the last middle, 0.425: 10 x -0.025.
  assertEquals([summary.pnl, summary.orders.canceledBy.market_closed], ["-0.250000", 1]);
  assertEquals([market?.yes, market?.result, replay.summary().unsettled], ["10.00", null, [M]]);
  assertEquals(
    report.toJSON().settings["not settled"],
    `${M}: ended, and nobody says what a contract was worth`,
  );
  await close();
});

for (
  const [when, items] of [
    ["after it", [lifecycle(1_000, "determined"), found(2_000, { status: "determined", ...scalar })]],
    ["after it has settled", [lifecycle(1_000, "settled"), found(2_000, { status: "finalized", ...scalar })]],
    ["before it", [found(900, { status: "closed", ...scalar }), lifecycle(1_000, "determined"), tick(2_000)]],
    ["in the frame that settles it", [
      lifecycle(1_000, "determined"),
      lifecycle(2_000, "settled", { result: "scalar", settlement_value: "0.2500" }),
    ]],
  ] as const
) {
  test(`what a market is worth is told ${when}: it pays that`, async () => {
    const { replay, client, close } = await held(items);
    const report = await replay.run();
    const { summary, markets: [market] } = report;
    // 10 x (0.25 - 0.45).
    assertEquals([summary.pnl, summary.positionsWorth, market?.result], ["-2.000000", "0.000000", "0.2500"]);
    assertEquals([replay.summary().unsettled, report.toJSON().settings["not settled"]], [[], undefined]);
    assertEquals((await client.markets.get(M)).status, "finalized");
    await close();
  });
}

test("a worth that is told as an option pays what was determined without one", async () => {
  const { replay, close } = await held([lifecycle(1_000, "determined")], { results: { [M]: "0.2500" } });
  assertEquals([(await replay.run()).summary.pnl, replay.summary().unsettled], ["-2.000000", []]);
  await close();
});

test("markets that the recording does not hold are refused, with the nearest that it does", async () => {
  const other = snapshot("KXOTHER-1-A", 0, [["0.1000", "1.00"]], []);
  const items = [book, other, tick(1), tick(1_000)];
  const refused = async (options: LocalReplayOptions, message: string) => {
    const replay = await LocalExchange.replay(recorded(...items), options);
    for (const _ of [1, 2]) {
      const error = await assertRejects(() => replay.run(), KalshiConfigError);
      assertEquals(error.message, message);
    }
    await replay.close();
  };
  const holds = `It holds ${M}, KXOTHER-1-A.`;
  const names = (option: string) =>
    `LocalExchange.replay: \`${option}\` names what the recording does not hold`;
  await refused(
    { tickers: [M, "KXTEST-26NOV24-T2"] },
    `${names("tickers")}: KXTEST-26NOV24-T2 (did you mean ${M}?). ${holds}`,
  );
  await refused(
    { results: { "KXOTHER-1-B": "yes", NBA: "no" }, tickers: [M] },
    `${names("results")}: KXOTHER-1-B (did you mean KXOTHER-1-A?); NBA. ${holds}`,
  );
  await refused(
    { results: { NBA: "no" }, toMs: BEGIN_MS + 500 },
    `${names("results")} before \`toMs\`: NBA. ${holds}`,
  );
  // Markets that are recorded and not played have ended as well.
  const replay = await LocalExchange.replay(recorded(...items), {
    tickers: [M],
    results: { [M]: "yes", "KXOTHER-1-A": "no" },
  });
  await replay.run();
  await replay.close();
});

test("where the files say what was recorded, another market is refused before anything is read", async () => {
  const header = { tickers: [M, "KXOTHER-1-A"] };
  const source = {
    files: [{ header }, { header: { tickers: [M] } }],
    read: () => {
      throw new Error("nothing is read");
    },
  };
  for (const options of [{ tickers: ["KXTEST-26NOV24-T11"] }, { results: { "KXTEST-26NOV24-T11": "yes" } }]) {
    await assertRejects(
      () => LocalExchange.replay(source, options),
      KalshiConfigError,
      `KXTEST-26NOV24-T11 (did you mean ${M}?)`,
    );
  }
  // A file that names none may hold any.
  const open = { ...recorded(book, tick(1)), files: [{ header: {} }, { header: undefined }, { header }] };
  const replay = await LocalExchange.replay(open, { tickers: ["KXANY"] });
  await assertRejects(() => replay.run(), KalshiConfigError, "KXANY");
  await replay.close();
});
