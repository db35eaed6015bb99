/**
 * Hedges an event position with a perpetual future: for each YES contract it sells, for each NO contract it buys, so many
 * perps. Both exchanges in one process. It may be killed at any moment: what it is about to do is on the disk before it
 * does it, under an id that the exchange takes once, and after a start it first finds out what became of that.
 *
 *     deno run -A --env-file examples/hedge.ts EVENT_TICKER PERP_TICKER PERPS_PER_CONTRACT JOURNAL [SECONDS]
 */
import { randomUUID } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import process from "node:process";
import { KalshiClient, KalshiConflictError } from "@unofficial/kalshi";
import {
  formatCount,
  formatMoney,
  formatPrice,
  parseCount,
  parsePrice,
} from "@unofficial/kalshi/fixed-point";
import { notionalMicros, PerpsClient, roundToTick } from "@unofficial/kalshi/perps";
import { Positions } from "@unofficial/kalshi/trading";

const [eventTicker, perpTicker, ratio, journal, seconds] = process.argv.slice(2);
if (eventTicker === undefined || perpTicker === undefined || ratio === undefined || journal === undefined) {
  throw new Error("hedge.ts EVENT_TICKER PERP_TICKER PERPS_PER_CONTRACT JOURNAL [SECONDS]");
}
const end = new AbortController();
process.once("SIGINT", () => end.abort());
if (seconds !== undefined) setTimeout(() => end.abort(), Number(seconds) * 1_000);

/** An order that is to be placed, or how many hundredths of contracts of it filled, below 0 sold. */
type Line =
  | {
    readonly type: "wish";
    readonly id: string;
    readonly side: "bid" | "ask";
    readonly count: string;
    readonly price: string;
  }
  | { readonly type: "done"; readonly id: string; readonly filled: number };
type Wish = Extract<Line, { type: "wish" }>;

/** A line that is on the disk when this returns. */
function write(line: Line): void {
  const file = openSync(journal as string, "a");
  // On a line of its own, whatever came before it.
  writeSync(file, `\n${JSON.stringify(line)}\n`);
  fsyncSync(file);
  closeSync(file);
}

/** What was written down; a line that a kill has cut is one that nothing followed. */
function read(): Line[] {
  if (!existsSync(journal as string)) return [];
  return readFileSync(journal as string, "utf8").split("\n").flatMap((text) => {
    try {
      return [JSON.parse(text) as Line];
    } catch {
      return [];
    }
  });
}

await using events = await KalshiClient.fromEnv(undefined, { readOnly: true });
await using perps = await PerpsClient.fromEnv();

/** Sends a wish and says what filled. It trades at once or not at all, so that nothing of it is ever left resting. */
async function place({ id, side, count, price }: Wish): Promise<number> {
  const signed = (filled: string) => side === "bid" ? parseCount(filled) : -parseCount(filled);
  for (let attempt = 1;; attempt++) {
    try {
      const { fill_count } = await perps.orders.create({
        ...{ ticker: perpTicker, side, count, price, client_order_id: id },
        time_in_force: "immediate_or_cancel",
        self_trade_prevention_type: "taker_at_cross",
      });
      return signed(fill_count);
    } catch (error) {
      if (error instanceof KalshiConflictError && error.serverCode === "order_already_exists") {
        const order = await perps.orders.getByClientOrderId(id, { ticker: perpTicker });
        if (order !== undefined) return signed(order.fill_count);
        // It is there, and the list does not show it yet.
      } else if ((error as { outcome?: string }).outcome !== "unknown" || attempt === 5) throw error;
      // The same id again: the exchange takes it once.
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** Hundredths of perps that this hedge holds, by its own account. */
let hedged = 0;
const finish = (wish: Wish, filled: number) => {
  write({ type: "done", id: wish.id, filled });
  hedged += filled;
  console.log(wish.side, formatCount(Math.abs(filled)), "of", wish.count, "hedged", formatCount(hedged));
};
const lines = read();
const done = new Set(lines.flatMap((line) => line.type === "done" ? [line.id] : []));
for (const line of lines) if (line.type === "done") hedged += line.filled;
for (const line of lines) {
  if (line.type !== "wish" || done.has(line.id)) continue;
  console.log("left open:", line.id);
  finish(line, await place(line));
}
console.log("hedged so far:", formatCount(hedged));

/** Brings the hedge to where it belongs, a part of the book at a time. */
async function adjust(held: number): Promise<void> {
  // Whole contracts: hundredths times hundredths are ten-thousandths.
  const wanted = Math.trunc(-held * parseCount(ratio as string) / 10_000) * 100;
  while (wanted !== hedged) {
    const market = await perps.markets.get(perpTicker as string);
    const side = wanted > hedged ? "bid" : "ask";
    const best = side === "bid" ? market.ask : market.bid;
    if (best === null || best === undefined || parsePrice(best) === 0) {
      return console.log("nobody to trade with");
    }
    // A tenth of a percent worse than the best price, and no more.
    const slack = Math.ceil(parsePrice(best) / 1_000);
    const price = roundToTick(
      market,
      side,
      formatPrice(parsePrice(best) + (side === "bid" ? slack : -slack)),
    );
    const wish: Wish = {
      type: "wish",
      id: randomUUID(),
      side,
      count: formatCount(Math.abs(wanted - hedged)),
      price,
    };
    write(wish);
    const filled = await place(wish);
    finish(wish, filled);
    if (filled === 0) return;
    console.log("worth", formatMoney(notionalMicros(best, formatCount(hedged))));
  }
}

await using positions = await Positions.open(events, { signal: end.signal });
const changes = positions.changes();
end.signal.addEventListener("abort", () => void changes.return?.());
const heldNow = () => positions.get(eventTicker)?.positionCenticontracts ?? 0;
await adjust(heldNow());
console.log("watching", eventTicker);
for await (const change of changes) {
  // A settlement ends the position, and so the hedge. What is in doubt is read anew, and told as a snapshot.
  const isOurs = change.type === "snapshot"
    ? change.tickers.includes(eventTicker)
    : (change.type === "fill" || change.type === "settlement") && change.position.ticker === eventTicker;
  if (isOurs) await adjust(heldNow());
}
