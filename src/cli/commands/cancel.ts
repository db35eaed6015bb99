/**
 * `kalshi cancel ID…`, `kalshi cancel --all`
 *
 * @module
 */
import type { Command } from "commander";
import { systemClock } from "../../base/clock.ts";
import { KalshiNotFoundError } from "../../base/errors.ts";
import { delay } from "../../base/waits.ts";
import type { KalshiClient } from "../../client.ts";
import type { BatchCancelOrdersV2ResponseOrder, Order } from "../../contract/event/types.ts";
import type { CliContext } from "../context.ts";
import { CliError } from "../exit_codes.ts";
import type { CliIo } from "../io.ts";
import { addOutputOptions, addWriteOptions, wholeNumber } from "../options.ts";
import { type CliClient, type ConnectionOptions, openClient } from "../open_client.ts";
import { type Column, openOutput, type Output, type OutputOptions } from "../output.ts";

interface CancelOptions extends OutputOptions, ConnectionOptions {
  readonly all?: boolean;
  readonly market?: string;
  readonly subaccount?: number;
}

/** What became of an order. */
interface Outcome {
  readonly order_id: string;
  readonly client_order_id: string | null;
  readonly ticker: string | null;
  readonly side: string | null;
  readonly price: string | null;
  /** Contracts that were taken off by this command. */
  readonly canceled: string;
  /** Contracts that rest still, as the exchange showed it after that. */
  readonly remaining: string | null;
  readonly status: string;
  /** Why it was not canceled. */
  readonly error: string | null;
}

const columns: readonly Column<Outcome>[] = [
  { name: "order_id", value: ({ order_id }) => order_id },
  { name: "client_order_id", value: ({ client_order_id }) => client_order_id, inTable: false },
  { name: "ticker", value: ({ ticker }) => ticker },
  { name: "side", value: ({ side }) => side },
  { name: "price", value: ({ price }) => price, align: "right" },
  { name: "canceled", value: ({ canceled }) => canceled, align: "right" },
  { name: "remaining", value: ({ remaining }) => remaining, align: "right" },
  {
    name: "status",
    value: ({ status }) => status,
    colour: ({ status }) => status === "resting" ? "red" : undefined,
  },
  { name: "error", value: ({ error }) => error },
];

/** So many orders go into one request: as many as the smallest write budget holds at once. */
const AT_ONCE = 50;
/** So often and so long apart it is looked whether orders rest still: reads run behind the exchange. */
const TRIES = 15;
const APART_MS = 200;

type Results = ReadonlyMap<string, BatchCancelOrdersV2ResponseOrder>;

/** Cancels orders; they are routed to their shards. */
async function cancelOrders(client: KalshiClient, orders: readonly Order[]): Promise<Results> {
  const results = new Map<string, BatchCancelOrdersV2ResponseOrder>();
  for (let at = 0; at < orders.length; at += AT_ONCE) {
    const items = orders.slice(at, at + AT_ONCE).map((
      { order_id, ticker, exchange_index, subaccount_number },
    ) => ({
      order_id,
      ...(typeof exchange_index === "number" ? { exchange_index } : { market_ticker: ticker }),
      ...(typeof subaccount_number === "number" && subaccount_number > 0 &&
        { subaccount: subaccount_number }),
    }));
    const answers = await client.orders.batchCancel({ orders: items }, { orderRetries: "idempotent" });
    for (const answer of answers) results.set(answer.order_id, answer);
  }
  return results;
}

/** Reads again and again until nothing rests, or until that takes too long; returns what was read last. */
async function untilNoneRests(io: CliIo, read: () => Promise<readonly Order[]>): Promise<readonly Order[]> {
  const clock = io.clock ?? systemClock;
  let orders = await read();
  for (let tried = 1; tried < TRIES && orders.some(({ status }) => status === "resting"); tried++) {
    await delay(clock, APART_MS);
    orders = await read();
  }
  return orders;
}

function outcomeOf(
  before: Order,
  after: Order | undefined,
  result?: BatchCancelOrdersV2ResponseOrder,
): Outcome {
  const { order_id, client_order_id, ticker, book_side, yes_price_dollars, remaining_count_fp } = before;
  const isResting = after?.status === "resting";
  return {
    order_id,
    client_order_id,
    ticker,
    side: book_side,
    price: yes_price_dollars,
    canceled: result?.reduced_by ?? (isResting ? "0.00" : remaining_count_fp),
    remaining: after === undefined ? "0.00" : after.remaining_count_fp,
    status: after?.status ?? "canceled",
    error: result?.error ? result.error.message ?? result.error.code ?? "refused" : null,
  };
}

async function printOutcomes(output: Output, outcomes: readonly Outcome[], nothing: string): Promise<void> {
  const rows = output.rows(columns);
  for (const outcome of outcomes) await rows.add(outcome);
  await rows.end();
  const left = outcomes.filter(({ status }) => status === "resting").length;
  if (left > 0) {
    throw new CliError(
      "failed",
      `${left} order${left === 1 ? " rests" : "s rest"} still: look again, and cancel again.`,
    );
  }
  const failed = outcomes.find(({ error }) => error !== null);
  if (failed !== undefined) throw new CliError("refused", `${failed.order_id}: ${failed.error}.`);
  await output.note(nothing);
}

/** Cancels the orders that were named. */
async function cancelNamed(
  { io, signal }: CliContext,
  output: Output,
  { client, confirm }: CliClient,
  ids: readonly string[],
): Promise<void> {
  const found = new Map<string, Order>();
  const missing: Outcome[] = [];
  for (const id of new Set(ids)) {
    try {
      found.set(id, await client.orders.get(id, { signal }));
    } catch (error) {
      if (!(error instanceof KalshiNotFoundError)) throw error;
      const none = { client_order_id: null, ticker: null, side: null, price: null, remaining: null };
      missing.push({
        order_id: id,
        ...none,
        canceled: "0.00",
        status: "unknown",
        error: "there is no such order",
      });
    }
  }
  const resting = [...found.values()].filter(({ status }) => status === "resting");
  let results: Results = new Map();
  let after: ReadonlyMap<string, Order> = found;
  if (resting.length > 0) {
    await confirm(`Cancel ${resting.length} of ${ids.length} orders`);
    results = await cancelOrders(client, resting);
    const read = () => Promise.all(resting.map(({ order_id }) => client.orders.get(order_id)));
    const orders = await untilNoneRests(io, read);
    after = new Map([...found, ...orders.map((order) => [order.order_id, order] as const)]);
  }
  const outcomes = [...found].map(([id, before]) =>
    resting.includes(before)
      ? outcomeOf(before, after.get(id), results.get(id))
      : { ...outcomeOf(before, before), canceled: "0.00" }
  );
  await printOutcomes(
    output,
    [...outcomes, ...missing],
    "None of them rests any more: the exchange shows it.",
  );
}

/** Cancels every order, or every order on a market. */
async function cancelEvery(
  { io, signal }: CliContext,
  output: Output,
  { client, confirm }: CliClient,
  { market, subaccount }: CancelOptions,
): Promise<void> {
  const filters = {
    status: "resting",
    limit: 1000,
    ...(market !== undefined && { ticker: market }),
    ...(subaccount !== undefined && { subaccount }),
  };
  const read = async (options = {}) => {
    const orders: Order[] = [];
    for await (const order of client.orders.listAll(filters, options)) orders.push(order);
    return orders;
  };
  const resting = await read({ signal });
  const where = market === undefined ? "" : ` on ${market}`;
  await confirm(`Cancel every order${where} (${resting.length} rest now)`);
  const results = market === undefined
    // Also those that the list does not show yet.
    ? await client.orders.cancelAll(subaccount === undefined ? {} : { subaccount }, {
      orderRetries: "idempotent",
    })
    : await cancelOrders(client, resting);
  const left = await untilNoneRests(io, read);
  const known = new Set(resting.map(({ order_id }) => order_id));
  // One that came meanwhile is told as well.
  const orders = [...resting, ...left.filter(({ order_id }) => !known.has(order_id))];
  const outcomes = orders.map((before) => {
    const after = left.find(({ order_id }) => order_id === before.order_id);
    const result = results instanceof Map ? results.get(before.order_id) : undefined;
    // One that ended meanwhile rests no more: that is what was asked for.
    return { ...outcomeOf(before, after, result), ...(after === undefined && { error: null }) };
  });
  await printOutcomes(output, outcomes, `No order rests${where}: the exchange shows none.`);
}

/** Adds the command `cancel`. */
export function addCancel(program: Command, context: CliContext): void {
  const command = program.command("cancel [order_ids...]")
    .description("cancel orders, and look whether they are gone")
    .option("--all", "every resting order")
    .option("--market <ticker>", "with --all: those on this market")
    .option("--subaccount <n>", "with --all: those of this subaccount", wholeNumber(0, 63));
  addWriteOptions(addOutputOptions(command));
  command.action(async (ids: readonly string[], options: CancelOptions) => {
    const { all = false, market, subaccount } = options;
    const refuse = (message: string) => {
      throw new CliError("usage", `${message} Nothing was sent.`);
    };
    if (ids.length > 0 && all) refuse("Name orders or say --all, not both.");
    if (ids.length === 0 && !all) {
      refuse("Name the ids of orders, or say --all. kalshi portfolio orders lists them.");
    }
    if (!all && (market !== undefined || subaccount !== undefined)) {
      refuse(`${market === undefined ? "--subaccount" : "--market"} goes with --all.`);
    }
    if (ids.some((id) => id.trim() === "")) refuse("An order id is empty.");
    const output = openOutput(context.io, options);
    const opened = await openClient(context.io, options);
    try {
      if (all) await cancelEvery(context, output, opened, options);
      else await cancelNamed(context, output, opened, ids);
    } finally {
      await opened.close();
    }
  });
}
