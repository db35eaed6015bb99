/**
 * `kalshi perps …`
 *
 * @module
 */
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { addPerpsBook } from "../perps/book.ts";
import { addPerpsLook } from "../perps/look.ts";
import { addPerpsCancel, addPerpsOrder } from "../perps/order.ts";
import { addPerpsPortfolio } from "../perps/portfolio.ts";

/** Adds the commands for perps. */
export function addPerps(program: Command, context: CliContext): void {
  const perps = program.command("perps")
    .description("perpetual futures: markets, books, funding, orders, portfolio")
    .enablePositionalOptions()
    .addHelpText("after", "\nKeys come from KALSHI_PERPS_KEY_ID and KALSHI_PERPS_PRIVATE_KEY_PATH.");
  addPerpsLook(perps, context);
  addPerpsBook(perps, context);
  addPerpsOrder(perps, context);
  addPerpsCancel(perps, context);
  addPerpsPortfolio(perps, context);
}
