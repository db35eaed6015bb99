/** The page with React, in a real browser, over a feed in workerd. */
import { assertEquals } from "@std/assert";
import { KalshiClient } from "../../src/client.ts";
import { test } from "../support/test.ts";
import { inChromium, missingChromium, startChromium } from "../local_exchange/page/support/chromium.ts";
import { exampleBed } from "./run_example.ts";

test(
  "the page with React shows a live book, follows it, and says when it is not live",
  inChromium,
  async () => {
    const missing = missingChromium();
    if (missing !== undefined) return console.warn(missing);
    await using bed = await exampleBed({ markets: 0, marketMakers: false });
    const { exchange, account, env } = bed;
    const ticker = exchange.listMarket({ ticker: "RAIN" });
    exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4000", count: "5" });
    const { build } = await import("esbuild");
    const bundle = async (options: Parameters<typeof build>[0]) =>
      (await build({ bundle: true, format: "esm", write: false, logLevel: "error", ...options })).outputFiles
        ?.[0]
        ?.text ?? "";
    const script = await bundle({ entryPoints: ["examples/react/main.js"], platform: "browser" });
    // The example's Worker, with the page beside its feed.
    const worker = await bundle({
      stdin: {
        contents: `import worker, { KalshiFeed } from "./examples/worker/worker.ts";
export { KalshiFeed };
const pages = { "/": ["text/html", '<!doctype html><html lang="en"><title>Book</title><div id="root"></div><script type="module" src="/react.js"></script>'], "/react.js": ["text/javascript", ${
          JSON.stringify(script)
        }] };
export default {
  fetch(request, env) {
    const page = pages[new URL(request.url).pathname];
    return page ? new Response(page[1], { headers: { "content-type": page[0] } }) : worker.fetch(request, env);
  },
};`,
        resolveDir: ".",
        loader: "ts",
      },
      platform: "neutral",
      mainFields: ["module", "main"],
      conditions: ["workerd", "worker", "browser"],
      alias: { "#runtime": "./src/runtime/workers.ts" },
      external: ["cloudflare:*", "node:*"],
    });
    const { Miniflare } = await import("miniflare");
    const miniflare = new Miniflare(
      {
        modules: [{ type: "ESModule", path: "worker.mjs", contents: worker }],
        compatibilityDate: "2026-04-01",
        durableObjects: { KALSHI_FEED: { className: "KalshiFeed", useSQLite: true } },
        bindings: env,
        cf: false,
      } as unknown as ConstructorParameters<typeof Miniflare>[0],
    );
    try {
      const { origin } = await miniflare.ready;
      const browser = await startChromium();
      try {
        const page = await browser.newPage();
        const complaints: string[] = [];
        page.on("pageerror", (error) => complaints.push(String(error)));
        await page.goto(`${origin}/`);
        await page.getByText("Which market?").waitFor();
        await page.goto(`${origin}/?ticker=${ticker}`);
        await page.getByText("live", { exact: true }).waitFor();
        const bids = page.getByRole("table", { name: "Bids" });
        await bids.getByRole("cell", { name: "0.4000" }).waitFor();
        await using client = new KalshiClient({ auth: account.auth, config: exchange.config });
        await client.orders.create({
          ticker,
          side: "bid",
          count: "3.00",
          price: "0.4200",
          time_in_force: "good_till_canceled",
          self_trade_prevention_type: "taker_at_cross",
        });
        await bids.getByRole("cell", { name: "0.4200" }).waitFor();
        assertEquals(await bids.getByRole("row").nth(1).innerText(), "0.4200\t3.00");
        await exchange.close();
        await page.getByText("not live: prices may be old").waitFor();
        assertEquals(complaints, []);
      } finally {
        await browser.close();
      }
    } finally {
      await miniflare.dispose();
    }
  },
);
