/**
 * Every command, in the order of the help.
 *
 * @module
 */
import type { Command } from "commander";
import { addBacktest } from "./commands/backtest.ts";
import { addBook } from "./commands/book.ts";
import { addCancel } from "./commands/cancel.ts";
import { addCandles } from "./commands/candles.ts";
import { addCompletions } from "./commands/completions.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addExchange } from "./commands/exchange.ts";
import { addExport } from "./commands/export.ts";
import { addHistory } from "./commands/history.ts";
import { addMarket } from "./commands/market.ts";
import { addMarkets } from "./commands/markets.ts";
import { addOrder } from "./commands/order.ts";
import { addPaper } from "./commands/paper.ts";
import { addPerps } from "./commands/perps.ts";
import { addPortfolio } from "./commands/portfolio.ts";
import { addQuotes } from "./commands/quotes.ts";
import { addSpec } from "./commands/spec.ts";
import { addTrades } from "./commands/trades.ts";
import { addRecord } from "./commands/record.ts";
import { addReplay } from "./commands/replay.ts";
import type { CliContext } from "./context.ts";

/** Puts a command, or a few that belong together, on the program. */
export type AddCommand = (program: Command, context: CliContext) => void;

/** What puts the commands on the program. */
export const commands: readonly AddCommand[] = [
  addExchange,
  addDoctor,
  addMarkets,
  addMarket,
  addBook,
  addTrades,
  addCandles,
  addHistory,
  addOrder,
  addCancel,
  addQuotes,
  addPortfolio,
  addPerps,
  addSpec,
  addCompletions,
  addRecord,
  addReplay,
  addExport,
  addBacktest,
  addPaper,
];
