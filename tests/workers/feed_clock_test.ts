/** A feed on a clock that is moved, with an exchange in memory. */
import { assert, assertEquals } from "@std/assert";
import { KalshiClient } from "../../mod.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { placeOf } from "../../src/workers/http_answers.ts";
import { type FeedContext, KalshiFeed, type KalshiFeedOptions } from "../../src/workers/mod.ts";
import { test } from "../support/test.ts";

async function setUp(options: KalshiFeedOptions) {
  const clock = new ManualClock();
  const exchange = LocalExchange.create({ seed: 1, clock });
  const { auth } = await exchange.createAccount();
  const runtime = exchange.createRuntime();
  const errors: unknown[] = [];
  class MemoryFeed extends KalshiFeed {
    protected override createClient(): Promise<KalshiClient> {
      return Promise.resolve(new KalshiClient({ auth, config: exchange.config, runtime, clock }));
    }
    protected override onError(error: unknown): void {
      errors.push(error);
    }
  }
  const ctx: FeedContext = {
    storage: {
      setAlarm(atMs) {
        clock.setTimer(() => void feed.alarm(), atMs - clock.now());
        return Promise.resolve();
      },
    },
    acceptWebSocket() {},
    getWebSockets: () => [],
  };
  const feed: MemoryFeed = new MemoryFeed(ctx, {}, { ...options, clock });
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await feed.fetch(new Request(`https://feed.example${path}`, { headers }));
    return { status: response.status, value: await response.json() };
  };
  return { clock, exchange, errors, feed, get };
}

test("KalshiFeed: requests that wait for a book count as readers", async () => {
  const { clock, exchange, get } = await setUp({
    maxReaders: 3,
    bookTimeoutMs: 110_000,
    heartbeatMs: 60_000,
  });
  await using _exchange = exchange;
  exchange.sockets.refuse({ status: "hang", times: 1 });
  const waiting = [1, 2, 3].map((n) => get(`/book/NOPE-${n}`));
  await clock.advance(1_000);
  const { value } = await get("/status");
  assertEquals([value.waiting, value.readers, value.state], [3, 0, "connecting"]);
  assertEquals((await get("/book/NOPE-4")).status, 503);
  assertEquals((await get("/?tickers=NOPE", { upgrade: "websocket" })).status, 503);
  // The handshake that hangs is given up, and the next one is answered.
  await clock.advance(60_000);
  assertEquals((await Promise.all(waiting)).map(({ status }) => status), [404, 404, 404]);
  assertEquals((await get("/status")).value.waiting, 0);
});

test("KalshiFeed: strangers who ask for names that there are not keep nobody from a book", async () => {
  const { clock, exchange, get } = await setUp({ maxReaders: 400, bookTimeoutMs: 30_000 });
  await using _exchange = exchange;
  const [first = "", second = ""] = exchange.openTickers();
  const known = get(`/book/${first}`);
  await clock.advance(2_000);
  assertEquals((await known).status, 200);
  const strangers = Array.from({ length: 300 }, (_, n) => get(`/book/NOPE-${n}`));
  const told = get(`/book/${second}`, { "cf-connecting-ip": "2001:db8:1:2:3::4" });
  await clock.advance(2_000);
  assertEquals((await told).status, 200);
  assertEquals((await get(`/book/${first}`)).status, 200);
  const answers = (await Promise.all(strangers)).map(({ status }) => status);
  const [unknown, tooMany] = [404, 429].map((status) => answers.filter((each) => each === status).length);
  assert(unknown !== undefined && unknown >= 150 && unknown + (tooMany ?? 0) === 300, answers.join());
  // What was refused is remembered, and answered at once.
  assertEquals((await get("/book/NOPE-0")).status, 404);
  await clock.advance(61_000);
  const again = get("/book/NOPE-0");
  await clock.advance(2_000);
  assertEquals((await again).status, 404);
  assert((await get("/status")).value.markets <= 2);
});

test("KalshiFeed: a reader comes from its address, or from its IPv6 network", () => {
  const of = (address: string) =>
    placeOf(new Request("https://feed.example", { headers: { "cf-connecting-ip": address } }));
  assertEquals(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::9"));
  assertEquals(of("2001:db8::1"), of("2001:db8:0:0:7::"));
  for (const other of ["2001:db8:1:3::9", "192.0.2.1", "2001:db8::"]) {
    assert(of(other) !== of("2001:db8:1:2::9"), other);
  }
  assertEquals(of("192.0.2.1"), "192.0.2.1");
  assertEquals(placeOf(new Request("https://feed.example")), undefined);
});
