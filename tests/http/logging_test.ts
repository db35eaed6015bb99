/** Log lines, the end of calls, and what comes beside a result. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  type EndEvent,
  KalshiClient,
  type KalshiClientOptions,
  KalshiConfig,
  KalshiConfigError,
  KalshiError,
  type ResponseEvent,
  withResponse,
} from "../../mod.ts";
import { FixClient } from "../../src/fix/client.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { webRuntime } from "../../src/runtime/web.ts";
import { KalshiStream } from "../../src/stream/mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";

/** A logger that keeps what it is given. */
function kept(isPino = false) {
  const lines: [string, ...unknown[]][] = [];
  const take = (level: string) => (...line: unknown[]) => void lines.push([level, ...line]);
  const logger = { debug: take("debug"), info: take("info"), warn: take("warn"), error: take("error") };
  return { lines, logger: isPino ? { ...logger, bindings: () => ({}) } : logger };
}

const config = new KalshiConfig({ retryBaseDelayMs: 0, retryMaxDelayMs: 0 });

/** Fails once, then answers. */
function failingOnce(): KalshiClientOptions["transport"] {
  let count = 0;
  return () =>
    Promise.resolve(
      count++ === 0 ? new Response("busy", { status: 503 }) : Response.json({ market: { ticker: "M" } }),
    );
}

test("every attempt of a call is logged under one id, with its sentence and its facts", async () => {
  const { lines, logger } = kept();
  await using client = new KalshiClient({ transport: failingOnce(), config, logger, logLevel: "debug" });
  await client.markets.get("M");
  const shown = lines.map(([level, message]) => [level, String(message).replace(/\d+ ms/, "_ ms")]);
  assertEquals(shown, [
    ["debug", "kalshi: GET /markets/M is sent (call 1, attempt 1)"],
    ["debug", "kalshi: GET /markets/M answered 503 after _ ms (call 1, attempt 1)"],
    ["warn", "kalshi: GET /markets/M failed with SERVER and is tried again in _ ms (call 1, attempt 1)"],
    ["debug", "kalshi: GET /markets/M is sent (call 1, attempt 2)"],
    ["debug", "kalshi: GET /markets/M answered 200 after _ ms (call 1, attempt 2)"],
  ]);
  for (const [, , facts] of lines) assertEquals((facts as { callId: number }).callId, 1);
});

test("a level leaves out what is below it, and a failed call is told once", async () => {
  const transport = () => Promise.resolve(Response.json({ error: { code: "not_found" } }, { status: 404 }));
  for (const [logLevel, expected] of [[undefined, 1], ["info", 1], ["warn", 0], ["off", 0]] as const) {
    const { lines, logger } = kept();
    await using client = new KalshiClient({ transport, config, logger, logLevel });
    await client.markets.get("M").catch(() => {});
    assertEquals(lines.length, expected, logLevel);
    if (expected === 1) {
      assertStringIncludes(String(lines[0]?.[1]), "failed with NOT_FOUND (outcome rejected, call 1");
    }
  }
});

test("pino gets the facts first, the console the sentence alone", async () => {
  const { lines, logger } = kept(true);
  await using client = new KalshiClient({ transport: failingOnce(), config, logger, logLevel: "warn" });
  await client.markets.get("M");
  const [level, facts, message] = lines[0] ?? [];
  assertEquals([level, typeof facts, typeof message], ["warn", "object", "string"]);

  const before = console.warn;
  const written: unknown[][] = [];
  console.warn = (...line: unknown[]) => void written.push(line);
  try {
    await using client = new KalshiClient({
      transport: failingOnce(),
      config,
      logger: console,
      logLevel: "warn",
    });
    await client.markets.get("M");
  } finally {
    console.warn = before;
  }
  assertEquals(written.map((line) => line.length), [1]);
});

test("KALSHI_LOG asks for lines on the console, loses against logLevel, and is one of its words", async () => {
  const before = console.debug;
  const written: unknown[][] = [];
  console.debug = (...line: unknown[]) => void written.push(line);
  const transport = () => Promise.resolve(Response.json({}));
  const counts: number[] = [];
  const count = async (client: KalshiClient) => {
    written.length = 0;
    await client.request("GET", "/x");
    counts.push(written.length);
    await client.close();
  };
  const env = (name: string, value: string) => ({
    ...webRuntime(),
    readEnv: (asked: string) => asked === name ? value : undefined,
  });
  try {
    await count(new KalshiClient({ runtime: env("KALSHI_LOG", " DEBUG "), transport }));
    await count(new KalshiClient({ runtime: env("KALSHI_LOG", "debug"), transport, logLevel: "error" }));
    await count(new KalshiClient({ runtime: env("KALSHI_LOG", "info"), transport }));
    await count(await KalshiClient.fromEnv({ KALSHI_LOG: "debug" }, { transport }));
    await count(new KalshiClient({ runtime: env("OTHER", "debug"), transport }));
  } finally {
    console.debug = before;
  }
  assertEquals(counts, [2, 0, 0, 2, 0]);
  assertThrows(
    () => new KalshiClient({ runtime: env("KALSHI_LOG", "loud") }),
    KalshiConfigError,
    "KALSHI_LOG must be debug, info, warn, error or off",
  );
});

test("a logger that throws changes nothing", async () => {
  const before = console.error;
  console.error = () => {};
  try {
    const fail = () => {
      throw new Error("disk full");
    };
    const logger = { debug: fail, info: fail, warn: fail, error: fail };
    await using client = new KalshiClient({ transport: failingOnce(), config, logger, logLevel: "debug" });
    assertEquals((await client.markets.get("M")).ticker, "M");
  } finally {
    console.error = before;
  }
});

test("streams and FIX sessions log what becomes of their connections", async () => {
  await using exchange = LocalExchange.create({ markets: 1, marketMakers: false, fix: true });
  const { auth } = await exchange.createAccount();
  const runtime = exchange.createRuntime();
  const { lines, logger } = kept();
  const told = () => lines.map(([level, message]) => `${level} ${message}`);
  await using client = new KalshiClient({
    auth,
    config: exchange.config.with({ retryBaseDelayMs: 1, retryMaxDelayMs: 1 }),
    runtime,
    logger,
  });
  const stream = await client.stream();
  exchange.sockets.restart();
  await until(() => told().filter((line) => line === "info kalshi: the stream is open").length === 2);
  assert(told().some((line) => line.startsWith("warn kalshi: the stream broke, attempt 1 follows in ")));
  await stream.close();
  assertEquals(told().at(-1), "info kalshi: the stream is closed");

  const config = exchange.fixConfig("order-entry");
  const fix = await FixClient.connect({ auth, config, runtime, logger });
  await fix.close();
  assert(told().includes("info kalshi: FIX KalshiNR is logged on (connection 1)"));
  assertEquals(told().at(-1), "info kalshi: FIX KalshiNR is closed");

  // Errors that no call waits for go to the logger in place of the console.
  const other = await KalshiStream.connect({ auth, config: exchange.config, runtime, logger });
  await other.on("ticker", () => {
    throw new Error("a handler's");
  });
  exchange.step(3);
  exchange.placeCounterOrder({
    ticker: exchange.openTickers()[0] ?? "",
    side: "bid",
    price: "0.2000",
    count: "1",
  });
  await until(() => told().some((line) => line.startsWith("error KalshiStream: Error: a handler's")));
  await other.close();
  assert(!JSON.stringify(lines).includes("PRIVATE KEY"));
});

test("the end of a call is told once, with what it throws; a write that is looked up is one call", async () => {
  await using exchange = LocalExchange.create({ markets: 0, marketMakers: false });
  const { auth } = await exchange.createAccount();
  const ticker = exchange.listMarket({ ticker: "M" });
  const ends: EndEvent[] = [];
  let cut = true;
  await using client = new KalshiClient({
    auth,
    config: exchange.config.with({ orderRetries: "idempotent", retryBaseDelayMs: 0, retryMaxDelayMs: 0 }),
    // The first order arrives, and its answer does not.
    transport: async (request) => {
      const answer = await exchange.fetch(request);
      if (request.method !== "POST" || !cut) return answer;
      cut = false;
      throw new TypeError("connection reset");
    },
    onEnd: (event) => ends.push(event),
  });
  await client.orders.create({
    ticker,
    side: "bid",
    count: "1.00",
    price: "0.5600",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
  });
  const writes = ends.filter(({ method }) => method === "POST");
  assertEquals(writes.map(({ path, error }) => [path, error]), [["/portfolio/events/orders", undefined]]);
  assert(writes[0] !== undefined && writes[0].attempts >= 1 && writes[0].durationMs >= 0);

  ends.length = 0;
  const error = await assertRejects(() => client.markets.get("NONE"), KalshiError);
  assertEquals(ends.map(({ method, path, attempts }) => [method, path, attempts]), [[
    "GET",
    "/markets/NONE",
    1,
  ]]);
  assert(ends[0]?.error === error);
  // What could not be sent as it was written is no call.
  await client.markets.get("").catch(() => {});
  assertEquals(ends.length, 1);
});

test("withResponse gives status, header fields and time beside the result, of every method", async () => {
  await using exchange = LocalExchange.create({ markets: 1, marketMakers: false });
  const { auth } = await exchange.createAccount();
  const [ticker = ""] = exchange.openTickers();
  await using client = new KalshiClient({ auth, config: exchange.config, transport: exchange.fetch });
  const { data, response, responses } = await withResponse((options) => client.markets.get(ticker, options));
  assertEquals([data.ticker, response.status, response.path, responses.length], [
    ticker,
    200,
    `/markets/${ticker}`,
    1,
  ]);
  assert(response.headers["content-type"]?.startsWith("application/json"));
  const page = await withResponse((options) => client.markets.list({ limit: 1 }, options));
  assertEquals([page.data.items.length, page.response.status], [1, 200]);

  const answers: ResponseEvent[] = [];
  await client.markets.get("NONE", { onResponse: (event) => answers.push(event) }).catch(() => {});
  assertEquals(answers.map(({ status }) => status), [404]);
  await assertRejects(
    () => withResponse(() => client.markets.get(ticker)),
    KalshiConfigError,
    "was not given its options",
  );
});

test("no header field of an answer shows what was signed", async () => {
  await using exchange = LocalExchange.create({ markets: 1 });
  const { auth } = await exchange.createAccount();
  const answers: ResponseEvent[] = [];
  let signature = "";
  await using client = new KalshiClient({
    auth,
    config: exchange.config,
    transport: (request) => {
      signature = request.headers.get("kalshi-access-signature") ?? "";
      return Promise.resolve(Response.json({}, { headers: { "x-echo": signature, "set-cookie": "a=b" } }));
    },
    onResponse: (event) => answers.push(event),
  });
  await client.request("GET", "/x", { auth: "required" });
  assert(signature !== "" && !JSON.stringify(answers).includes(signature));
});
