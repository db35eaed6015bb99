/**
 * `kalshi portfolio`
 *
 * @module
 */
import { type Command, Option } from "commander";
import type { KalshiClient } from "../../client.ts";
import type { GetFillsParams, GetOrdersParams } from "../../contract/event/operations.ts";
import type { CliContext } from "../context.ts";
import { CliError } from "../exit_codes.ts";
import { addConnectionOptions, addOutputOptions, wholeNumber } from "../options.ts";
import { type ConnectionOptions, openClient } from "../open_client.ts";
import { openOutput, type Output, type OutputOptions, type RowPrinter, type RowsOptions } from "../output.ts";
import {
  balanceColumns,
  fillColumns,
  orderColumns,
  positionColumns,
  readPositions,
} from "../portfolio_rows.ts";
import type { Progress } from "../progress.ts";
import { nowOf, parseTime, TIME_WORDS, unixSeconds } from "../times.ts";

type Options = OutputOptions & ConnectionOptions;

interface ListOptions {
  readonly market?: string;
  readonly subaccount?: number;
  readonly limit: number;
  readonly all?: boolean;
}

interface OrdersOptions extends ListOptions {
  readonly clientOrderId?: string;
  readonly status: "resting" | "canceled" | "executed" | "any";
}

interface FillsOptions extends ListOptions {
  readonly order?: string;
  readonly from?: string;
  readonly to?: string;
}

interface PositionsOptions {
  readonly market?: string;
  readonly subaccount?: number;
  readonly mark: "close" | "mid";
  readonly all?: boolean;
}

/** What a part of the portfolio is printed with. */
interface Part {
  readonly context: CliContext;
  readonly client: KalshiClient;
  readonly output: Output;
  readonly progress: Progress;
  /** Puts the name of the part into each object, where objects of several parts follow each other. */
  readonly isNamed: boolean;
}

/** How the rows of a part are printed. */
const named = <Row>({ isNamed }: Part, kind: string): RowsOptions<Row> =>
  isNamed ? { json: (row) => ({ kind, ...row }) } : {};

async function printBalance(part: Part, { subaccount }: { readonly subaccount?: number }): Promise<void> {
  const { client, context: { signal }, output, isNamed } = part;
  const balance = await client.portfolio.balance(subaccount === undefined ? {} : { subaccount }, { signal });
  await output.record(balanceColumns, balance, isNamed ? { kind: "balance", ...balance } : balance);
}

async function printPositions(part: Part, options: PositionsOptions): Promise<void> {
  const { client, context, output } = part;
  const positions = await readPositions(context, client, output, options);
  const rows = output.rows(positionColumns, named(part, "position"));
  for (const position of positions) await rows.add(position);
  await rows.end();
  if (positions.length === 0) await output.note("Nothing is held.");
}

/** Prints rows of a walk, `most` of them at most. */
async function printSome<Row>(
  { output, progress }: Part,
  rows: RowPrinter<Row>,
  items: AsyncIterable<Row>,
  most: number,
  what: string,
): Promise<void> {
  let count = 0;
  let isCut = false;
  for await (const item of items) {
    isCut = count === most;
    if (isCut) break;
    count++;
    await rows.add(item);
    progress.show(`${count} ${what}`);
  }
  await progress.done();
  await rows.end();
  if (count === 0) await output.note(`No ${what}.`);
  if (isCut) await output.note(`There are more than ${most}: --limit and --all show them.`);
}

const most = ({ all, limit }: ListOptions): number => all === true ? Infinity : limit;

/** Prints the one order that has an id of the caller's. */
async function printNamedOrder(
  { client, context: { signal }, output }: Part,
  id: string,
  filters: GetOrdersParams,
) {
  const order = await client.orders.getByClientOrderId(id, filters, { signal, history: true });
  if (order === undefined) {
    throw new CliError(
      "refused",
      "There is no such order; what was placed a moment ago may not be listed yet.",
    );
  }
  const rows = output.rows(orderColumns.map((column) => ({ ...column, inTable: true })));
  await rows.add(order);
  await rows.end();
}

async function printOrders(part: Part, options: OrdersOptions): Promise<void> {
  const { client, context: { signal }, output } = part;
  const { status, market, subaccount } = options;
  const filters = {
    limit: Math.min(1000, most(options) + 1),
    ...(status !== "any" && { status }),
    ...(market !== undefined && { ticker: market }),
    ...(subaccount !== undefined && { subaccount }),
  };
  const { clientOrderId } = options;
  if (clientOrderId !== undefined) {
    const { status: _, limit: __, ...others } = filters;
    return await printNamedOrder(part, clientOrderId, others);
  }
  const rows = output.rows(orderColumns, named(part, "order"));
  const words = status === "any" ? "orders" : `${status} orders`;
  await printSome(part, rows, client.orders.listAll(filters, { signal }), most(options), words);
}

async function printFills(part: Part, options: FillsOptions): Promise<void> {
  const { client, context: { io, signal }, output } = part;
  const { market, subaccount, order, from, to, all } = options;
  const time = (option: string, text: string) => unixSeconds(parseTime(option, text, nowOf(io)));
  const filters: GetFillsParams = {
    limit: Math.min(1000, most(options) + 1),
    ...(market !== undefined && { ticker: market }),
    ...(subaccount !== undefined && { subaccount }),
    ...(order !== undefined && { order_id: order }),
    ...(from !== undefined && { min_ts: time("--from", from) }),
    ...(to !== undefined && { max_ts: time("--to", to) }),
  };
  // Archived ones are asked for where all there were are wanted; an order's own have no archive of theirs.
  const history = order === undefined && (all === true || from !== undefined);
  const rows = output.rows(fillColumns, { ...named(part, "fill"), isLive: all === true });
  const items = client.fills.listAll(filters, { signal, history });
  await printSome(part, rows, items, most(options), "fills");
}

/** Runs the printing of a part, or of several, with a client. */
async function withPart(
  context: CliContext,
  options: Options,
  isNamed: boolean,
  print: (part: Part) => Promise<void>,
): Promise<void> {
  const { io } = context;
  const output = openOutput(io, options);
  const { client, close } = await openClient(io, options);
  const progress = context.progress();
  try {
    await print({ context, client, output, progress, isNamed });
  } finally {
    await progress.done();
    await close();
  }
}

/** Everything, a part after the other. */
async function printAll(part: Part): Promise<void> {
  const { output, context: { io } } = part;
  const heading = async (text: string) => {
    if (output.format === "table") await io.stdout.write(`\n${output.paint("bold", text)}\n`);
  };
  await printBalance(part, {});
  await heading("Positions");
  await printPositions(part, { mark: "close" });
  await heading("Resting orders");
  await printOrders(part, { status: "resting", limit: 100 });
  await heading("Latest fills");
  await printFills(part, { limit: 10 });
}

const subaccountOption = (words: string) =>
  new Option("--subaccount <n>", words).argParser(wholeNumber(0, 63));

function addBalance(portfolio: Command, context: CliContext): void {
  const command = portfolio.command("balance").description("cash, and the value of what is held")
    .addOption(subaccountOption("of this subaccount; the primary one unless told"));
  addConnectionOptions(addOutputOptions(command));
  command.action((options: Options & { readonly subaccount?: number }) =>
    withPart(context, options, false, (part) => printBalance(part, options))
  );
}

function addPositions(portfolio: Command, context: CliContext): void {
  const command = portfolio.command("positions").description(
    "positions with what they cost, their mark and P&L",
  )
    .option("--market <ticker>", "of this market")
    .addOption(
      new Option("--mark <by>", "close: the price at which it can be closed now; mid: the middle")
        .choices(["close", "mid"]).default("close"),
    )
    .option("--all", "also those that are closed")
    .addOption(subaccountOption("of this subaccount; the primary one unless told"));
  addConnectionOptions(addOutputOptions(command));
  command.action((options: Options & PositionsOptions) =>
    withPart(context, options, false, (part) => printPositions(part, options))
  );
}

function addOrders(portfolio: Command, context: CliContext): void {
  const command = portfolio.command("orders").description("orders, those that rest unless told")
    .addOption(
      new Option("--status <status>", "orders in this state").default("resting")
        .choices(["resting", "canceled", "executed", "any"]),
    )
    .option("--client-order-id <id>", "the one with this id of yours, whatever its state")
    .option("--market <ticker>", "on this market")
    .addOption(subaccountOption("of this subaccount; of all unless told"))
    .option("--limit <n>", "how many", wholeNumber(1), 100)
    .option("--all", "all of them");
  addConnectionOptions(addOutputOptions(command));
  command.action((options: Options & OrdersOptions) => {
    if (options.clientOrderId?.trim() === "") {
      throw new CliError("usage", "--client-order-id takes an id of yours; it is empty.");
    }
    return withPart(context, options, false, (part) => printOrders(part, options));
  });
}

function addFills(portfolio: Command, context: CliContext): void {
  const command = portfolio.command("fills").description("fills, newest first")
    .option("--market <ticker>", "on this market")
    .option("--order <id>", "of this order")
    .option("--from <time>", "from then on")
    .option("--to <time>", "until then")
    .addOption(subaccountOption("of this subaccount; of all unless told"))
    .option("--limit <n>", "how many", wholeNumber(1), 50)
    .option("--all", "all that there ever were")
    .addHelpText("after", `\nTimes: ${TIME_WORDS}.`);
  addConnectionOptions(addOutputOptions(command));
  command.action((options: Options & FillsOptions) => {
    if (options.order !== undefined && options.order.trim() === "") {
      throw new CliError("usage", "--order takes the id of an order; it is empty.");
    }
    return withPart(context, options, false, (part) => printFills(part, options));
  });
}

/** Adds the command `portfolio`. */
export function addPortfolio(program: Command, context: CliContext): void {
  const portfolio = program.command("portfolio")
    .description("balance, positions, resting orders and fills; or one of them")
    .option("--json", "print one JSON object a line, each with its kind");
  addConnectionOptions(portfolio);
  portfolio.action((options: Options) => withPart(context, options, true, printAll));
  for (const add of [addBalance, addPositions, addOrders, addFills]) add(portfolio, context);
}
