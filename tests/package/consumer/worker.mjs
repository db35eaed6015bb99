// A Worker, or a web page, that reads one price.
import { KalshiClient } from "@unofficial/kalshi";

export default {
  async fetch() {
    const transport = (request) => Response.json({ market: { ticker: "T", url: request.url } });
    const client = new KalshiClient({ demo: true, transport });
    const market = await client.markets.get("T");
    await client.close();
    return Response.json(market);
  },
};
