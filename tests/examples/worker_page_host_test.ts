/** The page of the Worker's example, in a real Chromium, with a real workerd and a local exchange behind it. */
import { assert, assertEquals } from "@std/assert";
import { existsSync, readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import {
  inChromium,
  ladderOf,
  missingChromium,
  NARROW,
  PATIENCE_MS,
  startChromium,
  truthOf,
} from "../local_exchange/page/support/chromium.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { startFeed } from "../workers/support/feed.ts";

const missing = missingChromium();
const folder = "examples/worker/public";
const types: Readonly<Record<string, string>> = { html: "text/html", js: "text/javascript", css: "text/css" };

/** Gives the files of the example, as Cloudflare does; everything else goes to the Worker. */
async function serveFiles(page: Page): Promise<void> {
  await page.route("**/*", async (route) => {
    const { pathname } = new URL(route.request().url());
    const name = pathname === "/" ? "index.html" : pathname.slice(1);
    if (!existsSync(`${folder}/${name}`)) return await route.continue();
    const contentType = types[name.split(".").pop() ?? ""] ?? "text/plain";
    await route.fulfill({ body: readFileSync(`${folder}/${name}`, "utf8"), contentType });
  });
}

test(
  "the Worker's page lists markets, shows a right ladder, and says when it is stale",
  inChromium,
  async () => {
    if (missing !== undefined) return console.log(missing);
    await using bed = await startFeed({
      entry: "examples/worker/worker.ts",
      durableObjects: { KALSHI_FEED: { className: "KalshiFeed", useSQLite: true } },
    });
    // Files that a test gives are of no address, and a page of none may not talk to this machine.
    const browser = await startChromium("--disable-features=LocalNetworkAccessChecks");
    try {
      const page = await browser.newPage({ viewport: NARROW });
      page.setDefaultTimeout(PATIENCE_MS);
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(String(error)));
      await serveFiles(page);
      // Nothing is chosen: the page says so, and what to do.
      await page.goto(bed.url.href);
      await page.getByRole("heading", { name: "No market is chosen" }).waitFor();
      await page.getByText("Choose one of the list").waitFor();
      assertEquals(await page.locator(".ladder").count(), 0);
      const [ticker = ""] = bed.exchange.openTickers();
      await page.locator("nav li").first().waitFor();
      await page.getByRole("searchbox").fill(ticker);
      await page.getByText("1 market", { exact: true }).waitFor();
      await page.locator("nav a").click();
      await page.getByText("Live", { exact: true }).waitFor();
      const { yes_sub_title } = await bed.client.markets.get(ticker);
      await page.getByRole("heading", { name: yes_sub_title }).waitFor();
      const isRight = async () =>
        (await ladderOf(page)).join() ===
          near(await truthOf(bed.client, ticker), await ladderOf(page)).join();
      await until(isRight);
      assertEquals(await page.locator(".ladder th").allInnerTexts(), [
        "Price",
        "Contracts",
        "Total",
      ]);
      await page.locator(".ladder .middle", { hasText: "Spread" }).waitFor();
      assertEquals(await page.evaluate("document.documentElement.scrollWidth"), NARROW.width);
      bed.exchange.step(20);
      await until(isRight);

      bed.exchange.sockets.refuse({ status: 503, times: 3 });
      bed.exchange.sockets.restart();
      await page.locator('.ladder[data-live="no"]', { hasText: "these prices are old" }).waitFor();
      await page.getByText("Live", { exact: true }).waitFor();
      await until(isRight);

      await page.goto(`${bed.url.href}?ticker=NOPE`);
      await page.getByText("There is no market NOPE").first().waitFor();
      assert(!(await page.getByText("Live", { exact: true }).isVisible()));
      assertEquals(complaints, []);
    } finally {
      await browser.close();
    }
  },
);

/** As much of a book as a ladder shows. */
function near(book: readonly string[], shown: readonly string[]): readonly string[] {
  return book.filter((level) => shown.includes(level)).length === shown.length && shown.length > 0
    ? shown
    : book;
}
