/** The page of a local exchange in Chromium: how soon it can be used, and what it takes of a core. */
import { existsSync } from "node:fs";
import process from "node:process";
import { type Browser, chromium, type Page } from "playwright-core";
import { type Figure, median } from "./measure.ts";
import { commandFor, startServer } from "./support.ts";

const UPDATES_PER_SECOND = 50;
const LOADS = 7;
const WINDOWS = 4;
const WINDOW_MS = 5_000;

/** Notes when the book is live and the ticket is there, and which tasks were long. */
const watch = `
  globalThis.isLive = new Promise((resolve) => globalThis.tellLive = resolve);
  globalThis.longTasks = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ startTime, duration }) => startTime + duration)))
    .observe({ type: "longtask", buffered: true });
  const look = () => {
    if (document.querySelector(".book .tag.live") === null || document.querySelector("#price") === null) {
      return requestAnimationFrame(look);
    }
    globalThis.liveAt = performance.now();
    tellLive();
  };
  requestAnimationFrame(look);
`;

async function open(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript(watch);
  await page.goto(url);
  await page.evaluate("isLive");
  return page;
}

/** Milliseconds until the page has a live book and no long task is left that began before. */
async function interactiveMs(browser: Browser, url: string): Promise<number> {
  const page = await open(browser, url);
  const ms = await page.evaluate<number>(
    "Math.max(liveAt, ...longTasks.filter((end) => end < liveAt + 50))",
  );
  await page.context().close();
  return ms;
}

/** Seconds of processor time of the browser's processes, by their kind. */
async function cpu(browser: Browser): Promise<{ renderer: number; all: number }> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const sum = (type?: string) =>
    processInfo.filter((one) => type === undefined || one.type === type)
      .reduce((total, { cpuTime }) => total + cpuTime, 0);
  return { renderer: sum("renderer"), all: sum() };
}

/** What the page takes of a core while its book changes all the time. */
async function shareOfCore(browser: Browser, url: string): Promise<{ renderer: number; all: number }> {
  const page = await open(browser, url);
  await page.getByRole("searchbox").fill("BUSY");
  await page.getByRole("searchbox").press("Enter");
  await page.locator(".market-head", { hasText: "BUSY" }).waitFor();
  const best = { renderer: Infinity, all: Infinity };
  for (let window = 0; window <= WINDOWS; window++) {
    const [before, started] = [await cpu(browser), performance.now()];
    await page.waitForTimeout(WINDOW_MS);
    const [after, seconds] = [await cpu(browser), (performance.now() - started) / 1_000];
    // The first one is for compilers to settle.
    if (window === 0) continue;
    best.renderer = Math.min(best.renderer, (after.renderer - before.renderer) / seconds);
    best.all = Math.min(best.all, (after.all - before.all) / seconds);
  }
  await page.context().close();
  return best;
}

/** Both figures; none where there is no Chromium. */
export async function benchPage(): Promise<Figure[]> {
  const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) {
    console.error("page: not measured, for there is no Chromium; CHROMIUM_PATH says where one is.");
    return [];
  }
  const [command, args] = await commandFor("deno", "bench/page_server.ts");
  const server = await startServer(command, [...args, String(UPDATES_PER_SECOND)]);
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const loads: number[] = [];
    for (let load = 0; load < LOADS; load++) loads.push(await interactiveMs(browser, server.line));
    const share = await shareOfCore(browser, server.line);
    const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
    return [
      {
        name: "page, until its book is live and it can be used",
        value: `${median(loads).toFixed(0)} ms (best ${Math.min(...loads).toFixed(0)} ms)`,
        budget: "under 1000 ms",
        ok: median(loads) < 1_000,
      },
      {
        name: `page, of a core at ${UPDATES_PER_SECOND} changes of its book a second`,
        value: `${percent(share.renderer)} (with painting, network and the browser itself ${
          percent(share.all)
        })`,
        budget: "under 10 %",
        ok: share.renderer < 0.1,
      },
    ];
  } finally {
    await browser.close();
    server.stop();
  }
}
