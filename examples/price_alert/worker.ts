/**
 * A Worker that looks at a market each minute, and calls a webhook when its YES price has crossed a line. It needs no
 * key: prices are public.
 */
import { KalshiClient, type KalshiEnv, KalshiError } from "@unofficial/kalshi";
import { parsePrice } from "@unofficial/kalshi/fixed-point";

/** The part of a KV namespace that is used. */
interface Memory {
  get(name: string): Promise<string | null>;
  put(name: string, value: string): Promise<void>;
}

interface Env extends KalshiEnv {
  /** Remembers on which side of the line the price was. */
  readonly MEMORY: Memory;
  readonly TICKER: string;
  /** Dollars, such as "0.5000". */
  readonly LINE: string;
  /** Where to tell it, such as a Slack webhook. */
  readonly WEBHOOK: string;
}

/** Where the price is now, and whether that is another side of the line than last time. */
async function look(env: Env): Promise<{ side: string; price: string; before: string | null }> {
  await using client = await KalshiClient.fromEnv(env);
  const { last_price_dollars: price } = await client.markets.get(env.TICKER);
  const side = parsePrice(price) >= parsePrice(env.LINE) ? "above" : "below";
  const before = await env.MEMORY.get(env.TICKER);
  return { side, price, before };
}

export default {
  /** Each minute, as `triggers.crons` of wrangler.jsonc says. */
  async scheduled(_event: unknown, env: Env): Promise<void> {
    const { side, price, before } = await look(env);
    // Each minute is more writes a day than Workers KV has for free.
    if (side === before) return;
    if (before !== null) {
      const text = `${env.TICKER} is ${side} ${env.LINE}: last price ${price}`;
      const response = await fetch(env.WEBHOOK, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ text }),
      });
      // Not remembered, so that the next minute tries again.
      if (!response.ok) throw new Error(`The webhook answered ${response.status}.`);
    }
    await env.MEMORY.put(env.TICKER, side);
  },

  /** What it sees now, for whoever asks. */
  async fetch(_request: Request, env: Env): Promise<Response> {
    try {
      return Response.json(await look(env));
    } catch (error) {
      if (!(error instanceof KalshiError)) throw error;
      return Response.json({ code: error.code, message: error.message }, { status: 502 });
    }
  },
};
