/** Books over a faulty line: whatever is lost, cut or damaged, a live book is right. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatCount, formatPrice } from "../../src/base/fixed_point.ts";
import type { LiveOrderBook } from "../../src/books/live_order_book.ts";
import type {
  MarketDataIncrementalRefreshMDEntry,
  MarketDataRequest,
} from "../../src/contract/fix/messages.ts";
import type { ByteStream, Runtime, TcpConnectOptions } from "../../src/runtime/types.ts";
import { test } from "../support/test.ts";
import { connected, Gateway } from "./gateway_bed.ts";

const when = { MDEntryDate: "20261129", MDEntryTime: "09:30:00.007" };
const symbols = ["A", "B"] as const;
type Symbol = (typeof symbols)[number];

/** The truth, and a line to it that damages what it is told to. */
class Market extends Gateway {
  readonly truth: Record<Symbol, Map<string, number>> = { A: new Map(), B: new Map() };
  readonly #subscribed = new Set<Symbol>();
  /** How many of the next chunks to the client are damaged. */
  damaged = 0;

  constructor() {
    super("market-data");
    this.onMessage = (message) => {
      if (message.MsgType !== "V") return;
      const { SubscriptionRequestType: type, NoRelatedSym = [] } = message as MarketDataRequest;
      for (const { Symbol } of NoRelatedSym) {
        if (type === "2") this.#subscribed.delete(Symbol as Symbol);
        else {
          if (type === "1") this.#subscribed.add(Symbol as Symbol);
          this.#refresh(Symbol as Symbol);
        }
      }
    };
  }

  /** The way to it. */
  get line(): Runtime {
    const { runtime } = this;
    return {
      ...runtime,
      connectTcp: async (options: TcpConnectOptions): Promise<ByteStream> => {
        this.#subscribed.clear();
        const stream = await runtime.connectTcp(options);
        const damage = new TransformStream<Uint8Array, Uint8Array>({
          transform: (bytes, controller) => {
            const copy = bytes.slice();
            // In the middle of a frame, so that its sum is wrong.
            if (this.damaged > 0 && copy.length > 60) {
              this.damaged--;
              const at = copy.length - 12;
              copy[at] = (copy[at] as number) ^ 1;
            }
            controller.enqueue(copy);
          },
        });
        stream.readable.pipeTo(damage.writable).catch(() => {});
        return { readable: damage.readable, writable: stream.writable, close: () => stream.close() };
      },
    } as Runtime;
  }

  #refresh(Symbol: Symbol): void {
    this.says({
      MsgType: "W",
      Symbol,
      NoMDEntries: [...this.truth[Symbol]].map(([key, size]) => {
        const [side = "", price] = key.split(" ");
        return {
          MDEntryType: side,
          MDEntryPx: formatPrice(Number(price)),
          MDEntrySize: formatCount(size),
          ...when,
        };
      }),
    });
  }

  change(changes: readonly { symbol: Symbol; isBid: boolean; tick: number; size: number }[]): void {
    const entries: MarketDataIncrementalRefreshMDEntry[] = [];
    for (const { symbol, isBid, tick, size } of changes) {
      const price = isBid ? tick * 100 : 5_000 + tick * 100;
      const key = `${isBid ? 0 : 1} ${price}`;
      if (size === 0) this.truth[symbol].delete(key);
      else this.truth[symbol].set(key, size);
      if (!this.#subscribed.has(symbol)) continue;
      entries.push({
        MDUpdateAction: size === 0 ? "2" : "1",
        Symbol: symbol,
        MDEntryType: isBid ? "0" : "1",
        MDEntryPx: formatPrice(price),
        MDEntrySize: formatCount(size),
        ...when,
      });
    }
    if (entries.length > 0 && this.session.active) this.says({ MsgType: "X", NoMDEntries: entries });
  }

  /** A message that never arrives, and the next one, by which that shows. */
  lose(): void {
    if (!this.session.active) return;
    this.store.setOutgoing(this.store.nextOutgoing + 1);
    this.says({ MsgType: "0" });
  }

  /** A message that arrives damaged, and the next one. */
  damage(): void {
    if (!this.session.active) return;
    this.damaged = 1;
    this.says({ MsgType: "0" });
  }

  async settle(ms: number): Promise<void> {
    for (let turn = 0; turn < 6; turn++) await this.clock.advance(turn === 0 ? ms : 0);
  }
}

function held(book: LiveOrderBook): string[] {
  const { bids, asks } = book.depth();
  return [
    ...bids.map(({ price, size }) => `0 ${price}=${size}`),
    ...asks.map(({ price, size }) => `1 ${price}=${size}`),
  ].sort();
}

const change = fc.record({
  symbol: fc.constantFrom(...symbols),
  isBid: fc.boolean(),
  tick: fc.integer({ min: 1, max: 12 }),
  size: fc.integer({ min: 0, max: 3 }).map((size) => size * 100),
});
const step = fc.oneof(
  { weight: 8, arbitrary: fc.array(change, { minLength: 1, maxLength: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom("cut", "lose", "damage", "reopen", "wait") },
);

test("whatever is lost, cut or damaged: a live book is right, and every book is live again", async () => {
  let live = 0;
  let stale = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
      const market = new Market();
      const client = await connected(market, { runtime: market.line });
      const opening = client.orderBooks(symbols);
      opening.catch(() => {});
      await market.settle(0);
      const books = await opening;
      const check = () => {
        for (const book of books) {
          if (book.state !== "live") {
            stale++;
            continue;
          }
          live++;
          const truth = [...market.truth[book.ticker as Symbol]].map(([key, size]) => `${key}=${size}`)
            .sort();
          assertEquals(held(book), truth);
        }
      };
      for (const one of steps) {
        if (typeof one !== "string") market.change(one);
        else if (one === "cut") await market.cut();
        else if (one === "lose") market.lose();
        else if (one === "damage") market.damage();
        else if (one === "wait") await market.settle(700);
        else {
          const [first] = books.splice(0, 1);
          await first?.close();
          books.push(...await client.orderBooks([first?.ticker ?? "A"], { awaitLive: false }));
        }
        await market.settle(0);
        check();
      }
      for (let waits = 0; waits < 20 && books.some(({ state }) => state !== "live"); waits++) {
        await market.settle(5_000);
      }
      check();
      assertEquals(books.map(({ state }) => state), ["live", "live"]);
      const closing = client.close();
      await market.settle(0);
      await closing;
      assertEquals(market.clock.pending, 0);
    }),
    { numRuns: 25 },
  );
  assert(live > 100 && stale > 10, `${live} live, ${stale} stale`);
});
