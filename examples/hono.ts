/**
 * Routes of Hono over one client: markets and a book as JSON, for a page of your own, with caching and clear errors. It
 * runs wherever Hono does; here it makes a server's `fetch`.
 *
 *     deno serve -A --env-file examples/hono.ts        bun --env-file=.env examples/hono.ts
 */
import { KalshiClient, type KalshiEnv, KalshiError } from "@unofficial/kalshi";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";

/** The routes; `env` in place of the process's variables, as in a Worker. */
export function createHono(env?: KalshiEnv): Hono {
  let shared: Promise<KalshiClient> | undefined;
  // One client for all requests: it keeps connections, and nothing here can trade.
  const client = () => shared ??= KalshiClient.fromEnv(env, { readOnly: true });
  const app = new Hono();

  app.get("/markets", async (context) => {
    const { status = "open", cursor } = context.req.query();
    if (status !== "open" && status !== "closed" && status !== "settled") {
      throw new HTTPException(400, { message: "status is open, closed or settled" });
    }
    const page = await (await client()).markets.list({ status, limit: 50, ...(cursor && { cursor }) });
    context.header("cache-control", "public, max-age=2");
    return context.json({
      markets: page.items.map(({ ticker, title, yes_bid_dollars, yes_ask_dollars, volume_fp }) => ({
        ticker,
        title,
        bid: yes_bid_dollars,
        ask: yes_ask_dollars,
        volume: volume_fp,
      })),
      cursor: page.cursor,
    });
  });

  app.get("/markets/:ticker/book", async (context) => {
    const { yes_dollars, no_dollars } = await (await client()).markets.orderBook(
      context.req.param("ticker"),
      {
        depth: 10,
      },
    );
    context.header("cache-control", "no-store");
    return context.json({ yes: yes_dollars.toReversed(), no: no_dollars.toReversed() });
  });

  app.onError((error, context) => {
    if (error instanceof HTTPException) return context.json({ error: error.message }, error.status);
    if (!(error instanceof KalshiError)) throw error;
    // What the exchange says of us, such as a refused key, is none of a visitor's business.
    const status = error.code === "NOT_FOUND" ? 404 : error.code === "RATE_LIMITED" ? 503 : 502;
    return context.json({ error: error.code }, status);
  });

  return app;
}

export default createHono();
