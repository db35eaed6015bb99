/** axe-core looks at every view of the page, in both themes, wide and narrow. */
import { assertEquals } from "@std/assert";
import { test } from "../../support/test.ts";
import { axeOn } from "./support/axe.ts";
import { choose, inChromium, missingChromium, NARROW, openPage, WIDE } from "./support/chromium.ts";

const missing = missingChromium();

for (const [size, viewport] of [["wide", WIDE], ["narrow", NARROW]] as const) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`axe finds nothing serious: ${size}, ${colorScheme}`, inChromium, async () => {
      if (missing !== undefined) return console.log(missing);
      await using bed = await openPage({ viewport, colorScheme });
      const { page, client, ticker } = bed;
      const order = { ticker, self_trade_prevention_type: "taker_at_cross" } as const;
      const rests = { ...order, time_in_force: "good_till_canceled" } as const;
      await client.orders.create({ ...rests, side: "bid", price: "0.5200", count: "4.00" });
      await client.orders.create({ ...rests, side: "bid", price: "0.4900", count: "9.00" });
      const serious = await axeOn(bed);
      const look = async (view: string) => assertEquals(await serious(), [], view);
      const show = async (name: string) => {
        const button = page.getByRole("navigation").getByRole("button", { name });
        if (await button.isVisible()) await button.click();
      };
      await show("Trade");
      await page.locator(".ladder .own").waitFor();
      await look("trade");
      await page.locator(".send").click();
      await page.locator(".problem").first().waitFor();
      await look("an order that is none");
      await show("Markets");
      await look("markets");
      for (const tab of ["Candles", "Depth"]) {
        await show("Chart");
        await page.getByRole("tab", { name: tab }).click();
        await look(tab);
      }
      for (const tab of ["Orders", "Positions", "Fills", "Exchange"]) {
        await show("Account");
        await page.getByRole("tab", { name: tab }).click();
        await look(tab);
      }
      await choose(page, ticker);
      await bed.served.close();
      await page.locator(".book .tag.stale").waitFor();
      await look("stale");
    });
  }
}
