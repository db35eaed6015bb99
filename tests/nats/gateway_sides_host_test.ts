/** What a gateway offers beside frames: accounts, permissions, signs of life, whole books on demand, other markets. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AckPolicy, DeliverPolicy, jetstreamManager } from "@nats-io/jetstream";
import { createInbox, type NatsConnection } from "@nats-io/nats-core";
import { KalshiConfigError } from "../../src/base/errors.ts";
import {
  type Asked,
  askSubject,
  type Beat,
  beatSubject,
  type Carries,
  carriesKey,
  GATEWAYS_BUCKET,
  type Lane,
  laneStream,
} from "../../src/nats/protocol.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { until } from "../support/until.ts";
import { areBooksRight, type Started, startGatewayBed } from "./support/gateway_bed.ts";
import { natsTest } from "./support/server.ts";

const isLeading = (one: Started) => one.gateway.stats().lanes.every(({ state }) => state === "leading");

/** The users of `docs/scale.md`: what each of them may do. */
const USERS = `
accounts { bots {
  jetstream: enabled
  users: [
    { user: gateway, password: g }
    { user: reader, password: r, permissions: {
      publish: [
        "kalshi.ask.*.*.public", "$JS.FC.KALSHI_LOOPBACK_EVENTS.>"
        "$JS.API.STREAM.INFO.KALSHI_LOOPBACK_EVENTS", "$JS.API.STREAM.MSG.GET.KALSHI_LOOPBACK_EVENTS"
        "$JS.API.CONSUMER.*.KALSHI_LOOPBACK_EVENTS.>"
        "$JS.API.DIRECT.GET.KALSHI_LOOPBACK_EVENTS.>", "$JS.API.STREAM.MSG.GET.KV_KALSHI_GATEWAYS"
      ]
      subscribe: ["kalshi.beat.*.*.public", "_INBOX_reader.>"]
    } }
    { user: trader, password: t, permissions: {
      publish: [
        "$JS.FC.KALSHI_LOOPBACK_EVENTS_PRIVATE_main.>"
        "$JS.API.STREAM.INFO.KALSHI_LOOPBACK_EVENTS_PRIVATE_main"
        "$JS.API.CONSUMER.*.KALSHI_LOOPBACK_EVENTS_PRIVATE_main.>"
      ]
      subscribe: ["kalshi.beat.*.*.private.main", "_INBOX_trader.>"]
    } }
  ]
} }
`;

/** Reads a lane as a user may; rejects where it may not. */
async function readAs(connection: NatsConnection, lane: Lane, prefix: string): Promise<string[]> {
  const subjects: string[] = [];
  const inbox = createInbox(prefix);
  connection.subscribe(inbox, {
    callback: (_, { data, subject, reply }) => void (data.length > 0 && subjects.push(reply ?? subject)),
  });
  const manager = await jetstreamManager(connection, { checkAPI: false, timeout: 500 });
  await manager.consumers.add(laneStream(lane), {
    name: `c${crypto.randomUUID().replaceAll("-", "")}`,
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.All,
    deliver_subject: inbox,
  });
  return subjects;
}

natsTest(
  "private channels have subjects and a stream of their own, which other users cannot read",
  async () => {
    await using bed = await startGatewayBed(undefined, USERS);
    const gatewayUser = { user: "gateway", pass: "g" };
    await using one = await bed.start({
      connection: await bed.server.connect(gatewayUser),
      channels: ["trade", "fill", "user_orders"],
      account: "main",
    });
    await until(() => isLeading(one));
    const [open, own] = await Promise.all([
      bed.read(bed.lane, gatewayUser),
      bed.read(bed.ownLane, gatewayUser),
    ]);
    const [ticker = ""] = bed.tickers;
    await bed.trader.place(ticker, "bid", "0.0100", "3.00");
    await until(() =>
      own.messages.some(({ channel, kind }) => channel === "user_orders" && kind === "frame")
    );
    await bed.stepUntil(() => open.messages.some(({ kind }) => kind === "frame"));
    assertEquals(own.messages.find(({ channel }) => channel === "user_orders")?.kind, "marker");
    assert(own.messages.filter(({ kind }) => kind === "frame").every(({ market }) => market === ticker));
    assert(open.messages.every(({ channel }) => channel === "trade"));

    const reader = await bed.server.connect({ user: "reader", pass: "r", inboxPrefix: "_INBOX_reader" });
    const trader = await bed.server.connect({ user: "trader", pass: "t", inboxPrefix: "_INBOX_trader" });
    const [seen, mine] = await Promise.all([
      readAs(reader, bed.lane, "_INBOX_reader"),
      readAs(trader, bed.ownLane, "_INBOX_trader"),
    ]);
    await until(() => seen.length > 0 && mine.length > 0);
    await assertRejects(() => readAs(reader, bed.ownLane, "_INBOX_reader"), Error);
    await assertRejects(() => readAs(trader, bed.lane, "_INBOX_trader"), Error);
    const denied: string[] = [];
    for (
      const subject of [`kalshi.loopback.events.>`, "_INBOX.>", "_INBOX_trader.>", beatSubject(bed.ownLane)]
    ) {
      reader.subscribe(subject, { callback: (error) => void (error && denied.push(subject)) });
    }
    await until(() => denied.length === 4);
  },
);

natsTest("it says who leads and what it carries, and writes whole books when it is asked", async () => {
  await using bed = await startGatewayBed();
  await using one = await bed.start({ snapshotMs: 500 });
  const connection = await bed.server.connect();
  const beats: Beat[] = [];
  connection.subscribe(beatSubject(bed.lane), {
    callback: (_, message) => void beats.push(message.json<Beat>()),
  });
  await until(() => isLeading(one) && beats.length > 1);
  const { gateway, lanes: [lane] } = one.gateway.stats();
  const beat = beats.at(-1);
  assertEquals([beat?.gateway, beat?.epoch, beat?.upstream], [gateway, lane?.epoch, "open"]);
  const manager = await jetstreamManager(connection);
  const carries = async () => {
    const last_by_subj = `$KV.${GATEWAYS_BUCKET}.${carriesKey(bed.lane)}`;
    const found = await manager.streams.getMessage(`KV_${GATEWAYS_BUCKET}`, { last_by_subj });
    return found?.json<Carries>().channels;
  };
  await until(async () => {
    const told = await carries();
    return JSON.stringify(told?.trade?.market_tickers) === JSON.stringify(bed.tickers);
  });

  const reader = await bed.read();
  await until(() => areBooksRight(bed, reader));
  const ask = async (tickers: unknown) =>
    (await connection.request(askSubject(bed.lane), JSON.stringify({ tickers }))).json<Asked>();
  const [ticker = ""] = bed.tickers;
  const answer = await ask([ticker, "NONE", 7]);
  assertEquals(answer.coming, [ticker]);
  await until(() =>
    reader.messages.some(({ seq, kind, market }) =>
      seq > answer.seq && kind === "snapshot" && market === ticker
    )
  );
  for (const wrong of [undefined, "x", {}]) assertEquals((await ask(wrong)).coming, []);
  assertEquals((await connection.request(askSubject(bed.lane), "no JSON")).json<Asked>().coming, []);

  // Each book comes by itself, too.
  const since = reader.messages.length;
  await until(() =>
    bed.tickers.every((market) =>
      reader.messages.slice(since).some((message) => message.kind === "snapshot" && message.market === market)
    )
  );
  // Other markets.
  const more = bed.exchange.openTickers().slice(5, 7);
  await one.gateway.add(more);
  await one.gateway.remove([ticker]);
  await until(() => more.every((market) => reader.books.get(market)?.state === "live"));
  assertEquals((await ask([ticker, ...more])).coming, more);
  assertEquals((await carries())?.trade?.market_tickers, [...bed.tickers.slice(1), ...more]);
  assertEquals(one.errors, []);
});

natsTest(
  "a gateway that has lost Kalshi for long lets another lead, and leads again when it has it",
  async () => {
    await using bed = await startGatewayBed();
    const clock = new ManualClock();
    await using one = await bed.start({ clock });
    const moved = (condition: () => boolean) =>
      until(async () => {
        await clock.advance(50);
        return condition();
      });
    await moved(() => isLeading(one));
    const states: string[] = [];
    void (async () => {
      for await (const { state, upstream } of one.gateway.status()) states.push(`${state} ${upstream}`);
    })();
    bed.exchange.sockets.refuse({ status: 503, times: 1_000_000 });
    bed.exchange.sockets.restart();
    await until(() => one.gateway.stats().upstream === "lost");
    await clock.advance(2_000);
    assertEquals(isLeading(one), true);
    await moved(() => !isLeading(one));
    bed.exchange.sockets.clearFaults();
    await moved(() => isLeading(one));
    const reader = await bed.read();
    await until(async () => {
      await clock.advance(10);
      return await areBooksRight(bed, reader);
    });
    const types = reader.markers("trade").map(({ type }) => type);
    assertEquals(types, ["takeover", "disconnected", "takeover"]);
    await one.gateway.close();
    await one.gateway.close();
    await until(() => states.at(-1) === "closed open");
    assertEquals(states, [
      "leading open",
      "leading lost",
      "standby lost",
      "standby open",
      "leading open",
      "closed open",
    ]);
  },
);

natsTest("what cannot be is refused before anything is sent", async () => {
  await using bed = await startGatewayBed();
  const wrong: readonly (readonly [Parameters<typeof bed.start>[0], string])[] = [
    [{ channels: ["fill"] }, "give `account` a name"],
    [{ account: "main" }, "no channel that is about one"],
    [{ account: "a b", channels: ["fill"] }, "1 to 64 letters"],
    [{ channels: ["tickers"] }, 'has no channel "tickers"'],
    [{ channels: [] }, "one or more names"],
    [{ tickers: undefined }, "needs market_tickers"],
    [{ params: { fill: {} } }, "which `channels` has not"],
    [{ params: { orderbook_delta: { use_yes_price: false } } }, "YES prices"],
    [{ params: { trade: { market_tickets: ["A"] } } }, "market_tickers"],
    [{ queueFrames: 1 }, "queueFrames"],
    [{ connection: {} as NatsConnection }, "a connection to NATS"],
  ];
  for (const [options, says] of wrong) {
    await assertRejects(() => bed.start(options), KalshiConfigError, says);
  }
  // A stream of the same name that holds something else.
  const connection = await bed.server.connect();
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: laneStream(bed.lane), subjects: ["other.>"] });
  await assertRejects(() => bed.start(), KalshiConfigError, "cannot be a gateway's");
});

natsTest("a channel that Kalshi ends for good is told, and no longer carried", async () => {
  await using bed = await startGatewayBed();
  await using one = await bed.start();
  await until(() => isLeading(one));
  const reader = await bed.read();
  bed.exchange.sockets.fail({ fault: "refuse", code: 9, command: "subscribe", times: Infinity });
  bed.exchange.sockets.fail({ fault: "error", code: 25, channel: "trade" });
  await until(() => reader.markers("trade").some(({ type }) => type === "ended"));
  assert(one.errors.some((error) => String(error).includes('"trade" is no longer published')));
  assertEquals(one.gateway.stats().upstream, "open");
  await until(() => areBooksRight(bed, reader));
});
