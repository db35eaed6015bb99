/** The reader's side over a real server of NATS, behind a real gateway. */
import { assert, assertEquals } from "@std/assert";
import { streamProducts } from "../stream/support/products.ts";
import { until } from "../support/until.ts";
import { areRight, openFeed } from "./support/feed_bed.ts";
import { startGatewayBed } from "./support/gateway_bed.ts";
import { natsTest } from "./support/server.ts";

for (const product of streamProducts) {
  natsTest(
    `${product.name}: a feed's books are the exchange's, and its frames have numbers of their own`,
    async () => {
      await using bed = await startGatewayBed(product);
      await using _ = await bed.start();
      await using feed = await openFeed(bed);
      const texts: string[] = [];
      feed.tap((text) => texts.push(text));
      const books = await feed.orderBooks(bed.tickers);
      const trades: string[] = [];
      await feed.on("trade", (item) => trades.push(item.type));
      await bed.stepUntil(() => trades.length > 5 && texts.length > 200);
      await until(() => areRight(bed, books.values()));
      const numbers = new Map<number, number>();
      for (const text of texts) {
        const { sid, seq } = JSON.parse(text);
        if (seq === undefined) continue;
        assertEquals(seq, (numbers.get(sid) ?? 0) + 1);
        numbers.set(sid, seq);
      }
      assertEquals(numbers.size, 2);
      assert(trades.every((type) => type === "trade"));
      assertEquals(feed.stats().gaps, 0);
    },
  );
}
