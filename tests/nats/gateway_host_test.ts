/** What a gateway publishes of a real stream on a real server of NATS. */
import { assert, assertEquals } from "@std/assert";
import { stripFrame } from "../../src/nats/protocol.ts";
import { streamProducts } from "../stream/support/products.ts";
import { until } from "../support/until.ts";
import { areBooksRight, startGatewayBed } from "./support/gateway_bed.ts";
import { natsTest } from "./support/server.ts";

for (const product of streamProducts) {
  natsTest(
    `${product.name}: every frame is in the lane once and in order, and its books equal the exchange's`,
    async () => {
      await using bed = await startGatewayBed(product);
      await using one = await bed.start();
      const texts: string[] = [];
      one.stream.tap((text) => texts.push(text));
      const [lane] = one.gateway.stats().lanes;
      assertEquals(lane?.stream, `KALSHI_LOOPBACK_${product.name === "perps" ? "PERPS" : "EVENTS"}`);
      await until(() => one.gateway.stats().lanes[0]?.state === "leading");
      texts.length = 0;
      const reader = await bed.read();
      await bed.stepUntil(() => reader.messages.length > 300);
      await until(() => areBooksRight(bed, reader));
      const told = reader.messages.filter(({ kind }) => kind === "frame").map(({ text }) => text);
      const came = texts.map((text) => stripFrame(text) ?? "")
        .filter((text) => /^{"type":"(orderbook_delta|trade)"/.test(text));
      assertEquals(told.slice(-came.length), came);
      assertEquals(reader.messages.map(({ seq }) => seq), reader.messages.map((_, index) => index + 1));
      assertEquals(reader.markers().map(({ type }) => type), ["takeover", "takeover"]);
      assert(reader.messages.some(({ kind }) => kind === "snapshot"));
      assertEquals(one.errors, []);
      await until(() => one.gateway.stats().lanes[0]?.waiting === 0);
      assertEquals(one.gateway.stats().lanes[0]?.published, reader.messages.length);
    },
  );
}
