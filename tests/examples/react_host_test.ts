/** The page with React, in a real browser, over the feed of the Worker's example. */
import { assertEquals } from "@std/assert";
import { inChromium, missingChromium, startChromium } from "../local_exchange/page/support/chromium.ts";
import { test } from "../support/test.ts";
import { startFeed } from "../workers/support/feed.ts";

const html =
  '<!doctype html><html lang="en"><title>Book</title><div id="root"></div><script type="module" src="/react.js"></script>';

test(
  "the page with React shows a live book, follows it, and says when it is not live",
  inChromium,
  async () => {
    const missing = missingChromium();
    if (missing !== undefined) return console.log(missing);
    const { build } = await import("esbuild");
    const { outputFiles } = await build({
      entryPoints: ["examples/react/main.js"],
      bundle: true,
      format: "esm",
      platform: "browser",
      write: false,
      logLevel: "error",
    });
    const files: Readonly<Record<string, [type: string, body: string]>> = {
      "/": ["text/html", html],
      "/react.js": ["text/javascript", outputFiles[0]?.text ?? ""],
    };
    await using bed = await startFeed({
      entry: "examples/worker/worker.ts",
      durableObjects: { KALSHI_FEED: { className: "KalshiFeed", useSQLite: true } },
    });
    const ticker = bed.exchange.listMarket({ ticker: "RAIN" });
    bed.exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4000", count: "5" });
    // Files that a test gives are of no address, and a page of none may not talk to this machine.
    const browser = await startChromium("--disable-features=LocalNetworkAccessChecks");
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(String(error)));
      await page.route("**/*", async (route) => {
        const file = files[new URL(route.request().url()).pathname];
        if (file === undefined) await route.continue();
        else await route.fulfill({ contentType: file[0], body: file[1] });
      });
      await page.goto(bed.url.href);
      await page.getByText("Which market?").waitFor();
      await page.goto(`${bed.url.href}?ticker=${ticker}`);
      await page.getByText("live", { exact: true }).waitFor();
      const bids = page.getByRole("table", { name: "Bids" });
      await bids.getByRole("cell", { name: "0.4000" }).waitFor();
      bed.exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4200", count: "3" });
      await bids.getByRole("cell", { name: "0.4200" }).waitFor();
      assertEquals(await bids.getByRole("row").nth(1).innerText(), "0.4200\t3.00");
      bed.exchange.sockets.refuse({ status: 503, times: 3 });
      bed.exchange.sockets.restart();
      await page.getByText("not live: prices may be old").waitFor();
      await page.getByText("live", { exact: true }).waitFor();
      await page.goto(`${bed.url.href}?ticker=NOPE`);
      await page.getByRole("alert").waitFor();
      assertEquals(complaints, []);
    } finally {
      await browser.close();
    }
  },
);
