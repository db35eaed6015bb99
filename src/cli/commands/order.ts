/**
 * `kalshi order TICKER`
 *
 * @module
 */
import { type Command, Option } from "commander";
import { type Clock, systemClock } from "../../base/clock.ts";
import { addFixed, formatCount, formatMoney, parseCount } from "../../base/fixed_point.ts";
import { delay } from "../../base/waits.ts";
import type { KalshiClient } from "../../client.ts";
import type {
  CreateOrderV2Request,
  CreateOrderV2Response,
  Fill,
  Market,
} from "../../contract/event/types.ts";
import type { CliContext } from "../context.ts";
import { feesOf } from "../fee_rule.ts";
import { addOutputOptions, addWriteOptions, wholeNumber } from "../options.ts";
import { type OrderCost, orderCost } from "../order_cost.ts";
import {
  assertTaken,
  type OrderOptions,
  orderRequest,
  type ReadOrder,
  readOrder,
  timesInForce,
} from "../order_input.ts";
import { type ConnectionOptions, openClient } from "../open_client.ts";
import { type Column, openOutput, type Output, type OutputOptions } from "../output.ts";
import { bookFromRest } from "../rest_book.ts";
import { nowOf, TIME_WORDS } from "../times.ts";

interface Options extends OrderOptions, OutputOptions, ConnectionOptions {
  readonly dryRun?: boolean;
}

/** What an order would come to, in the fields that `--json` prints. */
type Preview = ReturnType<typeof previewOf>;

function previewOf(request: CreateOrderV2Request, cost: OrderCost, balance: string | undefined) {
  return {
    dry_run: true,
    ...request,
    client_order_id: request.client_order_id ?? null,
    takes_now: formatCount(cost.takes),
    takes_for_dollars: formatMoney(cost.takesFor),
    rests: formatCount(cost.rests),
    cost_at_most_dollars: formatMoney(cost.costAtMost),
    fee_estimate_dollars: cost.feeEstimate === undefined ? null : formatMoney(cost.feeEstimate),
    balance_dollars: balance ?? null,
  };
}

const previewColumns: readonly Column<Preview>[] = [
  { name: "dry_run", value: ({ dry_run }) => dry_run, inTable: false },
  { name: "ticker", value: ({ ticker }) => ticker },
  { name: "side", value: ({ side }) => side },
  { name: "count", value: ({ count }) => count },
  { name: "price", value: ({ price }) => price },
  { name: "time_in_force", value: ({ time_in_force }) => time_in_force },
  { name: "takes_now", value: ({ takes_now }) => takes_now },
  { name: "takes_for_dollars", value: ({ takes_for_dollars }) => takes_for_dollars },
  { name: "rests", value: ({ rests }) => rests },
  { name: "cost_at_most_dollars", value: ({ cost_at_most_dollars }) => cost_at_most_dollars },
  { name: "fee_estimate_dollars", value: ({ fee_estimate_dollars }) => fee_estimate_dollars },
  { name: "balance_dollars", value: ({ balance_dollars }) => balance_dollars },
  { name: "client_order_id", value: ({ client_order_id }) => client_order_id },
];

/** Looks up what the order would come to as things are. */
async function reckon(
  client: KalshiClient,
  order: ReadOrder,
  market: Market,
  { subaccount, signal }: { readonly subaccount: number | undefined; readonly signal: AbortSignal },
): Promise<{ readonly cost: OrderCost; readonly balance: string | undefined }> {
  const optional = <Value>(value: Promise<Value>) =>
    value.catch((error) => {
      if (signal.aborted) throw error;
      return undefined;
    });
  const params = subaccount === undefined ? {} : { subaccount };
  const [answer, fees, balance] = await Promise.all([
    client.markets.orderBook(market.ticker, {}, { signal }),
    // An order can be placed without them.
    optional(feesOf(client, market.event_ticker, signal)),
    optional(client.portfolio.balance(params, { signal })),
  ]);
  return { cost: orderCost(order, bookFromRest(answer), fees), balance: balance?.balance_dollars };
}

/** An order in words, with both of its names: who sells YES buys NO. */
function orderWords({ side, count, price, ticker, time_in_force }: CreateOrderV2Request): string {
  const verb = side === "bid" ? "Buy" : "Sell";
  return `${verb} ${count} YES of ${ticker} at ${price} (${time_in_force})`;
}

function costWords({ cost_at_most_dollars, fee_estimate_dollars, takes_now, rests }: Preview): string {
  const fee = fee_estimate_dollars === null
    ? "a fee that is not known"
    : `about ${fee_estimate_dollars} in fees`;
  return `${takes_now} of it takes now, ${rests} rests; it sets aside at most $${cost_at_most_dollars}, and ${fee}`;
}

/** What became of an order, in the fields that `--json` prints. */
interface Placed extends CreateOrderV2Response {
  readonly ticker: string;
  readonly side: string;
  readonly price: string;
  readonly count: string;
  readonly fills: readonly Fill[];
  /** Whether `fills` are all of them: the list of fills runs behind the exchange. */
  readonly fills_are_complete: boolean;
}

const placedColumns: readonly Column<Placed>[] = [
  { name: "order_id", value: ({ order_id }) => order_id },
  { name: "client_order_id", value: ({ client_order_id }) => client_order_id },
  { name: "ticker", value: ({ ticker }) => ticker },
  { name: "side", value: ({ side }) => side },
  { name: "price", value: ({ price }) => price },
  { name: "count", value: ({ count }) => count },
  {
    name: "fill_count",
    value: ({ fill_count }) => fill_count,
    colour: ({ fill_count }) => Number(fill_count) > 0 ? "green" : undefined,
  },
  { name: "remaining_count", value: ({ remaining_count }) => remaining_count },
  { name: "average_fill_price", value: ({ average_fill_price }) => average_fill_price },
  { name: "average_fee_paid", value: ({ average_fee_paid }) => average_fee_paid },
];

const fillColumns: readonly Column<Fill>[] = [
  { name: "fill_id", value: ({ fill_id }) => fill_id },
  { name: "count", value: ({ count_fp }) => count_fp, align: "right" },
  { name: "yes_price", value: ({ yes_price_dollars }) => yes_price_dollars, align: "right" },
  { name: "fee", value: ({ fee_cost }) => fee_cost, align: "right" },
  { name: "is_taker", value: ({ is_taker }) => is_taker },
  { name: "time", value: ({ created_time }) => created_time },
];

/** So often and so long apart the fills are asked for: the list runs behind the exchange. */
const TRIES = 10;
const APART_MS = 200;

/** The fills of an order that says how much of it was filled. */
async function fillsOf(
  client: KalshiClient,
  clock: Clock,
  { order_id, fill_count }: CreateOrderV2Response,
  ticker: string,
  signal: AbortSignal,
): Promise<Pick<Placed, "fills" | "fills_are_complete">> {
  const wanted = parseCount(fill_count);
  let fills: readonly Fill[] = [];
  try {
    for (let tried = 0; wanted > 0 && tried < TRIES && !signal.aborted; tried++) {
      if (tried > 0) await delay(clock, APART_MS, signal);
      fills = (await client.fills.list({ ticker, order_id, limit: 1000 }, { signal })).items;
      if (fills.reduce((sum, { count_fp }) => addFixed(sum, parseCount(count_fp)), 0) >= wanted) break;
    }
  } catch {
    // The order stands, whatever becomes of this look-up; the answer says that not all fills are known.
  }
  const found = fills.reduce((sum, { count_fp }) => addFixed(sum, parseCount(count_fp)), 0);
  return { fills, fills_are_complete: found >= wanted };
}

async function printPlaced({ io }: CliContext, output: Output, placed: Placed): Promise<void> {
  await output.record(placedColumns, placed);
  if (output.format !== "table") return;
  if (placed.fills.length > 0) {
    await io.stdout.write("\n");
    const rows = output.rows(fillColumns);
    for (const fill of placed.fills) await rows.add(fill);
    await rows.end();
  }
  if (!placed.fills_are_complete) {
    await output.note(`Not all fills are listed yet: kalshi portfolio fills --order ${placed.order_id}`);
  }
}

async function placeOrder(context: CliContext, ticker: string, options: Options): Promise<void> {
  const { io, signal } = context;
  const order = readOrder(options);
  const output = openOutput(io, options);
  const { client, isRealMoney, confirm, close } = await openClient(io, options);
  try {
    const market = await client.markets.get(ticker, { signal });
    assertTaken(order, market);
    const request = orderRequest(order, options, market, nowOf(io));
    const isAsked = isRealMoney && options.yes !== true;
    if (options.dryRun === true || isAsked) {
      const { cost, balance } = await reckon(client, order, market, {
        subaccount: options.subaccount,
        signal,
      });
      const preview = previewOf(request, cost, balance);
      if (options.dryRun === true) {
        await output.record(previewColumns, preview);
        return await output.note(`Nothing was sent. ${orderWords(request)}: ${costWords(preview)}.`);
      }
      await confirm(`${orderWords(request)}: ${costWords(preview)}`);
    }
    if (signal.aborted) return;
    // Once it is on its way it is waited for: to stop listening would not stop the order.
    const answer = await client.orders.create(request, { orderRetries: "idempotent" });
    const { side, price, count } = request;
    const fills = await fillsOf(client, io.clock ?? systemClock, answer, ticker, signal);
    await printPlaced(context, output, {
      ...answer,
      ticker,
      side,
      price,
      count,
      ...fills,
    });
  } finally {
    await close();
  }
}

/** Adds the command `order`. */
export function addOrder(program: Command, context: CliContext): void {
  const command = program.command("order <ticker>")
    .description("place an order, exactly once")
    .addOption(
      new Option("--side <side>", "bid buys YES; ask sells YES, which is to buy NO at 1 minus the price")
        .choices(["bid", "ask"]).makeOptionMandatory(),
    )
    .requiredOption("--price <dollars>", "the YES price, on the market's grid, such as 0.56")
    .requiredOption("--count <contracts>", "how many contracts, such as 10 or 2.50")
    .addOption(
      new Option(
        "--tif <time in force>",
        "gtc rests until it is canceled; ioc takes what there is; fok takes all or nothing",
      )
        .choices(Object.keys(timesInForce)).default("gtc"),
    )
    .option("--expires <time>", "let a resting order expire then, such as +1h")
    .option("--post-only", "rest or be canceled: never take")
    .option("--reduce-only", "close what is held and open nothing; with --tif ioc")
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
    .option("--cancel-on-pause", "cancel it when trading pauses")
    .option("--dry-run", "say what it would come to, and send nothing")
    .addHelpText("after", `\nTimes: ${TIME_WORDS}.`);
  addWriteOptions(addOutputOptions(command));
  command.action((ticker: string, options: Options) => placeOrder(context, ticker, options));
}
