/**
 * Takes the pictures of the docs: the page of a local exchange in a real Chromium, after some trading. `deno task
 * screenshots`; `CHROMIUM_PATH` says where Chromium is, where it is not in `/usr/bin`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import process from "node:process";
import { type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { KalshiClient } from "../mod.ts";
import { LocalExchange } from "../src/local_exchange/mod.ts";
import { smallerPng } from "./png.ts";
import { reportScene } from "./report_scene.ts";

const folder = "docs/images";

/** What a picture of a report shows. */
const REPORT = { width: 1280, height: 1200 };

/** Keeps a picture. */
function keep(name: string, png: Uint8Array): void {
  const bytes = smallerPng(png);
  writeFileSync(`${folder}/${name}.png`, bytes);
  console.log(`${folder}/${name}.png: ${Math.round(bytes.length / 1024)} kB`);
}

interface Picture {
  readonly name: string;
  readonly context: BrowserContextOptions;
  /** What is done before it is taken. */
  readonly prepare?: (page: Page) => Promise<void>;
}

const wide = { width: 1280, height: 800 };
const narrow = { width: 390, height: 844 };
const view = (name: string) => (page: Page) =>
  page.getByRole("navigation").getByRole("button", { name }).click();

const pictures: readonly Picture[] = [
  { name: "exchange-page", context: { viewport: wide, colorScheme: "light" } },
  {
    name: "exchange-page-dark",
    context: { viewport: wide, colorScheme: "dark" },
    prepare: async (page) => {
      await page.getByRole("tab", { name: "Depth" }).click();
      await page.getByRole("tab", { name: /^Positions/ }).click();
    },
  },
  {
    name: "exchange-page-narrow",
    context: { viewport: narrow, colorScheme: "light" },
    prepare: view("Trade"),
  },
  {
    name: "exchange-page-narrow-dark",
    context: { viewport: narrow, colorScheme: "dark" },
    prepare: view("Chart"),
  },
];

await using exchange = await LocalExchange.start({ seed: 11, history: { days: 5 } });
const account = await exchange.createAccount({ balance: "10000.00" });
await using client = new KalshiClient({ auth: account.auth, config: exchange.config });
// Half an hour of trading, in which the account takes part.
const tickers = exchange.openTickers().filter((ticker) => ticker.startsWith("KXPRESPERSON")).slice(0, 3);
for (let minute = 0; minute < 30; minute++) {
  exchange.clock.advance(60_000);
  exchange.step(20);
}
for (const [index, ticker] of tickers.entries()) {
  const { yes_bid_dollars, yes_ask_dollars } = await client.markets.get(ticker);
  const order = {
    ticker,
    self_trade_prevention_type: "taker_at_cross",
    time_in_force: "good_till_canceled",
  } as const;
  await client.orders.create({ ...order, side: "bid", price: yes_ask_dollars, count: `${40 - 10 * index}` });
  await client.orders.create({ ...order, side: "bid", price: yes_bid_dollars, count: "25" });
}
exchange.step(5);

const served = await exchange.servePage({ account: account.id });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
mkdirSync(folder, { recursive: true });
for (const { name, context: options, prepare } of pictures) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(served.url);
  await page.locator(".book .tag.live").waitFor({ state: "attached" });
  if (options.viewport === narrow) await view("Markets")(page);
  await page.getByRole("searchbox").fill(tickers[0] ?? "");
  await page.getByRole("searchbox").press("Enter");
  if (options.viewport !== narrow) await page.getByRole("searchbox").fill("");
  await page.locator(".ladder .own").first().waitFor({ state: "attached" });
  await prepare?.(page);
  // Candles are asked for once the market is chosen.
  await page.waitForLoadState("networkidle").catch(() => {});
  await page.locator(".plot figcaption").filter({ hasNotText: /^Nothing|^$/ }).waitFor({ state: "attached" });
  await page.evaluate("document.activeElement?.blur()");
  keep(name, await page.screenshot({ animations: "disabled" }));
  await context.close();
}
const report = await browser.newPage({ viewport: REPORT, colorScheme: "light" });
await report.setContent((await reportScene()).toHTML());
keep("run-report", await report.screenshot());
await browser.close();
