/**
 * Heavy flow and faults of every kind, at random by seed, and what must hold nevertheless:
 *
 * - No book reads live while it is wrong: after each frame, the book it belongs to is not live, or it equals what
 *   the exchange sent up to the number that the book stands at.
 * - At every quiet point each book is live and equals the exchange's own, level by level.
 * - Every fill is delivered exactly once, and of every order the last state, with `recover`.
 */
import { setImmediate } from "node:timers";
import type { FillData, UserOrderData } from "../../../src/contract/event/channels.ts";
import type { KalshiClient } from "../../../src/client.ts";
import {
  type ExchangeSockets,
  type LocalAccountOptions,
  LocalExchange,
  type LocalExchangeOptions,
  type SocketFault,
} from "../../../src/local_exchange/mod.ts";
import { Subscriber, type Subscription } from "../../../src/local_exchange/gateways/ws/subscriber.ts";
import { createRandom, type Random } from "../../../src/local_exchange/random.ts";
import type { LiveOrderBook } from "../../../src/stream/mod.ts";
import { SimClock } from "../../rate_limits/sim_clock.ts";
import { breath } from "../../support/until.ts";
import { MarketBook, type OrderBook } from "../../../src/books/mod.ts";
import { feedFrame } from "../../books/support/feed_frame.ts";
import { eventStreams, type StreamsOfProduct } from "./products.ts";

export interface ChaosOptions {
  /** Event contracts unless told. */
  readonly product?: StreamsOfProduct;
  readonly seed: number;
  /** Markets with a live book. */
  readonly markets: number;
  /** Milliseconds of flow, by the moved clock. */
  readonly flowMs: number;
  /** Quiet points in between. */
  readonly rounds: number;
}

export interface ChaosReport {
  readonly frames: number;
  readonly faults: Record<string, number>;
  readonly reconnects: number;
  readonly gaps: number;
  readonly resyncs: number;
  readonly checks: number;
  readonly fills: number;
  readonly orders: number;
}

/**
 * How far time moves in a step of the flow, and in a look at a quiet point. It moves only with the event loop's turns,
 * in which exchange and stream do what there is to do: on a slow machine the deadlines of both come later, too.
 */
const STEP_MS = 50;
const LOOK_MS = 100;

/** Half an hour of the moved clock: what has not come about by then never will. */
const PATIENCE_MS = 1_800_000;

/** A short stand-in for a book's levels. */
function digest(book: OrderBook): number {
  let hash = 0x811c9dc5;
  const { bids, asks } = book.depth();
  for (const { price, size } of [...bids, { price: -1, size: -1 }, ...asks]) {
    hash = Math.imul(Math.imul(hash ^ price, 0x01000193) ^ size, 0x01000193);
  }
  return hash >>> 0;
}

/** What the exchange sent of each book before faults met it: by sid and number. */
class Witness {
  readonly #product: StreamsOfProduct;
  readonly #books = new Map<string, MarketBook>();
  /** By sid and ticker: numbers, ascending, and what the book was at each. */
  readonly #digests = new Map<string, { readonly seqs: number[]; readonly digests: number[] }>();
  /** By sid: what the exchange has subscribed to. */
  readonly #subscribed = new Map<number, Subscription>();
  readonly #original = Subscriber.prototype.update;

  constructor(product: StreamsOfProduct) {
    this.#product = product;
  }

  start(): void {
    // deno-lint-ignore no-this-alias -- the method that is replaced has a `this` of its own
    const witness = this;
    const original = this.#original;
    Subscriber.prototype.update = function (this: Subscriber, subscription, type, msg): void {
      original.call(this, subscription, type, msg);
      if (subscription.channel === "orderbook_delta") {
        witness.#subscribed.set(subscription.sid, subscription);
        witness.#saw(subscription.sid, subscription.seq, type, msg as Record<string, unknown>);
      }
    };
  }

  stop(): void {
    Subscriber.prototype.update = this.#original;
  }

  #saw(sid: number, seq: number, type: string, msg: Record<string, unknown>): void {
    const key = `${sid} ${msg.market_ticker}`;
    let book = this.#books.get(key);
    if (book === undefined) this.#books.set(key, book = new MarketBook(String(msg.market_ticker)));
    feedFrame(book, { type, seq, msg }, this.#product.books.decoder);
    if (book.state !== "live") {
      throw new Error(`What the exchange sent of ${key} makes no book: ${book.reason}.`);
    }
    let history = this.#digests.get(key);
    if (history === undefined) this.#digests.set(key, history = { seqs: [], digests: [] });
    history.seqs.push(seq);
    history.digests.push(digest(book.read()));
  }

  /** The digest of a market's book as of a number: after the last of its frames up to there. */
  at(sid: number, ticker: string, seq: number): number | undefined {
    const { seqs, digests } = this.#digests.get(`${sid} ${ticker}`) ?? { seqs: [], digests: [] };
    let low = 0;
    let high = seqs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((seqs[middle] ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    return digests[low - 1];
  }

  /** Whether the exchange would send the changes of a market. */
  isSubscribed(sid: number, ticker: string): boolean {
    return this.#subscribed.get(sid)?.keys?.has(ticker) ?? false;
  }
}

const FRAME_FAULTS = ["drop", "repeat", "reorder", "corrupt", "truncate"] as const;
const CHANNELS = [
  "orderbook_delta",
  "orderbook_delta",
  "fill",
  "user_orders",
  "trade",
  "answers",
  undefined,
] as const;

/** Everything that can go wrong. */
export const FAULTS: readonly string[] = [
  ...FRAME_FAULTS,
  "stall",
  "error",
  "close",
  "cut",
  "bad-frame",
  "cut-frame",
  "half-open",
  "restart",
];

/** Makes one thing go wrong. */
function misbehave(sockets: ExchangeSockets, random: Random): string {
  const pick = random.int(21);
  if (pick < 12) {
    const fault = FRAME_FAULTS[random.int(FRAME_FAULTS.length)] ?? "drop";
    sockets.fail({
      fault,
      times: 1 + random.int(3),
      channel: CHANNELS[random.int(CHANNELS.length)],
    });
    return fault;
  }
  const faults: SocketFault[] = [
    { fault: "stall", forMs: 500 + random.int(4_000) },
    // Longer than a snapshot may take, and than a sign of life may.
    { fault: "stall", forMs: 3_000 + random.int(6_000) },
    { fault: "error", channel: CHANNELS[random.int(5)] ?? "trade", code: [10, 25][random.int(2)] ?? 10 },
    { fault: "close", code: [1000, 1001, 1008, 1011, 1012, 3000, 4999][random.int(7)] ?? 1000 },
    { fault: "cut" },
    { fault: "bad-frame" },
    { fault: "cut-frame" },
    { fault: "half-open" },
  ];
  const fault = faults[pick - 12];
  if (fault !== undefined) {
    sockets.fail(fault);
    if (random.int(2) === 0) {
      const refusals = [429, 500, 503, "hang"] as const;
      sockets.refuse({ status: refusals[random.int(4)] ?? 503 });
    }
    return fault.fault;
  }
  sockets.restart();
  return "restart";
}

/** The exchange that it happens on. */
function worldOf({ name }: StreamsOfProduct, markets: number): LocalExchangeOptions {
  return name === "event" ? { markets: markets + 60 } : { markets: 0, perps: { markets: 0 } };
}

function moneyOf({ name }: StreamsOfProduct): LocalAccountOptions {
  return name === "event" ? { balance: "100000.00" } : { perpsBalance: "100000.00" };
}

/** The markets that it happens in. */
function listedOn(product: StreamsOfProduct, exchange: LocalExchange, markets: number): string[] {
  if (product.name === "event") return exchange.openTickers().slice(0, markets);
  return Array.from({ length: markets }, (_, n) => product.local.list(exchange, `KXCHAOS${n}PERP`));
}

/** Runs it; throws at the first thing that does not hold. */
export async function chaos(
  { product = eventStreams, seed, markets, flowMs, rounds }: ChaosOptions,
): Promise<ChaosReport> {
  const random = createRandom(seed);
  const clock = new SimClock(() => new Promise((resolve) => setImmediate(resolve)));
  const moveOn = async (ms: number) => {
    await clock.run(ms);
    await breath();
  };
  /** Waits for what must come about, and says what is in its way. */
  const soon = async (condition: () => boolean | Promise<boolean>, describe: () => string) => {
    const end = clock.now() + PATIENCE_MS;
    while (!await condition()) {
      if (clock.now() > end) throw new Error(`seed ${seed}: ${describe()}`);
      await moveOn(LOOK_MS);
    }
  };
  await using exchange = await LocalExchange.start({ seed, clock, ...worldOf(product, markets) });
  const tickers = listedOn(product, exchange, markets);
  const sockets = product.local.sockets(exchange);
  const { auth } = await exchange.createAccount(moneyOf(product));
  const config = product.configOf(exchange, {
    retryBaseDelayMs: 200,
    retryMaxDelayMs: 1_000,
    wsMaxRetries: 1_000,
    wsPingIntervalMs: 2_000,
    wsCloseTimeoutMs: 1_000,
    timeoutMs: 8_000,
  });
  const trader = product.trader({ auth, clock, transport: exchange.fetch }, config);
  await using client = trader.client;
  const witness = new Witness(product);
  witness.start();

  let books: ReadonlyMap<string, LiveOrderBook> = new Map();
  let checks = 0;
  let inspections = 0;
  let wrong: string | undefined;
  let last: { readonly sid: number; readonly ticker: string } | undefined;
  /** The highest number seen of each sid: a live book has everything up to there. */
  const reached = new Map<number, number>();
  /** Is a book right, or not live? */
  const inspectOne = (sid: number, ticker: string, seq: number) => {
    const book = books.get(ticker);
    if (book?.state !== "live" || book.seq === undefined || wrong !== undefined) return;
    checks++;
    if (witness.at(sid, ticker, seq) !== digest(book.lastKnown)) {
      wrong = `seed ${seed}: ${ticker} reads live and is wrong at ${sid}/${seq}, standing at ${book.seq}`;
    } else if (!witness.isSubscribed(sid, ticker)) {
      wrong = `seed ${seed}: ${ticker} reads live at ${sid}/${seq}, and its changes are not subscribed to`;
    }
  };
  /** After each frame the book that it was for is looked at, and now and then every book. */
  const inspect = () => {
    if (last === undefined || wrong !== undefined) return;
    const seq = reached.get(last.sid) ?? 0;
    inspectOne(last.sid, last.ticker, seq);
    if (++inspections % 23 === 0) { for (const ticker of books.keys()) inspectOne(last.sid, ticker, seq); }
  };
  const stream = await product.connect({
    auth,
    clock,
    config: config.with({
      wsJsonParse: (text) => {
        inspect();
        last = undefined;
        const frame = JSON.parse(text);
        if (typeof frame?.msg?.market_ticker === "string" && frame.type?.startsWith("orderbook_")) {
          last = { sid: frame.sid, ticker: frame.msg.market_ticker };
          reached.set(frame.sid, Math.max(reached.get(frame.sid) ?? 0, frame.seq));
        }
        return frame;
      },
    }),
    lookup: client as KalshiClient,
  });
  const faults: Record<string, number> = {};
  try {
    books = await stream.orderBooks(tickers);
    await stream.subscribe("trade");
    const queue = { policy: "unbounded" } as const;
    const recover = { everyMs: 3_000 };
    const filled: FillData[] = [];
    const ordered: UserOrderData[] = [];
    const fills = await stream.fills({}, { recover, queue });
    const orders = await stream.userOrders({}, { recover, queue });
    const collecting = [
      (async () => {
        for await (const item of fills) if (item.type === "fill") filled.push(item.msg as FillData);
      })(),
      (async () => {
        for await (const item of orders) if (item.type === "user_order") ordered.push(item.msg);
      })(),
    ];
    for (const collected of collecting) collected.catch(() => {});

    const resting: string[] = [];
    const trade = async () => {
      const ticker = tickers[random.int(tickers.length)] ?? "";
      const cents = 30 + random.int(40);
      const side = random.int(2) === 0 ? "bid" as const : "ask" as const;
      resting.push(await trader.place(ticker, side, product.local.price(cents), "2.00"));
      const against = side === "bid" ? "ask" : "bid";
      product.local.counter(exchange, { ticker, side: against, cents, count: "1.00" });
      if (resting.length > 20 && random.int(2) === 0) {
        const [oldest = ""] = resting.splice(random.int(resting.length), 1);
        await trader.cancel(oldest).catch(() => {});
      }
    };

    for (let round = 0; round < rounds; round++) {
      const steps = flowMs / rounds / STEP_MS;
      for (let step = 0; step < steps && wrong === undefined; step++) {
        product.step(exchange);
        if (random.int(3) === 0) await trade();
        if (random.int(6) === 0) {
          const fault = misbehave(sockets, random);
          faults[fault] = (faults[fault] ?? 0) + 1;
        }
        await moveOn(STEP_MS);
      }
      // A quiet point.
      sockets.clearFaults();
      const isRight = async () => {
        if (wrong !== undefined || stream.state === "closed") return true;
        if (stream.state !== "open" || stream.stats().books.live !== markets) return false;
        for (const [ticker, book] of books) {
          const truth = JSON.stringify(await trader.restBook(ticker));
          if (book.state !== "live" || JSON.stringify(product.bookOf(book)) !== truth) return false;
        }
        return true;
      };
      await soon(isRight, () => {
        const { books: states, reconnects } = stream.stats();
        const others = [...books.values()].filter(({ state }) => state !== "live")
          .map(({ ticker, state, reason, ageMs }) => `${ticker} ${state} ${reason} ${ageMs}`);
        return `no quiet point: ${stream.state}, ${
          JSON.stringify(states)
        }, ${reconnects} reconnects; ${others}`;
      });
      if (wrong !== undefined) throw new Error(wrong);
      if (stream.state === "closed") throw new Error(`seed ${seed}: the stream gave up`);
      const truth: string[] = [];
      for await (const fill of trader.fills()) truth.push(fill);
      const states = new Map<string, string>();
      for await (const { order_id, state } of trader.orders()) states.set(order_id, state);
      const told = () => new Map(ordered.map((order) => [order.order_id, product.stateOf(order)]));
      const isComplete = () => {
        const lastTold = told();
        return filled.length >= truth.length &&
          [...states].every(([id, known]) => lastTold.get(id) === known);
      };
      await soon(
        () => isComplete() || wrong !== undefined,
        () => {
          const lastTold = told();
          const others = [...states].filter(([id, known]) => lastTold.get(id) !== known)
            .map(([id, known]) => `${id} is ${known}, told ${lastTold.get(id)}`);
          return `private events are missing: ${filled.length} of ${truth.length} fills; ${others}`;
        },
      );
      const strange = filled.map(product.fillOf);
      // Each once: what comes twice is one that never was.
      for (const fill of truth) {
        const at = strange.indexOf(fill);
        if (at >= 0) strange.splice(at, 1);
      }
      if (strange.length > 0) throw new Error(`seed ${seed}: fills that never were: ${strange.join(", ")}`);
    }
    const { frames, reconnects, gaps, resyncs } = stream.stats();
    return {
      frames,
      faults,
      reconnects,
      gaps,
      resyncs,
      checks,
      fills: filled.length,
      orders: ordered.length,
    };
  } finally {
    witness.stop();
    await stream.close();
  }
}
