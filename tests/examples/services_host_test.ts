/** The examples that answer requests, are told of things, or watch: each on the runtime it is for. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { createServer } from "node:http";
import { KalshiClient } from "../../src/client.ts";
import { test } from "../support/test.ts";
import { exampleBed, runExample } from "./run_example.ts";

/** What miniflare gives beside `fetch`. */
interface Scheduled {
  scheduled(event: { readonly cron: string }): Promise<{ readonly outcome: string }>;
}

test("the watched bot logs with pino and makes a span for each call", { on: ["node"] }, async () => {
  await using bed = await exampleBed({ markets: 2, marketMakers: false });
  // A read that is tried again is one span with two attempts.
  bed.exchange.fail({ method: "GET", path: "/markets", status: 503 });
  const { code, output, errors } = await runExample("node", "examples/observed_main.ts", [], bed.env);
  assertEquals([code, errors], [0, ""], output);
  const lines = output.trim().split("\n").map((line) => JSON.parse(line));
  const spans = lines.filter(({ span }) => span !== undefined);
  const [list, missing] = [spans[0], spans.find(({ span }) => span.includes("NO-SUCH"))];
  assertEquals(
    [list.span, list["kalshi.attempts"], list.events],
    ["GET /markets", 2, ["request", "response", "retry", "request", "response"]],
  );
  assertEquals([missing["kalshi.outcome"], missing.status], ["rejected", 2]);
  const logged = lines.filter(({ level }) => level !== undefined);
  assert(logged.some(({ msg, callId }) => callId === 1 && msg.includes("is tried again")));
  assert(logged.some(({ msg, state }) => state === "open" && msg === "kalshi: the stream is open"));
  assertEquals(lines.at(-1), { metric: "kalshi.attempt.duration", points: lines.at(-1).points });
  assert(!output.includes("PRIVATE KEY") && !/"KALSHI-ACCESS-SIGNATURE"/i.test(output));
});

test("the strategy is tested by bun test", { on: ["bun"] }, async () => {
  const bun = resolve("node_modules/.bin/bun");
  const args = ["test", "--conditions=kalshi-source", "./examples/strategy_test.ts"];
  const { code, said } = await new Promise<{ code: number; said: string }>((done) =>
    execFile(bun, args, (error, stdout, stderr) => done({ code: error ? 1 : 0, said: stdout + stderr }))
  );
  assertEquals(code, 0, said);
  assertStringIncludes(said, "2 pass");
});

test("the routes of Hono answer, cache, and tell nobody what is wrong with the key", {
  on: ["deno", "bun", "node"],
}, async () => {
  await using bed = await exampleBed({ markets: 3 });
  bed.exchange.step(10);
  const { createHono } = await import("../../examples/hono.ts");
  const app = createHono(bed.env);
  const markets = await app.request("/markets");
  assertEquals([markets.status, markets.headers.get("cache-control")], [200, "public, max-age=2"]);
  const { markets: [first] } = await markets.json();
  const book = await app.request(`/markets/${first.ticker}/book`);
  assertEquals(book.status, 200);
  assertEquals((await app.request("/markets/NONE/book")).status, 404);
  assertEquals((await app.request("/markets?status=odd")).status, 400);
  bed.exchange.fail({ status: 401, body: { error: { code: "authentication_error", message: "wrong key" } } });
  const refused = await app.request("/markets");
  assertEquals([refused.status, await refused.json()], [502, { error: "AUTH_REJECTED" }]);
});

test("the edge function answers with prices, as JSON and as a page", { on: ["deno"] }, async () => {
  await using bed = await exampleBed({ markets: 1 });
  bed.exchange.step(5);
  const [ticker = ""] = bed.exchange.openTickers();
  const { default: edge } = await import("../../examples/edge.ts");
  const before = Deno.env.get("KALSHI_API_BASE_URL");
  Deno.env.set("KALSHI_API_BASE_URL", bed.exchange.baseUrl);
  try {
    const ask = (path: string, accept = "application/json") =>
      edge.fetch(new Request(`http://edge${path}`, { headers: { accept } }));
    const json = await ask(`/${ticker}`);
    assertEquals((await json.json()).ticker, ticker);
    const page = await ask(`/${ticker}`, "text/html");
    assertStringIncludes(await page.text(), "<h1>");
    assertEquals((await ask("/NONE")).status, 404);
    assertEquals((await ask("/..%2f")).status, 404);
  } finally {
    if (before === undefined) Deno.env.delete("KALSHI_API_BASE_URL");
    else Deno.env.set("KALSHI_API_BASE_URL", before);
  }
});

test("the Worker with a cron tells once that the price has crossed its line", { on: ["node"] }, async () => {
  await using bed = await exampleBed({ markets: 0, marketMakers: false });
  const { exchange, account, env } = bed;
  const ticker = exchange.listMarket({ ticker: "M" });
  await using client = new KalshiClient({ auth: account.auth, config: exchange.config });
  const trade = async (price: string) => {
    exchange.placeCounterOrder({ ticker, side: "ask", price, count: "1" });
    await client.orders.create({
      ticker,
      side: "bid",
      count: "1.00",
      price,
      time_in_force: "immediate_or_cancel",
      self_trade_prevention_type: "taker_at_cross",
    });
  };
  const told: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (bytes) => body += bytes);
    request.on("end", () => {
      told.push(JSON.parse(body).text);
      response.end("ok");
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const { build } = await import("esbuild");
  const { Miniflare } = await import("miniflare");
  const { outputFiles } = await build({
    entryPoints: ["examples/price_alert/worker.ts"],
    bundle: true,
    format: "esm",
    platform: "neutral",
    conditions: ["workerd", "worker", "browser"],
    alias: { "#runtime": "./src/runtime/workers.ts" },
    mainFields: ["module", "main"],
    external: ["cloudflare:*", "node:*"],
    write: false,
    logLevel: "error",
  });
  const worker = new Miniflare({
    modules: [{ type: "ESModule", path: "worker.mjs", contents: outputFiles[0]?.text ?? "" }],
    compatibilityDate: "2026-04-01",
    kvNamespaces: ["MEMORY"],
    bindings: {
      KALSHI_API_BASE_URL: env["KALSHI_API_BASE_URL"] ?? "",
      TICKER: ticker,
      LINE: "0.5000",
      WEBHOOK: `http://127.0.0.1:${port}/`,
    },
    cf: false,
  });
  try {
    const minute = async () => {
      const fetcher = (await worker.getWorker()) as unknown as Scheduled;
      assertEquals((await fetcher.scheduled({ cron: "* * * * *" })).outcome, "ok");
    };
    await trade("0.4000");
    await minute();
    await minute();
    assertEquals(told, []);
    await trade("0.6000");
    await minute();
    await minute();
    assertEquals(told, [`${ticker} is above 0.5000: last price 0.6000`]);
    await trade("0.4500");
    await minute();
    assertEquals(told.length, 2);
    const seen = await (await worker.dispatchFetch("http://worker/")).json();
    assertEquals(seen, { side: "below", price: "0.4500", before: "below" });
  } finally {
    await worker.dispose();
    server.close();
  }
});
