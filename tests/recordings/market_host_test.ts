/** What markets are, beside what they do: written by a recorder that is given a client. */
import { assert, assertEquals } from "@std/assert";
import { KalshiNotFoundError } from "../../src/base/errors.ts";
import type { RecordedMarket } from "../../src/recordings/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { streamProducts } from "../stream/support/products.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { MarketLookups } from "../../src/recordings/market_lookup.ts";
import { ofKind, readAll, settled, startBed } from "./support/bed.ts";

const marketsOf = async (dir: string, tickers?: readonly string[]): Promise<RecordedMarket[]> =>
  ofKind(await readAll(dir, tickers && { tickers }), "market");

for (const product of streamProducts) {
  test(`${product.name}: every market is written down before its frames, as REST has it`, async () => {
    await using bed = await startBed({}, product);
    const recorder = await bed.record({ lookup: bed.client });
    await settled(bed, recorder);
    await recorder.close();
    const items = await readAll(bed.folder.path);
    const markets = ofKind(items, "market");
    assertEquals(markets.map(({ ticker }) => ticker).sort(), [...bed.tickers].sort());
    const isUpdate = (kind: string) => kind === "frame";
    assert(
      items.findIndex(({ kind }) => isUpdate(kind)) > items.findLastIndex(({ kind }) => kind === "market"),
    );
    const [first] = markets;
    assert(first !== undefined);
    const now = await bed.client.markets.get(first.ticker);
    assertEquals(Object.keys(first.market), Object.keys(now));
    assertEquals(first.market.ticker, first.ticker);
    if (product.name === "perps") {
      assertEquals([first.event, first.series], [undefined, undefined]);
    } else {
      const event = await bed.client.events.get(String(first.market.event_ticker));
      assertEquals(first.event, { ...event });
      assertEquals(first.series, { ...await bed.client.series.get(event.series_ticker) });
    }
    assertEquals((await marketsOf(bed.folder.path, [first.ticker])).map(({ ticker }) => ticker), [
      first.ticker,
    ]);
  });
}

test("markets that are listed, change and are settled meanwhile are written down again, with their result", async () => {
  await using bed = await startBed();
  const [settling = ""] = bed.tickers;
  const recorder = await bed.record({
    lookup: bed.client,
    channels: ["trade", "market_lifecycle_v2"],
    tickers: undefined,
  });
  const listed = bed.exchange.listMarket({
    ticker: "KXLATE-26NOV24-T1",
    title: "Late?",
    closesInMs: 3_600_000,
  });
  bed.exchange.determine(settling, "yes", { settle: true });
  const written = async (ticker: string, result: string) =>
    (await marketsOf(bed.folder.path)).some((item) =>
      item.ticker === ticker && item.market.result === result
    );
  while (!(await written(settling, "yes") && await written(listed, ""))) {
    await bed.stepUntil(() => true);
    await until(() => recorder.stats().waiting === 0);
  }
  await recorder.close();
});

test("each file begins with its markets: who reads from there on knows them", async () => {
  await using bed = await startBed();
  const recorder = await bed.record({ lookup: bed.client, rotateBytes: 8_192 });
  await bed.stepUntil(() => recorder.stats().files >= 3);
  const [first = ""] = bed.folder.names;
  let later: RecordedMarket[] = [];
  while (later.length < bed.tickers.length) {
    await settled(bed, recorder);
    later = (await marketsOf(bed.folder.path)).filter(({ file }) => file !== first);
  }
  await recorder.close();
  for (const ticker of bed.tickers) assert(later.some((item) => item.ticker === ticker), ticker);
});

test("lookups that fail keep nothing from being recorded: they are told, and tried again", async () => {
  const clock = new ManualClock();
  const errors: string[] = [];
  const found: string[] = [];
  const asked: string[][] = [];
  let gets = 0;
  let isDown = true;
  const lookups = new MarketLookups({
    clock,
    lookup: {
      markets: {
        get: (ticker) => {
          gets++;
          const isThere = ticker === "NEW" && gets > 4;
          return isThere
            ? Promise.resolve({ ticker })
            : Promise.reject(new KalshiNotFoundError("There is none."));
        },
        async *listAll({ tickers }) {
          asked.push([...tickers]);
          if (isDown) throw new Error("down");
          yield* tickers.filter((ticker) => ticker.startsWith("T")).map((ticker) => ({ ticker }));
        },
      },
    },
    onFound: ({ ticker }) => found.push(ticker),
    onError: (error) => errors.push(String(error)),
  });
  await lookups.first(["T1", "T2"], 2_000);
  assertEquals(errors, [
    "KalshiRecordingError: Markets could not be looked up; it is tried again in ten seconds (down). Frames are recorded meanwhile.",
  ]);
  lookups.hear("T3");
  await clock.advance(9_999);
  assertEquals(asked.length, 1);
  isDown = false;
  await clock.advance(1);
  await until(() => found.length === 3);
  assertEquals(asked[1], ["T1", "T2", "T3"]);

  // So new that REST does not know it yet; and one that there is not.
  for (const ticker of ["NEW", "NONE", "T1"]) lookups.hear(ticker);
  // The third time the one is there, and the other is asked for once more.
  for (const after of [2, 4, 6, 7]) {
    await clock.advance(10_000);
    await until(() => gets === after);
  }
  await until(() => errors.length > 1);
  assertEquals(found.toSorted(), ["NEW", "T1", "T2", "T3"]);
  assertEquals(errors.slice(1), [
    "KalshiRecordingError: There is no market NONE: nothing is recorded of what it is (There is none.). Frames are recorded meanwhile.",
  ]);
  lookups.close();
  lookups.hear("T4");
  await clock.advance(100_000);
  assertEquals(found.includes("T4"), false);
});
