/** The page of a local exchange in a real Chromium, without a window. */
import { existsSync } from "node:fs";
import process from "node:process";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { KalshiClient } from "../../../../mod.ts";
import {
  type LocalAccount,
  LocalExchange,
  type LocalExchangeListenOptions,
  type LocalPage,
} from "../../../../src/local_exchange/mod.ts";
import type { TestOptions } from "../../../support/test.ts";

const PLACES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
  .map((name) => `/usr/bin/${name}`);

/** Where Chromium is: `CHROMIUM_PATH`, or where distributions put it. */
function chromiumPath(): string | undefined {
  return [process.env.CHROMIUM_PATH, ...PLACES].find((path) => path !== undefined && existsSync(path));
}

/**
 * What runs in the browser is the same whatever runs the test, so that it runs once; Playwright speaks to browsers on
 * Node.
 */
export const inChromium: TestOptions = { on: ["node"], timeoutMs: 300_000 };

/** Why nothing was tested; undefined where it can be. */
export function missingChromium(): string | undefined {
  if (chromiumPath() !== undefined) return undefined;
  return "NOT RUN: there is no Chromium. Install it (apt-get install chromium), or say in CHROMIUM_PATH where it is.";
}

/** How long a page is waited for: it tells that something never comes, not that the machine is slow. */
export const PATIENCE_MS = 240_000;

/** Starts Chromium; a test closes it. */
export async function startChromium(...args: readonly string[]): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  return await chromium.launch({ executablePath: chromiumPath() ?? "", args: ["--no-sandbox", ...args] });
}

/** What differs between beds. */
export interface PageBedOptions extends LocalExchangeListenOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: "light" | "dark";
}

export const WIDE = { width: 1280, height: 800 } as const;
export const NARROW = { width: 390, height: 844 } as const;

/** An exchange with a page, and a browser that has it open. */
export interface PageBed extends AsyncDisposable {
  readonly exchange: LocalExchange;
  readonly account: LocalAccount;
  readonly served: LocalPage;
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly page: Page;
  /** A client of the page's account, which is no part of the page. */
  readonly client: KalshiClient;
  /** The market that the page shows first. */
  readonly ticker: string;
  /** What the browser complained of: errors of scripts, and what the page's policy forbids. */
  readonly complaints: string[];
}

/** Opens the page of an exchange that has one market of its own, with orders of others around 0.50. */
export async function openPage(options: PageBedOptions = {}): Promise<PageBed> {
  const { viewport = WIDE, colorScheme = "light", ...more } = options;
  const exchange = await LocalExchange.start({ seed: 3, markets: 6, marketMakers: false, ...more });
  const ticker = exchange.listMarket({ ticker: "RAIN-TOMORROW", title: "Rain tomorrow?" });
  for (const [side, price, count] of BOOK) exchange.placeCounterOrder({ ticker, side, price, count });
  const account = await exchange.createAccount({ balance: "1000.00" });
  const client = new KalshiClient({ auth: account.auth, config: exchange.config });
  const served = await exchange.servePage({ account: account.id });
  const browser = await startChromium();
  const context = await browser.newContext({ viewport, colorScheme });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(served.url);
  await choose(page, ticker);
  return {
    exchange,
    account,
    served,
    browser,
    context,
    page,
    client,
    ticker,
    complaints,
    async [Symbol.asyncDispose]() {
      await browser.close();
      await client.close();
      await exchange.close();
    },
  };
}

/** What others bid and ask. */
export const BOOK = [
  ["bid", "0.4700", "30"],
  ["bid", "0.4800", "20"],
  ["ask", "0.5200", "15"],
  ["ask", "0.5300", "40"],
] as const;

/** Finds a market by typing a part of its name, and waits for its book. */
export async function choose(page: Page, ticker: string): Promise<void> {
  const narrow = page.getByRole("navigation").getByRole("button", { name: "Markets" });
  if (await narrow.isVisible()) await narrow.click();
  const search = page.getByRole("searchbox");
  await search.fill(ticker);
  await page.locator(".market", { hasText: ticker }).waitFor();
  await search.press("Enter");
  // The book that was shown before may be live too: first the market, then its book.
  await page.locator(".market-head", { hasText: ticker }).waitFor();
  await page.locator(".book .tag.live").waitFor();
}

/** The ladder as it is read: `0.52 15`, from the highest ask to the lowest bid. */
export async function ladderOf(page: Page): Promise<string[]> {
  const rows = await page.locator(".ladder tbody:not(.middle) tr:not(.empty)").allInnerTexts();
  return rows.map((row) => row.split("\t").slice(0, 2).join(" ").trim());
}

/** The same as it should be, by the exchange's own answer. */
export async function truthOf(client: KalshiClient, ticker: string): Promise<string[]> {
  const { yes_dollars, no_dollars } = await client.markets.orderBook(ticker);
  const short = (text: string) => text.replace(/(\.\d\d)0+$/, "$1");
  const count = (text: string) => text.replace(/\.00$/, "");
  const asks = no_dollars.map(([price, size]) => `${short((1 - Number(price)).toFixed(4))} ${count(size)}`);
  const bids = yes_dollars.map(([price, size]) => `${short(price)} ${count(size)}`).reverse();
  return [...asks, ...bids];
}
