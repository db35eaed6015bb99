/** Random recordings, and a bot that reacts to what it sees, for what must hold of any run. */
import type { Clock } from "../../../../src/base/clock.ts";
import { KalshiError } from "../../../../src/base/errors.ts";
import { KalshiClient } from "../../../../src/client.ts";
import type { KalshiClientOptions } from "../../../../src/client_options.ts";
import { LocalExchange, type RunReportData } from "../../../../src/local_exchange/mod.ts";
import type { RecordedItem } from "../../../../src/recordings/mod.ts";
import { KalshiStream, type StreamOptions } from "../../../../src/stream/mod.ts";
import { BEGIN_MS, RecordingWriter } from "./recording.ts";

/** A step of a random recording: what happens, to which price, with which count, and how long after the last. */
export interface Step {
  readonly waitMs: number;
  readonly what: "more" | "less" | "trade" | "late-trade" | "snapshot" | "gap";
  readonly side: "bid" | "ask";
  /** From the best price outwards. */
  readonly depth: number;
  readonly count: number;
}

/** What a run is made with. */
export interface RunSetting {
  readonly queue: "behind" | "pro-rata" | "ahead";
  readonly orderMs: number;
  readonly answerMs: number;
  readonly feedMs: number;
  readonly jitterMs: number;
  /** Of the bot, too. */
  readonly seed: number;
  /** Whether the bot only looks. */
  readonly isStill?: boolean;
}

/** A line of what a run produced: what the bot was told or answered, and when. */
export interface Produced {
  readonly atMs: number;
  readonly text: string;
}

/** What a run came to. */
export interface RandomRun {
  readonly produced: readonly Produced[];
  readonly fills: readonly RunFill[];
  /** In ten-thousandths of a dollar. */
  readonly cash: number;
  readonly position: number;
  /** What the report of it says. */
  readonly report: RunReportData;
  /** The book when nothing of the bot's rests any more: prices in cents, with counts, ascending. */
  readonly book: Readonly<Record<"bid" | "ask", readonly (readonly [number, number])[]>>;
}

/** A fill of the bot's. */
export interface RunFill {
  readonly side: "bid" | "ask";
  readonly isTaker: boolean;
  /** In cents. */
  readonly price: number;
  readonly count: number;
  /** In ten-thousandths of a dollar. */
  readonly fee: number;
}

type Cents = Map<number, number>;

/** Turns steps into a recording whose books and trades fit together. */
export function randomRecording(steps: readonly Step[]): RecordedItem[] {
  const writer = new RecordingWriter();
  const book: Record<"bid" | "ask", Cents> = {
    bid: new Map([[40, 100], [39, 50], [38, 70]]),
    ask: new Map([[45, 100], [46, 40], [48, 60]]),
  };
  const price = (cents: number) => (cents / 100).toFixed(2);
  const levels = (side: "bid" | "ask") =>
    [...book[side]].toSorted(([a], [b]) => side === "bid" ? b - a : a - b);
  let atMs = BEGIN_MS;
  const snapshot = () => {
    const told = (side: "bid" | "ask") =>
      levels(side).map(([cents, count]) => [price(cents), `${count}`] as const);
    writer.add(atMs, { does: "book", market: "M", bids: told("bid"), asks: told("ask") });
  };
  const change = (side: "bid" | "ask", cents: number, delta: number) => {
    const left = (book[side].get(cents) ?? 0) + delta;
    if (left > 0) book[side].set(cents, left);
    else book[side].delete(cents);
    writer.add(atMs, { does: "change", market: "M", side, price: price(cents), delta: `${delta}` });
  };
  writer.market(atMs, "M");
  snapshot();
  for (const { waitMs, what, side, depth, count } of steps) {
    atMs += waitMs;
    const there = levels(side);
    const [at, has] = there[Math.min(depth, there.length - 1)] ?? [side === "bid" ? 40 : 45, 0];
    const best = there[0];
    if (what === "gap") writer.add(atMs, { does: "gap" });
    else if (what === "snapshot") {
      if (has > 1) book[side].set(at, Math.max(1, has - count));
      snapshot();
    } else if (what === "more") {
      // Now and then inside the spread, never across it.
      const other = levels(side === "bid" ? "ask" : "bid")[0]?.[0];
      const inside = (best?.[0] ?? at) + (side === "bid" ? 1 : -1);
      const isFree = other === undefined || (side === "bid" ? inside < other : inside > other);
      change(side, depth === 0 && isFree && inside > 0 && inside < 100 ? inside : at, count);
    } else if (what === "less" && has > 0) change(side, at, -Math.min(has, count));
    else if (best !== undefined) {
      const traded = Math.min(best[1], count);
      const taker = side === "bid" ? "ask" : "bid";
      const trade = () =>
        writer.add(atMs, {
          does: "trade",
          market: "M",
          taker,
          price: price(best[0]),
          count: `${traded}`,
        });
      if (what === "trade") trade();
      change(side, best[0], -traded);
      if (what === "late-trade") trade();
    }
  }
  return writer.items;
}

/** A recording that is read from memory. Each ends at one time, by when whoever connects has connected. */
export const sourceOf = (items: readonly RecordedItem[]) => ({
  *read() {
    yield* items;
    const place = { file: "000001.jsonl.gz", line: items.length + 1, us: 600_000_000 };
    yield {
      ...place,
      kind: "end",
      atMs: BEGIN_MS + 600_000,
      reason: "closed",
      frames: items.length,
    } as const;
  },
});

/** Plays a recording with a bot that answers trades and changes of the book by orders, as its own dice say. */
export async function runAtRandom(items: readonly RecordedItem[], setting: RunSetting): Promise<RandomRun> {
  const { queue, seed, isStill = false, ...latencyMs } = setting;
  await using replay = await LocalExchange.replay(sourceOf(items), {
    queue,
    seed,
    latencyMs,
    // The bot is there from the first book on.
    fromMs: BEGIN_MS + 1,
  });
  const { auth } = await replay.createAccount({ balance: "1000.00" });
  const { config, runtime, clock } = replay;
  const bot = new RandomBot(clock, seed);
  bot.isOver = isStill;
  // Where things take time, it is connected when the clock has moved.
  const connecting = bot.connect({ auth, config, runtime, clock });
  const report = (await replay.run()).toJSON();
  await connecting;
  if (bot.failures.length > 0) throw bot.failures[0];
  const { produced, fills } = bot;
  bot.isOver = true;
  // What is asked now takes no time.
  const client = new KalshiClient({ auth, config, runtime: replay.exchange.createRuntime(), clock });
  await client.orders.cancelAll();
  const [{ balance_dollars }, { items: positions }] = await Promise.all([
    client.portfolio.balance(),
    client.portfolio.positions.list(),
  ]);
  const { yes_dollars, no_dollars } = await client.markets.orderBook("M");
  const level = ([price, count]: readonly [string, string]) =>
    [Math.round(Number(price) * 100), Number(count)] as const;
  await client.close();
  // It would try to connect again, until it gives up.
  await bot.close();
  return {
    produced,
    fills,
    cash: Math.round(Number(balance_dollars) * 10_000),
    position: Number(positions.find(({ ticker }) => ticker === "M")?.position_fp ?? 0),
    report,
    book: {
      bid: yes_dollars.map(level),
      ask: no_dollars.map(level).map(([price, count]) => [100 - price, count] as const).toReversed(),
    },
  };
}

/** A bot whose dice are its own: what it does hangs on nothing but what it was told. */
class RandomBot {
  readonly produced: Produced[] = [];
  readonly fills: RunFill[] = [];
  readonly failures: unknown[] = [];
  /** Whether it does nothing any more. */
  isOver = false;
  readonly #clock: Clock;
  readonly #resting: string[] = [];
  #client: KalshiClient | undefined;
  #stream: KalshiStream | undefined;
  #dice: number;
  #sent = 0;

  constructor(clock: Clock, seed: number) {
    this.#clock = clock;
    this.#dice = seed * 48_271 % 2_147_483_647 || 1;
  }

  async connect(options: KalshiClientOptions & StreamOptions): Promise<void> {
    this.#client = new KalshiClient(options);
    const stream = this.#stream = await KalshiStream.connect(options);
    stream.tap((text) => this.#say(`frame ${text}`));
    await stream.on("user_orders", () => {});
    await stream.on("market_positions", () => {});
    await stream.on("fill", (item) => {
      if (item.type !== "fill") return;
      const { book_side, is_taker, yes_price_dollars, count_fp, fee_cost } = item.msg;
      this.fills.push({
        side: book_side === "bid" ? "bid" : "ask",
        isTaker: is_taker,
        price: Math.round(Number(yes_price_dollars) * 100),
        count: Number(count_fp),
        fee: Math.round(Number(fee_cost) * 10_000),
      });
      this.#maybeAct();
    });
    // It acts by these: nothing of its own is missed.
    await stream.on("orderbook_delta", () => this.#maybeAct(), { market_tickers: ["M"] });
    await stream.on("trade", () => this.#maybeAct());
  }

  async close(): Promise<void> {
    await this.#stream?.close();
    await this.#client?.close();
  }

  #say(text: string): void {
    this.produced.push({ atMs: this.#clock.now(), text });
  }

  #roll(below: number): number {
    this.#dice = this.#dice * 48_271 % 2_147_483_647;
    return this.#dice % below;
  }

  #maybeAct(): void {
    if (this.#roll(3) === 0 && !this.isOver) void this.#act().catch((error) => this.failures.push(error));
  }

  async #act(): Promise<void> {
    const client = this.#client;
    if (client === undefined) return;
    if (this.#resting.length > 0 && this.#roll(4) === 0) {
      const [id = ""] = this.#resting.splice(this.#roll(this.#resting.length), 1);
      return await this.#answer("cancel", client.orders.cancel(id));
    }
    if (this.#sent >= 40) return;
    const name = `order-${++this.#sent}`;
    const side = this.#roll(2) === 0 ? "bid" : "ask";
    const cents = (side === "bid" ? 38 : 40) + this.#roll(8);
    const placing = client.orders.create({
      ticker: "M",
      client_order_id: name,
      side,
      price: `0.${cents}00`,
      count: `${1 + this.#roll(40)}.00`,
      time_in_force: this.#roll(3) === 0 ? "immediate_or_cancel" : "good_till_canceled",
      self_trade_prevention_type: this.#roll(2) === 0 ? "maker" : "taker_at_cross",
    });
    await this.#answer(
      name,
      placing.then((placed) => {
        this.#resting.push(placed.order_id);
        return placed;
      }),
    );
  }

  async #answer(what: string, work: Promise<object>): Promise<void> {
    try {
      this.#say(`${what} ${JSON.stringify(await work)}`);
    } catch (error) {
      if (!(error instanceof KalshiError)) throw error;
      this.#say(`${what} ${error.serverCode}`);
    }
  }
}
