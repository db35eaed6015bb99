/**
 * Quotes through a network that loses one request or answer of five and drops its sockets, while others trade: at each
 * quiet point there rests what is wished and nothing else, and no limit is passed at any step of any order.
 */
import { assert, assertEquals } from "@std/assert";
import type { QuoteLevel, QuoteWish } from "../../src/trading/quotes/mod.ts";
import { formatCount, formatPrice } from "../../src/base/fixed_point.ts";
import { realFaults, startFaultProxy } from "../support/fault_proxy.ts";
import { runtimeName, test } from "../support/test.ts";
import { breath, until } from "../support/until.ts";
import { startQuoting, type Way, ways } from "./support/quoting.ts";
import type { Audit } from "./support/watched_exchange.ts";

/** Quiet points, and wishes between two of them. */
const ROUNDS: Readonly<Record<Way, number>> = runtimeName === "deno"
  ? { rest: 20, fix: 12 }
  : { rest: 6, fix: 4 };
const WISHES = 50;
const MAX_POSITION = 3_000;
const LIMITS = { timeoutMs: 600_000 };

/** Numbers from 0 to 1 that hang on a seed alone. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return ((state ^ state >>> 13) >>> 0) / 0x1_0000_0000;
  };
}

interface Levels {
  bid: { price: number; count: number }[];
  ask: { price: number; count: number }[];
}

/** A wish of up to three levels a side around a middle. */
function makeWish(chance: () => number): Levels {
  const middle = 3_000 + Math.floor(chance() * 40) * 100;
  const side = (sign: 1 | -1) => {
    const levels = [];
    const first = 1 + Math.floor(chance() * 3);
    for (let at = 0; at < Math.floor(chance() * 4); at++) {
      levels.push({ price: middle + sign * (first + at) * 100, count: (1 + Math.floor(chance() * 5)) * 100 });
    }
    return levels;
  };
  return { bid: side(-1), ask: side(1) };
}

const shown = (levels: Levels["bid"]): QuoteLevel[] =>
  levels.map(({ price, count }) => ({ price: formatPrice(price), count: formatCount(count) }));

const asWish = ({ bid, ask }: Levels): QuoteWish => ({ bid: shown(bid), ask: shown(ask) });

/** What of a wish may rest at that position. */
function allowed(levels: Levels, position: number): Levels {
  const cut = (side: "bid" | "ask") => {
    let left = side === "bid" ? MAX_POSITION - position : MAX_POSITION + position;
    return levels[side].flatMap(({ price, count }) => {
      const fits = Math.min(count, left - left % 100);
      left -= Math.max(0, fits);
      return fits > 0 ? [{ price, count: fits }] : [];
    });
  };
  return { bid: cut("bid"), ask: cut("ask") };
}

const lines = (ticker: string, { bid, ask }: Levels): string[] => [
  ...bid.map(({ price, count }) => `${ticker} bid ${price} ${count}`),
  ...ask.map(({ price, count }) => `${ticker} ask ${price} ${count}`),
];

/** What is wrong at some moment: a side that could take the position beyond the limit. */
function check(tickers: readonly string[]) {
  return (audit: Audit): string | undefined => {
    for (const ticker of tickers) {
      const position = audit.position(ticker);
      const long = position + audit.count(ticker, "bid");
      const short = position - audit.count(ticker, "ask");
      if (long > MAX_POSITION || -short > MAX_POSITION) return `${ticker} may become ${short} or ${long}`;
      // The largest wish has three levels of five contracts: more is an order that is there twice.
      if (audit.count(ticker, "bid") > 1_500 || audit.count(ticker, "ask") > 1_500) {
        return `${ticker} has more than any wish`;
      }
    }
    return undefined;
  };
}

async function run(way: Way, refill: boolean, seed: number): Promise<void> {
  const chance = chances(seed);
  await using scene = await startQuoting(way, {
    refill,
    postOnly: refill,
    limits: { maxPosition: formatCount(MAX_POSITION) },
    reconcileMs: 500,
    // The network is late by 31 milliseconds at most.
    lateMs: 2_000,
  }, { proxied: (baseUrl) => startFaultProxy(baseUrl, { kinds: realFaults, seed }) });
  const { exchange, quotes, audit, ticker, proxy } = scene;
  assert(proxy !== undefined);
  const tickers = [ticker, exchange.list("EVENT-B"), exchange.list("OTHER-A")];
  audit.check = check(tickers);
  const wishes = new Map<string, Levels>();
  for (let round = 0; round < ROUNDS[way]; round++) {
    for (let wish = 0; wish < WISHES; wish++) {
      const of = tickers[Math.floor(chance() * tickers.length)] ?? ticker;
      const levels = makeWish(chance);
      // A wish beyond the limit is refused: what is allowed by now is asked for.
      try {
        await quotes.set(of, asWish(levels));
        wishes.set(of, levels);
      } catch (error) {
        assertEquals((error as { code?: string }).code, "QUOTE_REFUSED", String(error));
      }
      if (chance() < 0.3) await breath();
      if (chance() < 0.2) trade(of);
      if (chance() < 0.01) exchange.sockets.restart();
      if (way === "fix" && chance() < 0.2) disturb();
    }
    exchange.clearCounters();
    // Nobody trades any more. Once every fill is known, what filled is said again.
    await until(() => tickers.every((of) => quotes.position(of) === formatCount(audit.position(of))));
    for (const [of, levels] of [...wishes]) {
      try {
        await quotes.set(of, asWish(levels));
      } catch {
        await quotes.set(of, null);
        wishes.delete(of);
      }
    }
    await quotes.settled({ timeoutMs: 100_000 });
    await proxy.settled();
    const expected = () =>
      [...wishes].flatMap(([of, levels]) => lines(of, allowed(levels, audit.position(of)))).sort().join("\n");
    await until(() => audit.lines.join("\n") === expected());
    await quotes.settled({ timeoutMs: 100_000 });
    for (const of of tickers) assertEquals(quotes.position(of), formatCount(audit.position(of)));
  }
  assertEquals(audit.faults, []);
  await quotes.stop();
  await proxy.settled();
  assertEquals(audit.lines, []);
  const log = await proxy.takeLog();
  assertEquals(log.some(({ fault }) => fault === "late"), true);

  /** A message over FIX is lost, or its report is; or the connection breaks. */
  function disturb(): void {
    if (chance() < 0.05) return exchange.fix.restart();
    if (chance() < 0.05) return exchange.fix.fail({ fault: "cut" });
    const msgType = ["D", "F", "G"][Math.floor(chance() * 3)];
    exchange.fix.fail({ fault: "ignore", msgType, afterProcessing: chance() < 0.5 });
  }

  function trade(of: string): void {
    const levels = wishes.get(of);
    if (levels === undefined) return;
    const side = chance() < 0.5 ? "bid" : "ask";
    const price = levels[side][0]?.price;
    if (price === undefined) return;
    exchange.counter(of, side === "bid" ? "ask" : "bid", price, 50 + Math.floor(chance() * 600));
    // Some stay for a while, and are in the way.
    if (chance() < 0.7) exchange.clearCounters();
  }
}

for (const way of ways) {
  for (const refill of [false, true]) {
    test(`${way}: a lossy network, ${refill ? "refilled" : "not refilled"}`, LIMITS, async () => {
      await run(way, refill, 7);
    });
  }
}
