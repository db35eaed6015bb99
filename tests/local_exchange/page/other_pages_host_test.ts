/** Other web pages, in the same browser: none of them trades, reads or shows the page in a frame. */
import { assert, assertEquals } from "@std/assert";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "../../support/test.ts";
import { inChromium, missingChromium, openPage } from "./support/chromium.ts";

const missing = missingChromium();
const browserTest = (name: string, body: () => Promise<void>) =>
  test(name, inChromium, missing === undefined ? body : () => console.log(missing));

/** A page of another origin; it may do whatever it likes. */
async function otherOrigin(): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<!DOCTYPE html><title>Other</title><body>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

const order = (ticker: string) =>
  JSON.stringify({
    ticker,
    side: "bid",
    count: "1.00",
    price: "0.1000",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
  });

browserTest("a page of another origin cannot trade, even if it knew the token", async () => {
  await using bed = await openPage();
  const other = await otherOrigin();
  try {
    const page = await bed.context.newPage();
    await page.goto(other.url);
    const { origin, hash } = new URL(bed.served.url);
    const token = new URLSearchParams(hash.slice(1)).get("token") ?? "";
    // Text, since what runs in the page has types of its own.
    const run = <T>(code: string) => page.evaluate<T>(`(async () => { ${code} })()`);
    const target = JSON.stringify(`${origin}/trade-api/v2/portfolio/events/orders`);
    const body = JSON.stringify(order(bed.ticker));
    const outcome = (init: string, url = target) =>
      run<string>(`
        try { const answer = await fetch(${url}, ${init}); return answer.type + " " + answer.status; }
        catch (error) { return error.name; }
      `);
    const headers = JSON.stringify({ "x-page-token": token, "content-type": "application/json" });
    assertEquals(await outcome(`{ method: "POST", body: ${body} }`), "TypeError");
    assertEquals(await outcome(`{ method: "POST", body: ${body}, headers: ${headers} }`), "TypeError");
    assertEquals(await outcome(`{ headers: ${headers} }`), "TypeError");
    // It goes out without a question, and its answer cannot be read: what counts is that it does nothing.
    await outcome(`{ method: "POST", mode: "no-cors", body: ${body} }`);
    await outcome(
      `{ method: "POST", mode: "no-cors", body: "{}" }`,
      JSON.stringify(`${origin}/control/stop`),
    );

    await run(`
      const frame = document.createElement("iframe");
      frame.name = "sink";
      document.body.append(frame);
      const form = document.body.appendChild(document.createElement("form"));
      form.method = "post"; form.enctype = "text/plain"; form.target = "sink"; form.action = ${target};
      const field = form.appendChild(document.createElement("input"));
      field.name = ${body}; field.value = "";
      const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
      form.submit();
      await loaded;
    `);
    for (const protocols of [["kalshi-feed"], ["kalshi-feed", `token.${token}`]]) {
      const end = await run<string>(`
        const socket = new WebSocket(${JSON.stringify(`${origin.replace("http", "ws")}/feed`)},
          ${JSON.stringify(protocols)});
        return await new Promise((resolve) => {
          socket.onopen = () => resolve("open");
          socket.onclose = () => resolve("refused");
        });
      `);
      assertEquals(end, "refused");
    }
    // In a frame it shows nothing, so that nobody can be led to click in it.
    const framed = await run<boolean>(`
      const frame = document.body.appendChild(document.createElement("iframe"));
      frame.src = ${JSON.stringify(bed.served.url)};
      await new Promise((resolve) => frame.addEventListener("load", resolve));
      try { return frame.contentDocument !== null; } catch { return false; }
    `);
    assert(!framed);
    const shown = page.frames().map((frame) => frame.locator("#app").count().catch(() => 0));
    assertEquals((await Promise.all(shown)).reduce((sum, count) => sum + count, 0), 0);

    assertEquals((await bed.client.orders.list({ ticker: bed.ticker })).items, []);
    assert(bed.exchange.clock.isRunning);
    assertEquals(bed.complaints, []);
  } finally {
    other.server.closeAllConnections();
    other.server.close();
  }
});

browserTest("the token leaves the address at once, and another tab knows nothing of it", async () => {
  await using bed = await openPage();
  const { page, context, served } = bed;
  const { origin, hash } = new URL(served.url);
  const token = new URLSearchParams(hash.slice(1)).get("token") ?? "";
  assertEquals(page.url(), `${origin}/`);
  const kept = "JSON.stringify([{ ...localStorage }, document.cookie, document.referrer, location.href, " +
    "performance.getEntriesByType('resource').map(({ name }) => name), document.documentElement.outerHTML])";
  assert(!(await page.evaluate<string>(kept)).includes(token));
  await page.reload();
  await page.locator(".book .tag.live").waitFor();
  const second = await context.newPage();
  await second.goto(origin);
  await second.getByText("Open this page by the address that the exchange has printed").waitFor();
  assertEquals(await second.locator(".desk").count(), 0);
  assertEquals(bed.complaints, []);
});

browserTest("the page's policy forbids scripts and styles in its text, and other hosts", async () => {
  await using bed = await openPage();
  const { page } = bed;
  const held = await page.evaluate<string[]>(`(async () => {
    const seen = [];
    document.addEventListener("securitypolicyviolation", (event) => seen.push(event.effectiveDirective));
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
    const style = document.createElement("style");
    style.textContent = "body { display: none }";
    document.head.append(style);
    const image = new Image();
    image.src = "http://127.0.0.1:9/x.png";
    await fetch("http://127.0.0.1:9/").catch(() => {});
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return [String(window.ran), ...new Set(seen)].sort();
  })()`);
  assertEquals(held, ["connect-src", "img-src", "script-src-elem", "style-src-elem", "undefined"]);
});
