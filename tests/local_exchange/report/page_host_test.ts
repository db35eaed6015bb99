/** The page of a report in a real Chromium: light on a screen, dark on a phone. */
import { assert, assertEquals } from "@std/assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "../../support/test.ts";
import { axeOn } from "../page/support/axe.ts";
import { inChromium, missingChromium, NARROW, startChromium, WIDE } from "../page/support/chromium.ts";
import { busyRun } from "./support/busy_run.ts";

const missing = missingChromium();

test(
  "a report's page is readable on a screen and on a phone, light and dark, asks for nothing and runs nothing",
  inChromium,
  async () => {
    if (missing !== undefined) return console.log(missing);
    const folder = mkdtempSync(join(tmpdir(), "kalshi-report-page-"));
    const nasty = `<img src=x onerror="document.title='ran'"><script>document.title="ran"</script>`;
    const report = await busyRun({ title: `A run ${nasty}`, marketTitle: nasty, ticker: `RAIN${nasty}` });
    await report.save(folder);
    const browser = await startChromium();
    try {
      for (const [viewport, colorScheme] of [[WIDE, "light"], [NARROW, "dark"]] as const) {
        const context = await browser.newContext({ viewport, colorScheme });
        const page = await context.newPage();
        const [asked, complaints]: [string[], string[]] = [[], []];
        page.on("request", (request) => asked.push(request.url()));
        page.on("console", (message) => complaints.push(message.text()));
        page.on("pageerror", (error) => complaints.push(String(error)));
        const url = pathToFileURL(join(folder, "report.html")).href;
        await page.goto(url);
        assertEquals([asked, complaints], [[url], []]);
        assertEquals(await page.title(), `A run ${nasty}`);
        assertEquals(await page.locator("img, script").count(), 0);
        // Nothing is wider than the screen but tables, which scroll by themselves.
        assertEquals(await page.evaluate("document.documentElement.scrollWidth"), viewport.width);
        const plots = page.locator("svg[role=img]");
        assertEquals(await plots.count(), 5);
        for (const plot of await plots.all()) {
          const box = await plot.boundingBox();
          assert(box !== null && box.width > 200 && box.height > 150, JSON.stringify(box));
        }
        assert((await page.locator(".card", { hasText: "P&L after fees" }).innerText()).includes("$"));
        const serious = await axeOn({ context, page });
        assertEquals(await serious(), [], colorScheme);
        await context.close();
      }
    } finally {
      await browser.close();
      rmSync(folder, { recursive: true });
    }
  },
);
