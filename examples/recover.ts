/**
 * A bot that may be killed at any moment, and neither doubles nor forgets an order. It writes down what it is about to
 * do before it does it, under an id of its own; after a start it looks up what became of whatever it wrote down last.
 *
 *     deno run -A --env-file examples/recover.ts TICKER PRICE JOURNAL
 */
import { randomUUID } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import process from "node:process";
import { KalshiClient, KalshiConflictError } from "@unofficial/kalshi";

const [ticker, price, journal] = process.argv.slice(2);
if (ticker === undefined || price === undefined || journal === undefined) {
  throw new Error("recover.ts TICKER PRICE JOURNAL");
}

/** One line of the journal: an order that was to be placed, or what became of it. */
type Line =
  | {
    readonly type: "wish";
    readonly client_order_id: string;
    readonly ticker: string;
    readonly price: string;
  }
  | { readonly type: "done"; readonly client_order_id: string; readonly order_id: string };

/** A line that is on the disk when this returns. */
function write(line: Line): void {
  const file = openSync(journal as string, "a");
  writeSync(file, `${JSON.stringify(line)}\n`);
  fsyncSync(file);
  closeSync(file);
}

/** What was written down; a line that a kill has cut is one that nothing followed. */
function read(): Line[] {
  if (!existsSync(journal as string)) return [];
  return readFileSync(journal as string, "utf8").split("\n").slice(0, -1).flatMap((text) => {
    try {
      return [JSON.parse(text) as Line];
    } catch {
      return [];
    }
  });
}

await using client = await KalshiClient.fromEnv(undefined, { config: { orderRetries: "idempotent" } });

/** Places what was wished for. The exchange takes each id once, so that a wish that arrived before is not doubled. */
async function place({ client_order_id, ticker, price }: Extract<Line, { type: "wish" }>): Promise<string> {
  try {
    const { order_id } = await client.orders.create({
      ticker,
      side: "bid",
      count: "1.00",
      price,
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "taker_at_cross",
      client_order_id,
    });
    return order_id;
  } catch (error) {
    if (!(error instanceof KalshiConflictError)) throw error;
    // It was placed before the kill.
    for await (const order of client.orders.list({ ticker })) {
      if (order.client_order_id === client_order_id) return order.order_id;
    }
    throw error;
  }
}

const lines = read();
const done = new Set(
  lines.filter(({ type }) => type === "done").map(({ client_order_id }) => client_order_id),
);
let open = lines.find((line) => line.type === "wish" && !done.has(line.client_order_id)) as
  | Extract<Line, { type: "wish" }>
  | undefined;
console.log(open === undefined ? "nothing was left open" : `left open: ${open.client_order_id}`);

for (let placed = done.size; placed < 10; placed++) {
  if (open === undefined) write(open = { type: "wish", client_order_id: randomUUID(), ticker, price });
  const order_id = await place(open);
  write({ type: "done", client_order_id: open.client_order_id, order_id });
  console.log("order", placed + 1, order_id);
  open = undefined;
}
console.log("all ten are placed");
