/** What the page shows when something breaks, and what it does to the exchange. */
import { assert, assertEquals } from "@std/assert";
import { LocalExchange } from "../../../src/local_exchange/mod.ts";
import { test } from "../../support/test.ts";
import { until } from "../../support/until.ts";
import { BOOK, inChromium, ladderOf, missingChromium, openPage, truthOf } from "./support/chromium.ts";

const missing = missingChromium();
const browserTest = (name: string, body: () => Promise<void>) =>
  test(name, inChromium, missing === undefined ? body : () => console.log(missing));

/** Every change of a book is in the ladder, or the ladder says that it is stale. */
async function agrees({ page, client, ticker }: Awaited<ReturnType<typeof openPage>>): Promise<void> {
  await until(async () =>
    await page.locator(".book .tag.live").isVisible() &&
    JSON.stringify(await ladderOf(page)) === JSON.stringify(await truthOf(client, ticker))
  );
}

browserTest("a restart of the exchange is survived: stale and grey meanwhile, right afterwards", async () => {
  await using bed = await openPage();
  const { page, ticker } = bed;
  await agrees(bed);
  const { port, hash } = new URL(bed.served.url);
  const token = new URLSearchParams(hash.slice(1)).get("token") ?? "";
  const before = await ladderOf(page);
  await bed.exchange.close();
  await page.locator(".book .tag.stale").waitFor();
  await page.getByText("Connection lost: trying again").waitFor();
  await page.getByText("not connected: these prices are old").waitFor();
  assertEquals(await ladderOf(page), before, "what was last known is still there");
  assertEquals(await page.locator('.ladder[data-live="no"]').count(), 1);
  // What is typed meanwhile goes nowhere, and that is said.
  await page.getByLabel("Price of Yes").fill("0.50");
  await page.locator(".send").click();
  await page.getByText("Nothing was sent: the exchange cannot be reached.").waitFor();

  await using again = await LocalExchange.start({ seed: 3, markets: 6, marketMakers: false });
  again.listMarket({ ticker, title: "Rain tomorrow?" });
  for (const [side, price, count] of BOOK.slice(1)) again.placeCounterOrder({ ticker, side, price, count });
  await again.servePage({ port: Number(port), token });
  await page.getByText("Connected", { exact: true }).waitFor();
  await page.locator(".book .tag.live").waitFor();
  await until(async () => (await ladderOf(page)).join() === before.slice(0, -1).join());
  assert(!page.url().includes(token));
});

browserTest("a page whose token is of a former exchange says so", async () => {
  await using bed = await openPage();
  const { port } = new URL(bed.served.url);
  await bed.served.close();
  await bed.exchange.servePage({ port: Number(port) });
  await bed.page.getByText("Open the address that the exchange has printed.").waitFor();
  await bed.page.locator(".book .tag.stale").waitFor();
});

browserTest("faults are switched on by the page: a lost frame makes no wrong book", async () => {
  await using bed = await openPage();
  const { page, exchange, ticker } = bed;
  await agrees(bed);
  await page.getByRole("tab", { name: "Exchange" }).click();
  const fault = page.getByLabel("Fault", { exact: true });
  const switchOn = page.getByRole("button", { name: "Switch on" });
  for (
    const [index, name] of ["Streams: lose a frame", "Streams: damage a frame", "Streams: cut"].entries()
  ) {
    await fault.selectOption({ label: name });
    await switchOn.click();
    await page.getByText(`Fault on. ${name}.`).waitFor();
    const count = String(index + 1);
    exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4500", count });
    exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5600", count });
    await agrees(bed);
  }
  await fault.selectOption({ label: "Bots: next request 503" });
  await switchOn.click();
  await page.getByText("Fault on. Bots: next request 503.").waitFor();
  await page.getByRole("button", { name: /^Clear faults/ }).click();
  await page.getByText("No fault waits.").waitFor();
  await page.getByRole("button", { name: "Drop streams" }).click();
  await agrees(bed);
});

browserTest("the page moves the clock, pays in, pauses and settles", async () => {
  await using bed = await openPage();
  const { page, exchange, client, ticker } = bed;
  await page.locator(".ladder .asks button").last().click();
  await page.getByLabel("Contracts", { exact: true }).fill("10");
  await page.keyboard.press("Enter");
  await page.getByText("Bought 10 Yes at 0.52").waitFor();
  await page.getByRole("tab", { name: "Exchange" }).click();

  const before = exchange.clock.now();
  await page.getByRole("button", { name: "+1 h" }).click();
  await page.getByText("It is an hour later.").waitFor();
  assert(exchange.clock.now() - before >= 3_600_000);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("The clock stands.").waitFor();
  await page.getByText("Exchange time (stopped)").waitFor();
  assert(!exchange.clock.isRunning);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await until(() => exchange.clock.isRunning);

  await page.getByLabel("Deposit $").fill("2500.00");
  await page.getByRole("button", { name: "Pay in" }).click();
  await until(async () => (await client.portfolio.balance()).balance > 300_000);
  await page.locator(".money dd", { hasText: "$3,4" }).waitFor();

  await page.getByRole("button", { name: "Pause" }).click();
  await page.locator(".market-head", { hasText: "Paused" }).waitFor();
  await page.getByLabel("Price of Yes").fill("0.30");
  await page.locator(".send").click();
  await page.getByText("This market is paused.").waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.locator(".market-head", { hasText: "Open" }).waitFor();

  const cash = (await client.portfolio.balance()).balance;
  await page.getByLabel("Outcome").selectOption("yes");
  await page.getByRole("button", { name: "Settle" }).click();
  await page.getByText(`${ticker} is settled: yes.`).waitFor();
  await page.locator(".market-head", { hasText: "Settled" }).waitFor();
  assertEquals((await client.portfolio.balance()).balance, cash + 1_000);
  assertEquals(bed.complaints, []);
});
