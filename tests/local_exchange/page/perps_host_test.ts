/** Somebody trades perps on the page. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { PerpsClient } from "../../../src/perps/mod.ts";
import { test } from "../../support/test.ts";
import { until } from "../../support/until.ts";
import {
  inChromium,
  ladderOf,
  missingChromium,
  NARROW,
  openPage,
  type PageBed,
  type PageBedOptions,
} from "./support/chromium.ts";
import { axeOn } from "./support/axe.ts";

const missing = missingChromium();
if (missing !== undefined) console.log(missing);
const browserTest = (name: string, body: () => Promise<void>) =>
  test(name, inChromium, missing === undefined ? body : () => {});

const TICKER = "MYPERP";

/** A page that shows the perps of an exchange, and the account's own client of them. */
async function openPerps(options: PageBedOptions = {}) {
  const bed: PageBed = await openPage({ perps: { marketMakers: false }, ...options });
  const { exchange, page } = bed;
  const ticker = exchange.perps.listMarket({ ticker: TICKER, indexPrice: "10.0000", tickSize: "0.0010" });
  exchange.perps.placeCounterOrder({ ticker, side: "bid", price: "9.9900", count: "20" });
  exchange.perps.placeCounterOrder({ ticker, side: "ask", price: "10.0100", count: "5" });
  const client = new PerpsClient({ auth: bed.account.auth, config: exchange.perpsConfig });
  await page.getByRole("radio", { name: "Perps" }).check();
  const narrow = page.getByRole("navigation").getByRole("button", { name: "Markets" });
  if (await narrow.isVisible()) await narrow.click();
  await page.locator(".market", { hasText: ticker }).click();
  await page.locator(".market-head", { hasText: ticker }).waitFor();
  await page.locator(".book .tag.live").waitFor();
  return {
    ...bed,
    perps: client,
    ticker,
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await bed[Symbol.asyncDispose]();
    },
  };
}

browserTest(
  "an order for perps rests, is seen in the ladder, its fill and position are told, and the mark moves",
  async () => {
    await using bed = await openPerps();
    const { page, exchange, perps, ticker } = bed;
    await until(async () => (await ladderOf(page)).join() === "10.01 5,9.99 20");
    await page.locator(".ladder .bids button").first().click();
    await until(async () => await page.getByLabel("Price").inputValue() === "9.99");
    assert(await page.getByRole("radio", { name: "Sell" }).isChecked());
    await page.locator(".side.bid").click();
    await page.getByLabel("Price").fill("10.01");
    await page.getByLabel("Contracts", { exact: true }).fill("12");
    await page.getByRole("button", { name: "Long 12 at 10.01" }).click();
    await page.getByText("Long 12 at 10.01: resting.").waitFor();
    await page.getByText(`Bought 5 at 10.01 · ${ticker}`).waitFor();
    await page.locator(".ladder .own", { hasText: "10.01" }).waitFor();
    const position = page.locator(".account tbody tr", { hasText: ticker });
    await position.getByText("5 long").waitFor();

    const before = await position.innerText();
    exchange.perps.setIndexPrice(ticker, "10.5000");
    await until(async () =>
      await position.innerText() !== before && (await position.innerText()).includes("+$")
    );
    await page.locator(".market-head", { hasText: "10.50" }).waitFor();

    await page.getByRole("tab", { name: "Fills" }).click();
    await page.getByRole("cell", { name: "10.01", exact: true }).waitFor();
    await page.getByRole("tab", { name: "Orders" }).click();
    await page.getByRole("button", { name: /^Cancel: Buy at 10.01/ }).click();
    await page.getByText("Order canceled.").waitFor();
    await page.getByText("No order rests.").waitFor();
    assertEquals((await perps.orders.list({ status: "resting" })).items, []);

    await page.getByRole("tab", { name: "Exchange" }).click();
    await page.getByRole("button", { name: "Fund now" }).click();
    await page.getByText(`Longs and shorts of ${ticker} have paid each other.`).waitFor();
    assertEquals((await perps.funding.historicalRates({ ticker })).length, 1);
    assertEquals(bed.complaints, []);
  },
);

browserTest(
  "what is no order for perps is told in words, and nothing is sent; the keyboard is enough",
  async () => {
    await using bed = await openPerps();
    const { page, perps, ticker } = bed;
    const says = (text: string) => page.locator(".problem", { hasText: text }).waitFor();
    const price = page.getByLabel("Price");
    await page.locator(".send").click();
    await says("Type a price in dollars");
    await page.locator("#price:focus").waitFor();
    await price.fill("9.9905");
    await says("This market has no price 9.9905: the nearest are 9.99 and 9.991.");
    await price.fill("9.99");
    await page.getByLabel("Contracts", { exact: true }).fill("0");
    await says("more than nothing");
    await page.getByLabel("Contracts", { exact: true }).fill("2");
    await page.getByLabel("Reduce only").check();
    await says("An order that only reduces trades at once");
    await page.getByLabel("Reduce only").uncheck();
    assertEquals((await perps.orders.list({ ticker })).items, []);

    await page.locator("#price").focus();
    await page.keyboard.press("ArrowUp");
    await until(async () => await price.inputValue() === "9.991");
    await page.keyboard.press("Enter");
    await page.getByText("Long 2 at 9.991: resting.").waitFor();
    // Back to events, and to perps again, by the arrows of the switch.
    await page.getByRole("radio", { name: "Perps" }).focus();
    await page.keyboard.press("ArrowLeft");
    await page.locator(".market-head", { hasText: "RAIN-TOMORROW" }).waitFor();
    await page.keyboard.press("ArrowRight");
    await page.locator(".market-head", { hasText: ticker }).waitFor();
    assertEquals(bed.complaints, []);
  },
);

browserTest("perps are readable in both themes and on a narrow screen", async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    await using bed = await openPerps({ colorScheme });
    const serious = await axeOn(bed);
    for (const tab of ["Positions", "Orders", "Fills", "Exchange"]) {
      await bed.page.getByRole("tab", { name: tab }).click();
      assertEquals(await serious(), [], tab);
    }
  }
  await using bed = await openPerps({ viewport: NARROW });
  const { page } = bed;
  for (const view of ["Markets", "Account", "Trade"]) {
    await page.getByRole("navigation").getByRole("button", { name: view }).click();
    const width = await page.evaluate("document.documentElement.scrollWidth");
    assertEquals(width, NARROW.width, `${view} is wider than the screen`);
  }
  assertEquals(await page.getByRole("navigation").getByRole("button", { name: "Chart" }).count(), 0);
});

browserTest("an exchange without perps has no switch, and a feed of perps is refused there", async () => {
  await using bed = await openPage();
  assertEquals(await bed.page.getByRole("radio", { name: "Perps" }).count(), 0);
  const token = /token=(.*)$/.exec(bed.served.url)?.[1] ?? "";
  const closed = await bed.page.evaluate(
    (token) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${location.origin.replace("http", "ws")}/feed?exchange=margin`, [
          "kalshi-feed",
          `token.${token}`,
        ]);
        socket.onopen = () => resolve("open");
        socket.onclose = () => resolve("refused");
      }),
    token,
  );
  assertMatch(String(closed), /refused/);
});
