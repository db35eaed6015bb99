/**
 * An edge function in the style of Deno Deploy: the best prices of a market as JSON or as a small page, from any
 * region, without a key and without state.
 *
 *     deno serve --allow-net --allow-env examples/edge.ts
 */
import { KalshiClient, KalshiError } from "@unofficial/kalshi";

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const html = (text: string) => text.replace(/[&<>"]/g, (char) => escapes[char] ?? "");

async function prices(ticker: string) {
  await using client = await KalshiClient.fromEnv(undefined, { readOnly: true });
  const market = await client.markets.get(ticker, { timeoutMs: 5_000, maxRetries: 1 });
  const { title = ticker, status, yes_bid_dollars: bid, yes_ask_dollars: ask, last_price_dollars: last } =
    market;
  return { ticker, title: title ?? ticker, status, bid, ask, last };
}

export default {
  async fetch(request: Request): Promise<Response> {
    const ticker = new URL(request.url).pathname.slice(1);
    if (!/^[\w.-]{1,64}$/.test(ticker)) return new Response("Ask for /TICKER", { status: 404 });
    try {
      const found = await prices(ticker);
      const headers = { "cache-control": "public, max-age=1, stale-while-revalidate=5" };
      if (!request.headers.get("accept")?.includes("text/html")) return Response.json(found, { headers });
      const page = `<!doctype html><meta charset="utf-8"><title>${html(found.title)}</title>` +
        `<h1>${html(found.title)}</h1><p>Bid ${html(found.bid)}, ask ${html(found.ask)}, last ${
          html(found.last)
        }</p>`;
      return new Response(page, { headers: { ...headers, "content-type": "text/html; charset=utf-8" } });
    } catch (error) {
      if (!(error instanceof KalshiError)) throw error;
      const status = error.code === "NOT_FOUND" ? 404 : 502;
      return Response.json({ code: error.code }, { status });
    }
  },
};
