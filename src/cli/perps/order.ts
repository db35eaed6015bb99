/**
 * `kalshi perps order TICKER` and `kalshi perps cancel`
 *
 * @module
 */
import { type Command, Option } from "commander";
import { formatCount, formatPrice, parsePrice } from "../../base/fixed_point.ts";
import { shown } from "../../base/plain.ts";
import type { CreateMarginOrderResponse, MarginMarket } from "../../contract/perps/types.ts";
import type { CliContext } from "../context.ts";
import { CliError } from "../exit_codes.ts";
import { type OrderOptions, readCount, timesInForce } from "../order_input.ts";
import { addOutputOptions, addWriteOptions, wholeNumber } from "../options.ts";
import type { ConnectionOptions } from "../open_client.ts";
import { type Column, openOutput, type OutputOptions } from "../output.ts";
import { nowOf, parseTime, TIME_WORDS, unixSeconds } from "../times.ts";
import { tradingOf } from "./columns.ts";
import { openPerps } from "./open_perps.ts";

/** The options of `kalshi perps order`. */
type PerpsOrderOptions = OutputOptions & ConnectionOptions & Omit<OrderOptions, "cancelOnPause">;

const refuse = (message: string): never => {
  throw new CliError("usage", `${message} Nothing was sent.`);
};

/** A price in dollars, above 0. */
function readPrice(text: string): number {
  const takes = "a price in dollars, such as 6.4500, with 4 decimals at most, over 0";
  let price = 0;
  try {
    price = parsePrice(text);
  } catch {
    // Refused below, with what it takes.
  }
  return price > 0 ? price : refuse(`--price takes ${takes}; got ${shown(text)}.`);
}

/** Refuses a price between a market's ticks, with the nearest ones, and a market that does not trade. */
function assertTaken(price: number, market: MarginMarket): void {
  const tick = parsePrice(market.tick_size);
  const trading = tradingOf(market);
  if (trading !== "active") refuse(`${market.ticker} takes no orders: it is ${trading}.`);
  if (tick <= 0 || price % tick === 0) return;
  const below = price - price % tick;
  const nearest = [below, below + tick].filter((one) => one > 0).map(formatPrice).join(" and ");
  refuse(
    `--price: ${
      formatPrice(price)
    } lies between ticks of ${market.ticker}, which are ${market.tick_size} apart. Nearest: ${nearest}.`,
  );
}

interface Placed extends CreateMarginOrderResponse {
  readonly ticker: string;
  readonly side: string;
  readonly price: string;
  readonly count: string;
}

const placedColumns: readonly Column<Placed>[] = [
  { name: "order_id", value: ({ order_id }) => order_id },
  { name: "client_order_id", value: ({ client_order_id }) => client_order_id },
  { name: "ticker", value: ({ ticker }) => ticker },
  { name: "side", value: ({ side }) => side },
  { name: "price", value: ({ price }) => price },
  { name: "count", value: ({ count }) => count },
  { name: "fill_count", value: ({ fill_count }) => fill_count },
  { name: "remaining_count", value: ({ remaining_count }) => remaining_count },
  { name: "average_fill_price", value: ({ average_fill_price }) => average_fill_price },
  { name: "average_fee_paid", value: ({ average_fee_paid }) => average_fee_paid },
];

async function placeOrder(
  { io, signal }: CliContext,
  ticker: string,
  options: PerpsOrderOptions,
): Promise<void> {
  const { side, tif, expires, postOnly = false, reduceOnly = false, clientOrderId, group, subaccount } =
    options;
  const price = readPrice(options.price);
  const count = formatCount(readCount("--count", options.count));
  if (expires !== undefined && tif !== "gtc") refuse(`--expires goes with --tif gtc alone; it is ${tif}.`);
  if (postOnly && tif !== "gtc") refuse(`--post-only goes with --tif gtc alone; it is ${tif}.`);
  if (reduceOnly && tif === "gtc") refuse("--reduce-only goes with --tif ioc or fok.");
  const expiresAt = expires === undefined ? undefined : parseTime("--expires", expires, nowOf(io));
  const output = openOutput(io, options);
  const { client, confirm, close } = await openPerps(io, options);
  try {
    const market = await client.markets.get(ticker, { signal });
    assertTaken(price, market);
    const order = {
      ticker,
      // For the terms that were just read, and no others.
      market_version: market.market_version,
      side,
      price: formatPrice(price),
      count,
      time_in_force: timesInForce[tif],
      self_trade_prevention_type: options.selfTrade,
      ...(clientOrderId !== undefined && { client_order_id: clientOrderId }),
      ...(expiresAt !== undefined && { expiration_time: unixSeconds(expiresAt) }),
      ...(postOnly && { post_only: true }),
      ...(reduceOnly && { reduce_only: true }),
      ...(group !== undefined && { order_group_id: group }),
      ...(subaccount !== undefined && { subaccount }),
    };
    const verb = side === "bid" ? "Buy" : "Sell";
    await confirm(
      `${verb} ${count} contracts of ${ticker} at ${order.price} (${order.time_in_force}): a position on margin, ` +
        "which can lose more than it was opened with",
    );
    if (signal.aborted) return;
    // Once it is on its way it is waited for: to stop listening would not stop the order.
    const placed = await client.orders.create(order, { orderRetries: "idempotent" });
    await output.record(placedColumns, { ...placed, ticker, side, price: order.price, count });
  } finally {
    await close();
  }
}

/** Adds `perps order`. */
export function addPerpsOrder(perps: Command, context: CliContext): void {
  const command = perps.command("order <ticker>")
    .description("place an order, exactly once")
    .addOption(
      new Option("--side <side>", "bid goes long or closes a short; ask goes short or closes a long")
        .choices(["bid", "ask"]).makeOptionMandatory(),
    )
    .requiredOption("--price <dollars>", "the price, a multiple of the market's tick, such as 6.4500")
    .requiredOption("--count <contracts>", "how many contracts, such as 10")
    .addOption(
      new Option(
        "--tif <time in force>",
        "gtc rests until it is canceled; ioc takes what there is; fok takes all or nothing",
      )
        .choices(Object.keys(timesInForce)).default("gtc"),
    )
    .option("--expires <time>", "let a resting order expire then, such as +1h")
    .option("--post-only", "rest or be canceled: never take")
    .option("--reduce-only", "close what is held and open nothing; with --tif ioc or fok")
    .addOption(
      new Option(
        "--self-trade <which>",
        "which order goes when two of the account's meet: the new one, or the resting one",
      )
        .choices(["taker_at_cross", "maker"]).default("taker_at_cross"),
    )
    .option("--client-order-id <id>", "an id of your own: an order with an id that was used is refused")
    .option("--group <id>", "the order group that it belongs to")
    .option("--subaccount <n>", "the subaccount that trades", wholeNumber(0, 63))
    .addHelpText("after", `\nTimes: ${TIME_WORDS}.`);
  addWriteOptions(addOutputOptions(command));
  command.action((ticker: string, options: PerpsOrderOptions) => placeOrder(context, ticker, options));
}

interface Canceled {
  readonly order_id: string;
  readonly canceled: string | null;
  readonly status: string;
}

const canceledColumns: readonly Column<Canceled>[] = [
  { name: "order_id", value: ({ order_id }) => order_id },
  { name: "canceled", value: ({ canceled }) => canceled, align: "right" },
  { name: "status", value: ({ status }) => status },
];

/** Adds `perps cancel`. */
export function addPerpsCancel(perps: Command, { io, signal }: CliContext): void {
  const command = perps.command("cancel [order_ids...]")
    .description("cancel orders, or with --all every one that rests")
    .option("--all", "every resting order")
    .option("--subaccount <n>", "with --all: those of this subaccount", wholeNumber(0, 63));
  addWriteOptions(addOutputOptions(command));
  command.action(
    async (
      ids: readonly string[],
      options: OutputOptions & ConnectionOptions & { readonly all?: boolean; readonly subaccount?: number },
    ) => {
      const { all = false, subaccount } = options;
      if (ids.length > 0 && all) refuse("Name orders or say --all, not both.");
      if (ids.length === 0 && !all) {
        refuse("Name the ids of orders, or say --all. kalshi perps portfolio orders lists them.");
      }
      if (!all && subaccount !== undefined) refuse("--subaccount goes with --all.");
      if (ids.some((id) => id.trim() === "")) refuse("An order id is empty.");
      const output = openOutput(io, options);
      const { client, confirm, close } = await openPerps(io, options);
      try {
        await confirm(all ? "Cancel every resting order of perps" : `Cancel ${ids.length} orders of perps`);
        const rows = output.rows(canceledColumns);
        if (all) {
          await client.orders.cancelAll(subaccount === undefined ? {} : { subaccount }, {
            orderRetries: "idempotent",
          });
          const left: string[] = [];
          const params = { status: "resting", ...(subaccount !== undefined && { subaccount }) };
          for await (const { order_id } of client.orders.listAll(params, { signal })) left.push(order_id);
          for (const order_id of left) await rows.add({ order_id, canceled: null, status: "resting" });
          await rows.end();
          if (left.length > 0) {
            throw new CliError("failed", `${left.length} orders rest still: look again, and cancel again.`);
          }
          return await output.note("No order rests: the exchange shows none.");
        }
        for (const id of ids) {
          const { reduced_by } = await client.orders.cancel(id, {}, { orderRetries: "idempotent" });
          await rows.add({ order_id: id, canceled: reduced_by ?? null, status: "canceled" });
        }
        await rows.end();
      } finally {
        await close();
      }
    },
  );
}
