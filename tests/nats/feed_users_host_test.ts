/** What users of NATS may read: the public lane with the permissions that `docs/scale.md` gives, and an account's own. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { KalshiConnectionError } from "../../mod.ts";
import { KalshiStreamError } from "../../src/stream/mod.ts";
import { until } from "../support/until.ts";
import { areRight, openFeed } from "./support/feed_bed.ts";
import { startGatewayBed } from "./support/gateway_bed.ts";
import { natsTest } from "./support/server.ts";

const PUBLIC = `
  "$JS.API.STREAM.INFO.KALSHI_LOOPBACK_EVENTS", "$JS.API.STREAM.MSG.GET.KALSHI_LOOPBACK_EVENTS"
  "$JS.API.CONSUMER.*.KALSHI_LOOPBACK_EVENTS.>", "$JS.API.DIRECT.GET.KALSHI_LOOPBACK_EVENTS.>"
  "$JS.FC.KALSHI_LOOPBACK_EVENTS.>", "$JS.API.STREAM.MSG.GET.KV_KALSHI_GATEWAYS"
  "kalshi.ask.loopback.events.public"`;
const PRIVATE = `
  "$JS.API.STREAM.INFO.KALSHI_LOOPBACK_EVENTS_PRIVATE_main", "$JS.FC.KALSHI_LOOPBACK_EVENTS_PRIVATE_main.>"
  "$JS.API.CONSUMER.*.KALSHI_LOOPBACK_EVENTS_PRIVATE_main.>"`;
const USERS = `
accounts { bots {
  jetstream: enabled
  users: [
    { user: gateway, password: g }
    { user: reader, password: r, permissions: {
      publish: [${PUBLIC}], subscribe: ["kalshi.beat.loopback.events.public", "_INBOX_reader.>"]
    } }
    { user: trader, password: t, permissions: {
      publish: [${PUBLIC}${PRIVATE}]
      subscribe: ["kalshi.beat.loopback.events.public", "kalshi.beat.loopback.events.private.main", "_INBOX_trader.>"]
    } }
    { user: nobody, password: n, permissions: { publish: ["$JS.API.>"], subscribe: ["_INBOX_nobody.>"] } }
  ]
} }`;

natsTest(
  "a reader reads what is public, a trader its account's own as well, and nobody else anything",
  async () => {
    await using bed = await startGatewayBed(undefined, USERS);
    const as = (user: string) =>
      bed.server.connect({ user, pass: user.slice(0, 1), inboxPrefix: `_INBOX_${user}` });
    await using _ = await bed.start({
      connection: await as("gateway"),
      channels: ["orderbook_delta", "trade", "ticker", "fill"],
      account: "main",
    });
    const fills: string[] = [];
    await using trader = await openFeed(bed, { connection: await as("trader"), account: "main" });
    await trader.on("fill", (item) => fills.push(item.type));
    const errors: unknown[] = [];
    await using reader = await openFeed(bed, {
      connection: await as("reader"),
      account: "main",
      onError: (error) => errors.push(error),
    });
    for (const feed of [trader, reader]) {
      await feed.on("ticker", () => {}, { market_tickers: bed.tickers, send_initial_snapshot: true });
      const books = await feed.orderBooks(bed.tickers);
      await until(() => areRight(bed, books.values()));
    }
    await bed.trader.place(bed.tickers[0] ?? "", "bid", "0.9900", "1.00");
    await until(() => fills.length > 0);
    const refused = await assertRejects(() => reader.subscribe("fill"), KalshiStreamError);
    assertEquals(refused.errorCode, 9);
    assertStringIncludes(refused.message, "NATS does not let it be read");
    const connection = await as("nobody");
    const hopeless = await assertRejects(() => openFeed(bed, { connection }), KalshiConnectionError);
    assertStringIncludes(hopeless.message, "it is forbidden");
    assertEquals(errors, []);
    assertEquals(reader.stats().gaps + trader.stats().gaps, 0);
  },
);
