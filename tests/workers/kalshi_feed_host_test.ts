import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { streamProducts } from "../stream/support/products.ts";
import { test } from "../support/test.ts";
import { breath, until } from "../support/until.ts";
import { type FeedBed, type SeenFrame, startFeed, type TestReader } from "./support/feed.ts";

// Miniflare, which runs workerd, belongs to Node.
const node = { on: ["node" as const] };

/** Trades and quotes for a while. */
async function flow({ exchange, product }: FeedBed, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    product.step(exchange);
    await breath();
  }
}

function assertRight(readers: readonly TestReader[]): void {
  for (const { wrong } of readers) assertEquals(wrong, undefined);
}

/** Nothing of the key is in anything that was sent. */
function assertNoKey({ account, everything }: FeedBed): void {
  const sent = everything();
  assert(sent.length > 0);
  assert(!sent.includes(account.keyId), "the key's id was sent");
  assert(!/PRIVATE|KALSHI-ACCESS|[Ss]ignature/.test(sent), "something of a key was sent");
  for (const line of account.privateKey.split("\n")) assert(line.length < 16 || !sent.includes(line));
}

for (const product of streamProducts) {
  test(
    `KalshiFeed (${product.name}): many readers over WebSocket and fetch have the exchange's own books`,
    node,
    async () => {
      // Room for what comes in one go: nobody is slow here.
      await using bed = await startFeed({ product, options: { readerBufferBytes: 2 ** 22 } });
      const tickers = bed.tickers.slice(0, 6);
      const readers: TestReader[] = [];
      for (let n = 0; n < 16; n++) {
        const some = tickers.filter((_, index) => (index + n) % 3 !== 0);
        readers.push(await bed.read(`tickers=${some}&channels=orderbook_delta,ticker,trade`));
        await flow(bed, 5);
      }
      await flow(bed, 60);
      await until(() => bed.agree(readers, tickers));
      assertRight(readers);
      assertEquals(bed.sockets.open, 1);
      assert(readers.every((reader) => reader.of("orderbook_delta").length > 20));
      assert(readers.some((reader) => reader.of("trade").length > 0));
      for (const reader of readers) {
        for (const type of ["stale", "gap", "error"]) assertEquals(reader.of(type), []);
        const [first] = reader.frames;
        assertEquals([first?.type, first?.msg.heartbeat_ms], ["status", 5_000]);
        // The newest ticker of each market is what the exchange shows.
        for (const { msg } of reader.of("ticker").slice(-1)) {
          assert(tickers.includes(msg.market_ticker as string));
        }
      }
      const { value: status } = await bed.get("/status") as { value: Record<string, unknown> };
      assertEquals([status.state, status.readers, status.markets], ["open", 16, tickers.length]);
      assertEquals(status.books, { waiting: 0, live: tickers.length, stale: 0 });
      readers[0]?.close();
      await until(async () => (await bed.get("/status")).value["readers"] === 15);
      assertNoKey(bed);
    },
  );

  test(
    `KalshiFeed (${product.name}): the exchange restarts, refuses and cuts, and readers hear it and are right again`,
    node,
    async () => {
      await using bed = await startFeed({ product, options: { heartbeatMs: 1_000 } });
      const tickers = bed.tickers.slice(0, 4);
      const readers = [
        await bed.read(`tickers=${tickers}`),
        await bed.read(`tickers=${tickers}&channels=orderbook_delta,ticker,trade`),
      ];
      await until(() => bed.agree(readers, tickers));
      const stales = () => readers.map((reader) => reader.of("stale").length);

      bed.sockets.fail({ fault: "drop", channel: "orderbook_delta", times: 2 });
      await flow(bed, 10);
      await until(() => bed.agree(readers, tickers));
      assert(stales().every((count) => count > 0));

      const before = stales();
      bed.sockets.refuse({ status: 503, times: 2 });
      bed.sockets.restart();
      await until(() => stales().every((count, index) => count >= (before[index] ?? 0) + tickers.length));
      await flow(bed, 10);
      await until(() => bed.agree(readers, tickers));
      const states = () => readers[0]?.of("status").map(({ msg }) => msg.state) ?? [];
      assert(states().includes("reconnecting"));
      await until(() => states().at(-1) === "open");
      const seen = states().length;
      // Trades are subscribed to anew after the books.
      await until(() => readers[1]?.of("gap").some(({ msg }) => msg.channel === "trade") === true);

      // A refused key ends the stream for good: the feed makes another when its alarm comes.
      bed.sockets.refuse({ status: 401, times: 1 });
      bed.sockets.fail({ fault: "cut" });
      await until(() => states().slice(seen).includes("connecting"));
      await flow(bed, 10);
      await until(() => bed.agree(readers, tickers));
      assertRight(readers);
      assertNoKey(bed);
    },
  );
}

test(
  "KalshiFeed: readers stay connected through an eviction, hear of it, and get new books",
  node,
  async () => {
    await using bed = await startFeed({ options: { heartbeatMs: 20_000 } });
    const { exchange } = bed;
    const tickers = exchange.openTickers().slice(0, 3);
    const readers = [
      await bed.read(`tickers=${tickers}`),
      await bed.read(`tickers=${tickers[0]}&channels=orderbook_delta,ticker,trade`),
    ];
    await until(() => bed.agree(readers, tickers));
    assertEquals((await bed.get("/made")).value, 1);
    // workerd takes an object out of memory after ten idle seconds, but none that holds a socket open: its own is
    // lost before, and its alarm comes late; on a busy machine perhaps not late enough, so that it is tried again.
    const countOf = (type: string) => readers.map((reader) => reader.of(type).length);
    const isMore = (now: number[], before: number[]) => now.every((count, at) => count > (before[at] ?? 0));
    for (let made: unknown = 1; made === 1;) {
      const stales = countOf("stale");
      await bed.get("/lose");
      await until(() => isMore(countOf("stale"), stales));
      await flow(bed, 10);
      bed.forget();
      const snapshots = countOf("orderbook_snapshot");
      await until(() => isMore(countOf("orderbook_snapshot"), snapshots));
      await until(() => bed.agree(readers, tickers));
      made = (await bed.get("/made")).value;
    }
    assertEquals((await bed.get("/made")).value, 2);
    await flow(bed, 10);
    await until(() => bed.agree(readers, tickers));
    assertRight(readers);
    assertEquals(readers.map(({ closed }) => closed), [undefined, undefined]);
    // Trades are subscribed to anew after the books.
    await until(() => readers[1]?.of("gap").some(({ msg }) => msg.channel === "trade") === true);
    assertEquals(exchange.sockets.open, 1);
    // What comes from a reader reaches the reader that was restored.
    readers[0]?.send({
      id: 1,
      cmd: "unsubscribe",
      params: { channels: ["orderbook_delta"], market_tickers: tickers.slice(1) },
    });
    await until(() => readers[0]?.of("ok").length === 1);
    assertEquals(
      readers[0]?.of("ok")[0]?.msg,
      [{ channel: "orderbook_delta", market_tickers: [tickers[0]] }] as never,
    );
    assertEquals((await bed.get("/status")).value["readers"], 2);
  },
);

test("KalshiFeed: readers that are thrown out with the object come back to right books", node, async () => {
  await using bed = await startFeed();
  const tickers = bed.exchange.openTickers().slice(0, 3);
  const first = await bed.read(`tickers=${tickers}`);
  await until(() => bed.agree([first], tickers));
  await bed.get("/evict").catch(() => {});
  await until(() => first.closed !== undefined && bed.exchange.sockets.open === 0);
  bed.forget();
  await flow(bed, 10);
  const again = await bed.read(`tickers=${tickers}`);
  await flow(bed, 10);
  await until(() => bed.agree([again], tickers));
  assertRight([again]);
  assertEquals(bed.exchange.sockets.open, 1);
});

test("KalshiFeed: a slow reader gets whole books", node, async () => {
  const readerBufferBytes = 6_000;
  await using bed = await startFeed({
    options: { readerBufferBytes, heartbeatMs: 1_000, readerTimeoutMs: 600_000 },
  });
  const tickers = bed.exchange.openTickers().slice(0, 6);
  const quick = await bed.read(`tickers=${tickers}`);
  const slow = await bed.read(`tickers=${tickers}&channels=orderbook_delta,trade`);
  slow.answers = false;
  await flow(bed, 150);
  await until(() => slow.of("stale").some(({ msg }) => msg.reason === "slow-reader"));
  // No more than its buffer is under way: beyond it, only a word on each book.
  const beats = slow.of("heartbeat").length;
  const most = readerBufferBytes + 200 * tickers.length + 100 * beats;
  assert(slow.text.length < most, `${slow.text.length} characters`);
  await until(() => slow.of("heartbeat").length > 0);
  slow.answers = true;
  for (const { id } of slow.of("heartbeat")) slow.send({ cmd: "heartbeat", id });
  await flow(bed, 20);
  await until(() => bed.agree([quick, slow], tickers));
  assertRight([quick, slow]);
  assert(slow.of("gap").every(({ msg }) => msg.channel === "trade"));
  assert(slow.of("gap").some(({ msg }) => Number(msg.missed) > 0));
  assertEquals([quick.closed, slow.closed], [undefined, undefined]);
});

test("KalshiFeed: a reader that never answers is closed", node, async () => {
  await using bed = await startFeed({ options: { heartbeatMs: 1_000, readerTimeoutMs: 3_000 } });
  const tickers = bed.exchange.openTickers().slice(0, 6);
  const dead = await bed.read(`tickers=${tickers}&channels=orderbook_delta,trade`);
  dead.answers = false;
  await until(async () => (await bed.get("/status")).value["readers"] === 0);
  // When an alarm closes a reader, workerd leaves the TCP connection open after the close frame.
  await bed[Symbol.asyncDispose]();
  await until(() => dead.closed !== undefined);
  assertEquals([dead.closed?.code, dead.closed?.reason], [1013, "too slow: heartbeats were not answered"]);
});

test("KalshiFeed: without readers the stream goes, and the next reader brings it back", node, async () => {
  await using bed = await startFeed({ options: { heartbeatMs: 1_000, idleMs: 0 } });
  const [ticker = ""] = bed.exchange.openTickers();
  const { status, value } = await bed.get(`/book/${ticker}`) as {
    status: number;
    value: Record<string, unknown>;
  };
  assertEquals([status, value.state, JSON.stringify(value.orderbook_fp)], [
    200,
    "live",
    await bed.truth(ticker),
  ]);
  assertEquals(bed.exchange.sockets.open, 1);
  await until(() => bed.exchange.sockets.open === 0);
  await until(async () => (await bed.get("/status")).value["state"] === "idle");
  const reader = await bed.read(`tickers=${ticker}`);
  await until(() => bed.agree([reader], [ticker]));
});

test(
  "KalshiFeed: pages of other hosts, unknown things and too much of anything are refused",
  node,
  async () => {
    await using bed = await startFeed({
      options: { maxReaders: 2, maxMarkets: 3, maxMarketsPerReader: 2, bookTimeoutMs: 100 },
    });
    const tickers = bed.exchange.openTickers();
    const [one = "", two = "", three = "", four = ""] = tickers;
    const status = async (path: string, headers?: Record<string, string>) =>
      (await bed.get(path, headers)).status;

    const foreign = { origin: "https://elsewhere.example" };
    assertEquals(await status("/status?feed=PLAIN", foreign), 403);
    assertEquals(await status("/status?feed=PLAIN", { origin: "null" }), 403);
    await assertRejects(() => bed.read(`tickers=${one}&feed=PLAIN`, foreign));
    assertEquals(bed.exchange.sockets.open, 0);
    const same = { origin: bed.url.origin };
    const { status: allowed, headers } = await bed.get("/status?feed=PLAIN", same);
    assertEquals([allowed, headers.get("access-control-allow-origin"), headers.get("vary")], [
      200,
      same.origin,
      "Origin",
    ]);
    (await bed.read(`feed=PLAIN`, same)).close();

    assertEquals(await status("/nothing"), 404);
    assertEquals(await status("/book/%22"), 400);
    assertEquals(await status("/book/SECRET-MARKET"), 403);
    await until(async () => await status("/book/NO-SUCH-MARKET") === 404);
    for (
      const query of [`tickers=${one}&channels=fill`, `tickers=${[one, two, three]}`, "tickers=SECRET-MARKET"]
    ) {
      await assertRejects(() => bed.read(query));
    }
    const reader = await bed.read(`tickers=${one}`);
    const answer = async (command: Record<string, unknown>) => {
      const id = reader.frames.length + 1;
      reader.send({ id, ...command });
      const isAnswer = (frame: SeenFrame) => frame.id === id && frame.type !== "heartbeat";
      await until(() => reader.frames.some(isAnswer));
      return reader.frames.find(isAnswer);
    };
    const code = async (command: Record<string, unknown>) => (await answer(command))?.msg.code;
    const subscribe = (channels: string[], market_tickers: string[]) => ({
      cmd: "subscribe",
      params: { channels, market_tickers },
    });
    assertEquals(await code(subscribe(["user_orders"], [one])), 8);
    assertEquals(await code(subscribe(["trade"], [])), 14);
    assertEquals(await code(subscribe(["trade"], [two, three])), 26);
    assertEquals(await code(subscribe(["trade"], ["SECRET-MARKET"])), 9);
    assertEquals(await code({ cmd: "trade" }), 5);
    assertEquals((await answer(subscribe(["trade"], [two])))?.msg, [
      { channel: "orderbook_delta", market_tickers: [one] },
      { channel: "trade", market_tickers: [two] },
    ] as never);

    // What nobody reads and was never live makes room; what is live stays a while.
    await until(async () => await status(`/book/${three}`) === 200);
    assertEquals(await status(`/book/${four}`), 503);
    const second = await bed.read(`tickers=${one}`);
    await assertRejects(() => bed.read(`tickers=${one}`));
    await until(() => {
      for (let n = 0; n < 30 && second.closed === undefined; n++) {
        second.send({ id: n, cmd: "list_subscriptions" });
      }
      return second.closed !== undefined;
    });
    assertEquals([second.closed?.code, second.closed?.reason], [1008, "too many commands"]);
  },
);

test(
  "KalshiFeed: of your own trading, readers see what everybody sees, unless they are told more",
  node,
  async () => {
    await using bed = await startFeed();
    const { exchange, client } = bed;
    const [ticker = ""] = exchange.openTickers();
    const query = `tickers=${ticker}&channels=orderbook_delta,trade&feed=OWNED`;
    const reader = await bed.read(query);
    const owner = await bed.read(`${query}&token=open+sesame`);
    await assertRejects(() => bed.read(`${query}&token=guess`));
    await until(() => bed.agree([reader, owner], [ticker], "OWNED"));
    await client.orders.create({
      ticker,
      side: "bid",
      count: "3.00",
      price: "0.0200",
      client_order_id: "my-own-order",
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "taker_at_cross",
    });
    exchange.placeCounterOrder({ ticker, side: "ask", price: "0.0200", count: "9999.00" });
    await until(() => owner.of("fill").length > 0 && reader.of("trade").length > 0);
    await until(() => bed.agree([reader, owner], [ticker], "OWNED"));
    assertEquals(reader.of("fill"), []);
    assertMatch(owner.text, /my-own-order/);
    for (const secret of ["my-own-order", "client_order_id", "subaccount", "order_id", bed.account.id]) {
      assert(!reader.text.includes(secret), secret);
    }
    assertRight([reader, owner]);
    assertNoKey(bed);
  },
);

for (const unknownTickers of ["ignore", "refuse"] as const) {
  test(
    `KalshiFeed: markets that there are not, or no longer, are a 404 and an error: ${unknownTickers}`,
    node,
    async () => {
      // No sweep comes to it within this time: it is REST that tells.
      await using bed = await startFeed({
        unknownTickers,
        options: { heartbeatMs: 60_000, bookTimeoutMs: 60_000 },
      });
      const { exchange } = bed;
      const [good = "", settled = ""] = exchange.openTickers();
      exchange.determine(settled, "yes", { settle: true });
      const reader = await bed.read(`tickers=NOPE,${good},${settled}`);
      const [nope, over] = await Promise.all([bed.get("/book/NADA"), bed.get(`/book/${settled}`)]);
      assertEquals([nope.status, over.status], [404, 404]);
      assertMatch(JSON.stringify(nope.value), /There is no market NADA/);
      assertMatch(JSON.stringify(over.value), new RegExp(`The market ${settled} is settled`));
      await until(() => reader.of("error").length === 2);
      const said = Object.fromEntries(reader.of("error").map(({ msg }) => [msg.market_ticker, msg]));
      assertEquals([said.NOPE?.code, said[settled]?.code], [16, 16]);
      assertMatch(String(said.NOPE?.msg), /There is no market NOPE/);
      assertMatch(String(said[settled]?.msg), /is settled/);
      await until(() => bed.agree([reader], [good]));
    },
  );
}

test("KalshiFeed: names that there are not keep no reader from its book", node, async () => {
  await using bed = await startFeed({
    unknownTickers: "refuse",
    options: { heartbeatMs: 60_000, bookTimeoutMs: 60_000, maxReaders: 20 },
  });
  const tickers = bed.exchange.openTickers().slice(0, 3);
  const first = await bed.read(`tickers=${tickers[0]}`);
  await until(() => bed.agree([first], tickers.slice(0, 1)));
  const statuses = new Set<number>();
  let isOver = false;
  let asked = 0;
  const strangers = Array.from({ length: 9 }, async () => {
    while (!isOver) statuses.add((await bed.get(`/book/NOPE-${++asked}`)).status);
  });
  // Each reader has its book while they go on asking.
  for (const ticker of tickers) {
    const before = asked;
    const reader = await bed.read(`tickers=${ticker}`);
    await until(() => bed.agree([reader], [ticker]));
    assert(asked - before < 200, `${asked - before} names were asked for before ${ticker} was there`);
  }
  await until(() => asked > 30);
  isOver = true;
  await Promise.all(strangers);
  assertEquals([...statuses], [404]);
  // Nothing of it was heard where all books come from, and what was refused is not asked for again.
  const { value } = await bed.get("/status") as { value: Record<string, Record<string, number>> };
  assertEquals([value.upstream?.gaps, value.upstream?.resyncs, value.upstream?.reconnects], [0, 0, 0]);
  assertEquals((await bed.get("/book/NOPE-1")).status, 404);
  assertRight([first]);
});

test("KalshiFeed: readers who make names up over WebSockets keep no other from its book", node, async () => {
  await using bed = await startFeed({
    unknownTickers: "refuse",
    options: { heartbeatMs: 60_000, maxReaders: 20, maxMarkets: 100, readerBufferBytes: 2 ** 26 },
  });
  const tickers = bed.exchange.openTickers().slice(0, 3);
  let isOver = false;
  let told = 0;
  const strangers = await Promise.all(Array.from({ length: 12 }, () => bed.read("tickers=NOPE")));
  const attacks = Promise.all(strangers.map(async (stranger, index) => {
    for (let round = 0; !isOver; round++) {
      const market_tickers = Array.from({ length: 90 }, (_, n) => `NOPE-${index}-${round}-${n}`);
      const before = stranger.of("error").length;
      stranger.send({ cmd: "subscribe", params: { channels: ["orderbook_delta", "trade"], market_tickers } });
      await until(() => isOver || stranger.of("error").length >= before + market_tickers.length);
      told++;
    }
  }));
  await until(() => told > 0);
  for (const ticker of tickers) {
    const before = told;
    const reader = await bed.read(`tickers=${ticker}`);
    await until(() => bed.agree([reader], [ticker]));
    assert(told - before < 60, `${told - before} lists were answered before ${ticker} was there`);
  }
  isOver = true;
  await attacks;
  const { value } = await bed.get("/status") as { value: Record<string, Record<string, number>> };
  assertEquals([value.upstream?.gaps, value.upstream?.resyncs, value.upstream?.reconnects], [0, 0, 0]);
  assertEquals(strangers.map(({ closed }) => closed), strangers.map(() => undefined));
});

test("KalshiFeed: a key that is refused or unusable is told to the log, not to readers", node, async () => {
  for (const change of [{ keyId: "11111111-2222-3333-4444-555555555555" }, { privateKey: "no key" }]) {
    await using bed = await startFeed({ ...change, options: { bookTimeoutMs: 200 } });
    const [ticker = ""] = bed.exchange.openTickers();
    const reader = await bed.read(`tickers=${ticker}`);
    const { status, value } = await bed.get(`/book/${ticker}`) as {
      status: number;
      value: Record<string, unknown>;
    };
    assertEquals([status, value.code], [503, "stale_book"]);
    assertEquals((await bed.get("/status")).value["state"], "connecting");
    assertEquals(reader.of("orderbook_snapshot"), []);
    assertNoKey(bed);
    assert(!bed.everything().includes("11111111"));
    await until(() => bed.log().includes("Kalshi"));
    assertMatch(bed.log(), change.keyId ? /refused the key 11111111/ : /private key/);
    assert(!/KALSHI-ACCESS|[Ss]ignature":/.test(bed.log()), "something of a key was logged");
    for (const line of bed.account.privateKey.split("\n")) {
      assert(line.length < 16 || !bed.log().includes(line));
    }
  }
});

test(
  "KalshiFeed: a connection to Kalshi that is dead without a word is noticed, and replaced",
  node,
  async () => {
    await using bed = await startFeed({ options: { heartbeatMs: 1_000 } });
    const tickers = bed.exchange.openTickers().slice(0, 2);
    const reader = await bed.read(`tickers=${tickers}`);
    await until(() => bed.agree([reader], tickers));
    bed.exchange.sockets.fail({ fault: "half-open" });
    const beats = () => reader.of("heartbeat").length;
    const before = beats();
    await flow(bed, 10);
    await until(() => reader.of("stale").length >= tickers.length);
    // By the feed's own clock, which beats every second: two intervals of the configuration would be twenty.
    assert(beats() - before < 10, `noticed after ${beats() - before} heartbeats`);
    await until(() => bed.agree([reader], tickers));
    assertRight([reader]);
  },
);

test("KalshiFeed: a reader may ask for more while its first books are under way", node, async () => {
  await using bed = await startFeed({ options: { readerBufferBytes: 1_024 } });
  const tickers = bed.exchange.openTickers().slice(0, 8);
  const reader = await bed.read(`tickers=${tickers}`);
  reader.send({ id: 1, cmd: "subscribe", params: { channels: ["trade"], market_tickers: tickers } });
  await until(() => reader.frames.some(({ id, type }) => id === 1 && type === "ok"));
  await until(() => bed.agree([reader], tickers));
  assertEquals(reader.closed, undefined);
});

test(
  "KalshiFeed: a browser may ask before it sends a header, and a page elsewhere that is let in may read",
  node,
  async () => {
    await using bed = await startFeed();
    const [ticker = ""] = bed.exchange.openTickers();
    const origin = "https://elsewhere.example";
    const preflight = await fetch(new URL(`/book/${ticker}`, bed.url), {
      method: "OPTIONS",
      headers: { origin, "access-control-request-headers": "authorization" },
    });
    assertEquals([preflight.status, preflight.headers.get("access-control-allow-headers")], [
      204,
      "authorization",
    ]);
    const { status, headers } = await bed.get(`/book/${ticker}`, { origin });
    assertEquals([status, headers.get("access-control-allow-origin")], [200, origin]);
    const reader = await bed.read(`tickers=${ticker}`, { origin });
    await until(() => bed.agree([reader], [ticker]));
  },
);

test("KalshiFeed runs with nodejs_compat as well", node, async () => {
  await using bed = await startFeed({ compatibilityFlags: ["nodejs_compat"] });
  const tickers = bed.exchange.openTickers().slice(0, 2);
  const reader = await bed.read(`tickers=${tickers}`);
  await flow(bed, 10);
  await until(() => bed.agree([reader], tickers));
  assertRight([reader]);
});

test("the example is ready to deploy, and its page keeps right books through a restart", node, async () => {
  const { readFileSync } = await import("node:fs");
  const parse = (text: string) => JSON.parse(text.replace(/^\s*\/\/.*$/gm, ""));
  const config = parse(readFileSync("examples/worker/wrangler.jsonc", "utf8"));
  const worker = readFileSync("examples/worker/worker.ts", "utf8").replace(/^\/\*\*.*\n/, "");
  const text = readFileSync("docs/workers.md", "utf8");
  assertEquals(parse(/```jsonc\n(.*?)```/s.exec(text)?.[1] ?? ""), config);
  assert(text.includes(worker), "the Worker of the page is another one");
  const { main, assets, durable_objects, migrations, vars, compatibility_date } = config;
  const [{ name, class_name }] = durable_objects.bindings;
  assertEquals(migrations, [{ tag: "v1", new_sqlite_classes: [class_name] }]);
  assertEquals(Object.keys(vars), ["KALSHI_KEY_ID", "KALSHI_DEMO"]);
  await using bed = await startFeed({
    entry: `examples/worker/${main}`,
    compatibilityDate: compatibility_date,
    durableObjects: { [name]: { className: class_name, useSQLite: true } },
  });
  const tickers = bed.exchange.openTickers().slice(0, 2);
  const global = globalThis as { WebSocket?: unknown };
  const before = global.WebSocket;
  global.WebSocket = (await import("undici")).WebSocket;
  // A name that bundlers do not see: the page is no part of the test.
  const page =
    new URL(`examples/worker/${assets.directory}/feed.js`, pathToFileURL(`${process.cwd()}/`)).href;
  const { readFeed } = await import(page);
  interface Shown {
    readonly ticker: string;
    readonly isLive: boolean;
    readonly bids: [string, number][];
    readonly asks: [string, number][];
    readonly error?: string;
  }
  const seen = new Map<string, Shown>();
  const address = `ws://${bed.url.host}/feed`;
  const feed = readFeed(address, tickers, (book: Shown) => seen.set(book.ticker, book));
  const errors: (string | undefined)[] = [];
  const lost = readFeed(address, ["NOPE"], ({ error }: Shown) => errors.push(error));
  try {
    // What the page shows of a market that there is not.
    await until(() => errors.at(-1)?.startsWith("There is no market NOPE") === true);
    lost.close();
    const isRight = async () => {
      for (const ticker of tickers) {
        const { yes_dollars, no_dollars } = await bed.client.markets.orderBook(ticker);
        const book = seen.get(ticker);
        if (!book?.isLive) return false;
        const bids = yes_dollars.map(([price, count]) => [Number(price), Number(count)]).reverse();
        const asks = no_dollars.map(([price, count]) => [1 - Number(price), Number(count)]).reverse();
        const numbers = (levels: [string, number][]) => levels.map(([price, size]) => [Number(price), size]);
        if (JSON.stringify(numbers(book.bids)) !== JSON.stringify(bids)) return false;
        const near = numbers(book.asks).map(([price = 0, size]) => [price.toFixed(4), size]);
        if (
          JSON.stringify(near) !== JSON.stringify(asks.map(([price = 0, size]) => [price.toFixed(4), size]))
        ) {
          return false;
        }
      }
      return true;
    };
    await flow(bed, 20);
    await until(isRight);
    bed.exchange.sockets.restart();
    await until(() => [...seen.values()].every(({ isLive }) => !isLive));
    await flow(bed, 20);
    await until(isRight);
  } finally {
    feed.close();
    lost.close();
    global.WebSocket = before;
  }
});
