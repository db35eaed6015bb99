import { assert, assertEquals, assertRejects } from "@std/assert";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { KalshiClient } from "../../mod.ts";
import { KalshiError } from "../../src/base/errors.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import {
  CassetteTransport,
  FaultTransport,
  fileCassette,
  ManualClock,
  memoryCassette,
  RecordingTransport,
  ReplayTransport,
  UnmatchedRequestError,
} from "../../src/testing/mod.ts";
import { test } from "../support/test.ts";

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "cassette-"));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What a bot asks, with a write in it. */
async function session(client: KalshiClient) {
  const page = await client.markets.list({ status: "open", limit: 2 });
  const ticker = page.items[0]?.ticker ?? "";
  const order = await client.orders.create({
    ticker,
    side: "bid",
    count: "3.00",
    price: "0.0100",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
  });
  const { balance } = await client.portfolio.balance();
  return { tickers: page.items.map(({ ticker }) => ticker), order: order.order_id, balance };
}

test("a session with a real exchange over a socket is recorded in a file and replayed without it", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "new", "folder", "session.jsonl");
    let recorded;
    let keyId: string;
    let config;
    {
      await using exchange = await LocalExchange.start({ port: 0 });
      const account = await exchange.createAccount();
      ({ keyId } = account);
      config = exchange.config;
      await using transport = new RecordingTransport({ cassette: fileCassette(path) });
      await using client = new KalshiClient({ auth: account.auth, config, transport });
      recorded = await session(client);
      // Before anything was closed: as much as a crash would have left.
      assertEquals((await readFile(path, "utf8")).trimEnd().split("\n").length, 3);
      await assertRejects(() => client.markets.get("NO-SUCH-MARKET"), KalshiError);
    }
    const text = await readFile(path, "utf8");
    assert(!text.includes(keyId) && !/signature/i.test(text));

    await using transport = new ReplayTransport({ cassette: fileCassette(pathToFileURL(path)) });
    await using exchange = await LocalExchange.start();
    const { auth } = await exchange.createAccount();
    await using client = new KalshiClient({ auth, config, transport });
    assertEquals(await session(client), recorded);
    const missing = await assertRejects(() => client.markets.get("NO-SUCH-MARKET"), KalshiError);
    assertEquals(missing.code, "NOT_FOUND");
    await transport.assertAllUsed();
  });
});

test("a file that is not there is an empty cassette, and record-missing makes it", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "status.jsonl");
    await using exchange = await LocalExchange.start();
    for (const expected of [1, 1]) {
      await using transport = new CassetteTransport({
        cassette: fileCassette(path),
        mode: "record-missing",
        transport: exchange.fetch,
      });
      await using client = new KalshiClient({ config: exchange.config, transport });
      await client.exchange.status();
      assertEquals((await readFile(path, "utf8")).trimEnd().split("\n").length, expected);
    }
  });
});

test("a request that is in no cassette reaches the caller as it is, at once", async () => {
  await using exchange = await LocalExchange.start();
  const transport = new ReplayTransport({ cassette: memoryCassette() });
  // On a clock that stands still, whatever waits would wait for ever.
  const clock = new ManualClock();
  await using client = new KalshiClient({ config: exchange.config, transport, clock });
  await assertRejects(() => client.exchange.status(), UnmatchedRequestError, "it is empty");
  assertEquals(clock.pending, 0);
});

test("a client gets its reads through a network that fails a third of the time", async () => {
  await using exchange = await LocalExchange.start();
  const transport = new FaultTransport({
    transport: exchange.fetch,
    seed: 3,
    rates: { cutBefore: 0.1, cutAfter: 0.1, statusBefore: 0.1, cutBody: 0.05 },
  });
  await using client = new KalshiClient({
    config: exchange.config.with({ retryBaseDelayMs: 1, maxRetries: 10 }),
    transport,
  });
  for (let call = 0; call < 100; call++) {
    assertEquals((await client.exchange.status()).exchange_active, true);
  }
  assert(transport.injected.length > 20, `${transport.injected.length} faults`);
});

test("an answer that makes no sense is a decoding error", async () => {
  await using exchange = await LocalExchange.start();
  for (const how of ["truncated", "html", "empty", "binary"] as const) {
    const transport = new FaultTransport({ transport: exchange.fetch, faults: [{ kind: "malformed", how }] });
    await using client = new KalshiClient({ config: exchange.config, transport });
    const error = await assertRejects(() => client.exchange.status(), KalshiError);
    assertEquals(error.code, "DECODE", how);
  }
});
