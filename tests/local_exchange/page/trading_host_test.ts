/** Somebody trades on the page: with the mouse, and with the keyboard alone. */
import { assertEquals } from "@std/assert";
import { test } from "../../support/test.ts";
import { until } from "../../support/until.ts";
import {
  choose,
  inChromium,
  ladderOf,
  missingChromium,
  NARROW,
  openPage,
  truthOf,
} from "./support/chromium.ts";

const missing = missingChromium();
if (missing !== undefined) console.log(missing);
const browserTest = (name: string, body: () => Promise<void>) =>
  test(name, inChromium, missing === undefined ? body : () => {});

browserTest("an order by mouse rests, is seen in the ladder, and its fill is told", async () => {
  await using bed = await openPage();
  const { page, exchange, ticker, client } = bed;
  await until(async () =>
    JSON.stringify(await ladderOf(page)) === JSON.stringify(await truthOf(client, ticker))
  );
  // What is bid is sold to: the ticket is filled in by a click on a price.
  await page.locator(".ladder .bids button").first().click();
  await until(async () => await page.getByLabel("Price of Yes").inputValue() === "0.48");
  await until(() => page.getByRole("radio", { name: "Sell" }).isChecked());
  await page.locator(".side.bid").click();
  await page.getByLabel("Price of Yes").fill("0.49");
  await page.getByLabel("Contracts", { exact: true }).fill("12");
  await page.getByText("$5.88").waitFor();
  await page.getByRole("button", { name: "Buy 12 Yes at 0.49" }).click();
  await page.getByText("Buy 12 Yes at 0.49: resting.").waitFor();
  await page.locator(".ladder .own", { hasText: "0.49" }).waitFor();
  await page.getByRole("button", { name: `Cancel: Buy at 0.49, ${ticker}` }).waitFor();

  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.4900", count: "5" });
  await page.getByText(`Bought 5 Yes at 0.49 · ${ticker}`).waitFor();
  await page.getByRole("tab", { name: "Fills" }).click();
  await page.getByRole("cell", { name: "0.49", exact: true }).waitFor();
  await page.getByRole("tab", { name: "Positions" }).click();
  await page.getByRole("cell", { name: "5 Yes" }).waitFor();
  await until(async () => {
    const { balance_dollars } = await client.portfolio.balance();
    const shown = await page.locator(".money dd").first().getAttribute("title");
    return shown?.replace(/[$,]/g, "") === balance_dollars.replace(/(\.\d\d)0+$/, "$1");
  });

  await page.getByRole("tab", { name: "Orders" }).click();
  await page.getByRole("button", { name: /^Cancel: Buy at 0.49/ }).click();
  await page.getByText("Order canceled.").waitFor();
  await page.getByText("No order rests.").waitFor();
  await until(async () => (await client.orders.list({ status: "resting" })).items.length === 0);
  await until(async () =>
    JSON.stringify(await ladderOf(page)) === JSON.stringify(await truthOf(client, ticker))
  );
  assertEquals(bed.complaints, []);
});

browserTest("an order by keyboard alone: search, ladder, ticket", async () => {
  await using bed = await openPage();
  const { page, exchange, client } = bed;
  const other = exchange.listMarket({ ticker: "SNOW-TOMORROW", title: "Snow tomorrow?" });
  exchange.placeCounterOrder({ ticker: other, side: "ask", price: "0.3000", count: "50" });
  exchange.placeCounterOrder({ ticker: other, side: "ask", price: "0.3100", count: "50" });
  await page.reload();
  await page.locator(".book .tag.live").waitFor();
  const { keyboard } = page;
  await page.locator("body").press("Alt+s");
  await keyboard.type("snow");
  await page.locator(".market", { hasText: other }).waitFor();
  await keyboard.press("Enter");
  await page.locator(".market-head", { hasText: other }).waitFor();
  await page.locator(".ladder .asks button").first().waitFor();
  // From the field of the price back to the ladder, up one price, and back to the ticket by choosing it.
  await keyboard.press("Alt+p");
  await keyboard.press("Shift+Tab");
  await keyboard.press("Shift+Tab");
  await until(() => page.locator(".ladder button:focus").count().then((count) => count === 1));
  await keyboard.press("ArrowUp");
  await keyboard.press("Enter");
  const price = page.locator("#price:focus");
  await until(async () => await price.inputValue() === "0.31");
  await keyboard.press("ArrowUp");
  await keyboard.press("ArrowDown");
  await keyboard.press("ArrowDown");
  await until(async () => await price.inputValue() === "0.30");
  await page.locator("#count").focus();
  await keyboard.press("Control+a");
  await keyboard.type("7.5");
  await keyboard.press("Enter");
  await page.getByText(`Bought 7.5 Yes at 0.30 · ${other}`).waitFor();
  const [fill] = (await client.portfolio.fills.list({ limit: 1 })).items;
  assertEquals([fill?.ticker, fill?.count_fp, fill?.yes_price_dollars], [other, "7.50", "0.3000"]);
  assertEquals(bed.complaints, []);
});

browserTest("what is no order is told in words, and nothing is sent", async () => {
  await using bed = await openPage();
  const { page, client, ticker } = bed;
  const send = page.locator(".send");
  const price = page.getByLabel("Price of Yes");
  const count = page.getByLabel("Contracts", { exact: true });
  const says = (text: string) => page.locator(".problem", { hasText: text }).waitFor();
  await send.click();
  await says("Type a price in dollars");
  await page.locator("#price:focus").waitFor();
  await price.fill("0.505");
  await says("This market has no price 0.505: the nearest are 0.50 and 0.51.");
  await price.fill("1.2");
  await says("between 0 and 1 dollar");
  await price.fill("abc");
  await says('"abc" is no price');
  await price.fill("0.52");
  await count.fill("0");
  await says("more than nothing");
  await count.fill("1.005");
  await says("at most 2 decimals");
  await count.fill("9000");
  await says("It costs up to $4,680.00, and you have $1,000.00.");
  await count.fill("1");
  await page.getByLabel("Post only").check();
  await says("someone asks 0.52");
  await page.getByLabel("Lives").selectOption({ label: "At once, or not" });
  await says("Only an order that may rest can be post-only.");
  await send.click();
  assertEquals((await client.orders.list({ ticker })).items, []);
  assertEquals(bed.complaints, []);
});

browserTest("on a narrow screen everything is a view, and an order goes out all the same", async () => {
  await using bed = await openPage({ viewport: NARROW });
  const { page } = bed;
  const width = "document.documentElement.scrollWidth";
  for (const view of ["Markets", "Chart", "Account", "Trade"]) {
    await page.getByRole("navigation").getByRole("button", { name: view }).click();
    assertEquals(await page.evaluate(width), NARROW.width, `${view} is wider than the screen`);
  }
  await page.locator(".ladder .asks button").last().click();
  await page.getByLabel("Contracts", { exact: true }).fill("3");
  await page.getByRole("button", { name: "Buy 3 Yes at 0.52" }).click();
  await page.getByText("Bought 3 Yes at 0.52").waitFor();
  await choose(page, bed.ticker);
  assertEquals(bed.complaints, []);
});
