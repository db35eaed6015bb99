/**
 * `kalshi perps portfolio`
 *
 * @module
 */
import type { Command } from "commander";
import type { PerpsClient } from "../../perps/client.ts";
import type { CliContext } from "../context.ts";
import { addConnectionOptions, addOutputOptions, wholeNumber } from "../options.ts";
import type { ConnectionOptions } from "../open_client.ts";
import { openOutput, type Output, type OutputOptions, type RowsOptions } from "../output.ts";
import { perpsBalanceColumns, perpsFillColumns, perpsOrderColumns, perpsPositionColumns } from "./columns.ts";
import { openPerps } from "./open_perps.ts";

type Options = OutputOptions & ConnectionOptions & { readonly limit: number };

/** What a part is printed with. */
interface Part {
  readonly client: PerpsClient;
  readonly output: Output;
  readonly signal: AbortSignal;
  readonly limit: number;
  /** Puts the name of the part into each object, where objects of several parts follow each other. */
  readonly isNamed: boolean;
}

const named = <Row>({ isNamed }: Part, kind: string): RowsOptions<Row> =>
  isNamed ? { json: (row) => ({ kind, ...row }) } : {};

async function printBalance(part: Part): Promise<void> {
  const { client, output, signal } = part;
  const { subaccount_balances } = await client.portfolio.balance(
    { compute_available_balance: true },
    { signal },
  );
  const rows = output.rows(perpsBalanceColumns, named(part, "balance"));
  for (const balance of subaccount_balances) await rows.add(balance);
  await rows.end();
}

async function printPositions(part: Part): Promise<void> {
  const { client, output, signal } = part;
  const [positions, { positions: risks }] = await Promise.all([
    client.portfolio.positions.list({}, { signal }),
    client.risk.get({ signal }),
  ]);
  const rows = output.rows(perpsPositionColumns, named(part, "position"));
  for (const position of positions) {
    const risk = risks.find(({ market_ticker, subaccount }) =>
      market_ticker === position.market_ticker && subaccount === position.subaccount
    );
    await rows.add({ ...position, risk });
  }
  await rows.end();
  if (positions.length === 0) await output.note("Nothing is held.");
}

async function printOrders(part: Part): Promise<void> {
  const { client, output, signal, limit } = part;
  const rows = output.rows(perpsOrderColumns, named(part, "order"));
  let count = 0;
  for await (const order of client.orders.listAll({ status: "resting" }, { signal, maxItems: limit })) {
    count++;
    await rows.add(order);
  }
  await rows.end();
  if (count === 0) await output.note("No resting orders.");
}

async function printFills(part: Part): Promise<void> {
  const { client, output, signal, limit } = part;
  const rows = output.rows(perpsFillColumns, named(part, "fill"));
  let count = 0;
  for await (const fill of client.portfolio.fills.listAll({}, { signal, maxItems: limit })) {
    count++;
    await rows.add(fill);
  }
  await rows.end();
  if (count === 0) await output.note("No fills.");
}

const parts = [
  ["balance", "equity, margin and what is available, by subaccount", "Balance", printBalance],
  ["positions", "positions with mark, P&L, leverage and liquidation price", "Positions", printPositions],
  ["orders", "resting orders", "Resting orders", printOrders],
  ["fills", "fills, newest first", "Latest fills", printFills],
] as const;

/** Adds the command `perps portfolio`. */
export function addPerpsPortfolio(perps: Command, { io, signal }: CliContext): void {
  const run = async (options: Options, isNamed: boolean, print: (part: Part) => Promise<void>) => {
    const output = openOutput(io, options);
    const { client, close } = await openPerps(io, options);
    try {
      await print({ client, output, signal, limit: options.limit, isNamed });
    } finally {
      await close();
    }
  };
  const portfolio = perps.command("portfolio")
    .description("balance, positions, resting orders and fills; or one of them")
    .option("--json", "print one JSON object a line, each with its kind")
    .option("--limit <n>", "how many orders and fills", wholeNumber(1), 10);
  addConnectionOptions(portfolio);
  portfolio.action((options: Options) =>
    run(options, true, async (part) => {
      for (const [name, , heading, print] of parts) {
        if (name !== "balance" && part.output.format === "table") {
          await io.stdout.write(`\n${part.output.paint("bold", heading)}\n`);
        }
        await print(part);
      }
    })
  );
  for (const [name, description, , print] of parts) {
    const command = portfolio.command(name).description(description);
    if (name === "orders" || name === "fills") {
      command.option("--limit <n>", "how many", wholeNumber(1), 50);
    }
    addConnectionOptions(addOutputOptions(command));
    command.action((options: Options) => run(options, false, print));
  }
}
