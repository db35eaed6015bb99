/** Replays: their speed on a clock that is moved by hand, their end, and order books. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { writeFileSync } from "node:fs";
import { KalshiAbortError, KalshiConfigError } from "../../mod.ts";
import { BookReplay, eventBookDecoder } from "../../src/books/mod.ts";
import { openRecording, type ReplayOptions } from "../../src/recordings/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { Folder } from "./support/bed.ts";
import { BEGUN, end, event, fileOf, frame, header, type Line, placeOf, trade } from "./support/write.ts";

/** A recording of two sessions with a pause between them. */
async function twoSessions(): Promise<Folder> {
  const folder = new Folder();
  const first = [trade(1_000, "A", 1), trade(1_500, "A", 2), trade(4_000, "A", 3)];
  writeFileSync(placeOf(folder.path, 1), await fileOf([[header(0)], first, [end(5_000)]]));
  const later: Line = {
    atMs: 15_000,
    text: header(15_000, 1, { session: "two" }).text.replace('"us":15000000', '"us":0'),
  };
  const second: Line = {
    atMs: 16_000,
    text: trade(16_000, "A", 1).text.replace('"us":16000000', '"us":1000000'),
  };
  writeFileSync(placeOf(folder.path, 2), await fileOf([[later], [second], [end(17_000)]]));
  return folder;
}

/** When the frames of a replay come, in milliseconds since its beginning. */
async function timesOf(folder: Folder, options: ReplayOptions): Promise<number[]> {
  const clock = new ManualClock();
  const times: number[] = [];
  let isDone = false;
  const recording = await openRecording(folder.path);
  const reading = (async () => {
    for await (const item of recording.replay({ clock, ...options })) {
      if (item.kind === "frame") times.push(clock.monotonic());
    }
    isDone = true;
  })();
  await until(async () => {
    // What comes does so at multiples of half a second.
    await clock.advance(clock.pending > 0 ? 500 / (Number(options.speed) || 1) : 0);
    return isDone;
  });
  await reading;
  return times;
}

test("a replay is as fast as it is told, across sessions and the pause between them", async () => {
  using folder = await twoSessions();
  assertEquals(await timesOf(folder, { speed: 1 }), [1_000, 1_500, 4_000, 16_000]);
  assertEquals(await timesOf(folder, { speed: 10 }), [100, 150, 400, 1_600]);
  assertEquals(await timesOf(folder, { speed: 0.5 }), [2_000, 3_000, 8_000, 32_000]);
  assertEquals(await timesOf(folder, { speed: "max" }), [0, 0, 0, 0]);
  assertEquals(await timesOf(folder, {}), [0, 0, 0, 0]);
  // The session's beginning comes before, and then begins the time.
  assertEquals(await timesOf(folder, { speed: 1, fromMs: BEGUN + 1_500, toMs: BEGUN + 4_500 }), [
    1_500,
    4_000,
  ]);
});

test("a replay ends when its loop is left and when its signal aborts, also in the middle of a wait", async () => {
  using folder = await twoSessions();
  const recording = await openRecording(folder.path);
  const clock = new ManualClock();
  for await (const { kind } of recording.replay({ speed: 1, clock })) if (kind === "start") break;
  assertEquals(clock.pending, 0);
  const abort = new AbortController();
  const reading = (async () => {
    for await (const _ of recording.replay({ speed: 1, clock, signal: abort.signal })); // until it ends
  })();
  await until(() => clock.pending === 1);
  abort.abort();
  await assertRejects(() => reading, KalshiAbortError);
  assertEquals(clock.pending, 0);
  for (const speed of [0, -1, NaN, Infinity, "fast"]) {
    await assertRejects(
      async () => {
        for await (const _ of recording.replay({ speed: speed as number })); // nothing
      },
      KalshiConfigError,
      'speed` takes a number above 0, or "max"',
    );
  }
});

const snapshot = (atMs: number, seq: number, price: string, sid = 1, ticker = "A"): Line =>
  frame(atMs, {
    type: "orderbook_snapshot",
    sid,
    seq,
    msg: { market_ticker: ticker, market_id: "1", yes_dollars_fp: [[price, "10.00"]], no_dollars_fp: [] },
  });
const delta = (atMs: number, seq: number, price: string, ticker = "A"): Line =>
  frame(atMs, {
    type: "orderbook_delta",
    sid: 1,
    seq,
    msg: { market_ticker: ticker, market_id: "1", price_dollars: price, delta_fp: "5.00", side: "yes" },
  });
const subscribed = (atMs: number): Line =>
  frame(atMs, { type: "subscribed", id: 1, msg: { channel: "orderbook_delta", sid: 1 } });

/** The states of one book after each item, by a replay. */
async function statesOf(folder: Folder, options: ReplayOptions = {}): Promise<(string | number)[]> {
  const replay = new BookReplay({ decoder: eventBookDecoder() });
  const states: (string | number)[] = [];
  await (await openRecording(folder.path)).replayInto(replay, options, () => {
    const book = replay.books.get("A");
    states.push(book?.state === "live" ? book.read().bestBid ?? 0 : book?.reason ?? book?.state ?? "none");
  });
  return states;
}

test("books are fed, and every kind of loss makes them stale until a snapshot", async () => {
  const losses: [Line, string][] = [
    [event(3, "gap", { channel: "orderbook_delta", reason: "ended", missedFromMs: 1, missedToMs: 2 }), "gap"],
    [event(3, "reconnected", { channel: "orderbook_delta", missedFromMs: 1, missedToMs: 2 }), "gap"],
    [event(3, "dropped", { lines: 2, frames: 1, fromMs: 1, toMs: 2 }), "gap"],
    [event(3, "status", { state: "reconnecting" }), "disconnected"],
    [event(3, "ended", { channel: "orderbook_delta" }), "disconnected"],
    [{ atMs: 3, text: '{"atMs":1790000000003,"us":3000,"text":"garbage"}\n' }, "gap"],
    [{ atMs: 3, text: "garbage\n" }, "gap"],
    [header(3, 1, { session: "two" }), "disconnected"],
  ];
  for (const [loss, reason] of losses) {
    using folder = new Folder();
    const lines = [header(0), subscribed(1), snapshot(1, 1, "0.5000"), delta(2, 2, "0.5100"), loss];
    const healed = [delta(4, 3, "0.5200"), snapshot(5, 4, "0.6000"), delta(6, 5, "0.6100"), end(7)];
    writeFileSync(placeOf(folder.path, 1), await fileOf([lines, healed]));
    const states = await statesOf(folder);
    const replay = new BookReplay({ decoder: eventBookDecoder() });
    const { frames, losses } = await (await openRecording(folder.path)).replayInto(replay);
    // A connection that breaks counts when it is back.
    assertEquals([frames, losses], [6, loss.text.includes("reconnecting") ? 0 : 1], loss.text);
    assertEquals(states.slice(0, 5), ["none", "none", 5_000, 5_100, reason], loss.text);
    assertEquals(states.slice(6), [6_000, 6_100, 6_100], loss.text);
  }
});

test("a loss of another channel is none of the books, and frames of other markets count for the numbers", async () => {
  using folder = new Folder();
  writeFileSync(
    placeOf(folder.path, 1),
    await fileOf([[
      header(0),
      subscribed(1),
      snapshot(1, 1, "0.5000"),
      event(2, "gap", { channel: "trade", reason: "sequence", missed: 1, missedFromMs: 1, missedToMs: 2 }),
      snapshot(2, 2, "0.3000", 1, "B"),
      trade(2, "A", 9),
      delta(3, 3, "0.3100", "B"),
      delta(3, 4, "0.5100"),
      end(4),
    ]]),
  );
  assertEquals(await statesOf(folder), ["none", "none", 5_000, 5_000, 5_000, 5_000, 5_100, 5_100]);
  await assertRejects(
    () => statesOf(folder, { tickers: ["A"] }),
    KalshiConfigError,
    "takes no channels and no tickers",
  );
});

test("a file that is missing, torn or unfinished makes the books stale", async () => {
  using folder = new Folder();
  const lines = [header(0), subscribed(1), snapshot(1, 1, "0.5000")];
  writeFileSync(placeOf(folder.path, 1), await fileOf([lines]));
  assertEquals((await statesOf(folder)).at(-1), "gap");
  writeFileSync(placeOf(folder.path, 1), await fileOf([[...lines, end(2)]]));
  assertEquals((await statesOf(folder)).at(-1), 5_000);
  writeFileSync(placeOf(folder.path, 3), await fileOf([[header(9, 3)], [end(10)]]));
  assertEquals((await statesOf(folder)).at(-1), "gap");
});

test("from a time on, a book is there at that time, and what came before it does not wait", async () => {
  using folder = new Folder();
  const before = (part: number, fromMs: number, toMs: number) => ({
    previous: { file: placeOf("", part), lines: 1, frames: 1, fromMs: BEGUN + fromMs, toMs: BEGUN + toMs },
  });
  const write = async (part: number, lines: readonly Line[]) =>
    writeFileSync(placeOf(folder.path, part), await fileOf([lines]));
  await write(1, [header(0), subscribed(1), snapshot(1, 1, "0.1000"), end(10)]);
  await write(2, [header(11, 2, before(1, 0, 10)), snapshot(12, 2, "0.2000"), end(20)]);
  await write(3, [header(21, 3, before(2, 11, 20)), delta(22, 3, "0.2100"), delta(30, 4, "0.2200"), end(31)]);
  const clock = new ManualClock();
  let states: (string | number)[] | undefined;
  void statesOf(folder, { fromMs: BEGUN + 22, speed: 1, clock }).then((found) => states = found);
  await until(async () => {
    await clock.advance(clock.pending > 0 ? 1 : 0);
    return states !== undefined;
  });
  assertEquals(states?.slice(-3), [2_100, 2_200, 2_200]);
  // The first file is not needed.
  assert(states !== undefined && !states.includes(1_000));
  assertEquals(clock.monotonic(), 9);
});
