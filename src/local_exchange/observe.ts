/** Watches accounts of an exchange for a report. */
import { KalshiConfigError } from "../base/errors.ts";
import { readOptions } from "../base/options.ts";
import type { Exchange } from "./exchange.ts";
import { RunObserver, type RunReport, type RunReportOptions, runReportRules } from "./report/mod.ts";
import { accountOf } from "./steering.ts";

/** Accounts that are watched. */
export interface LocalObserver {
  /** The report of what happened since, as of now. It can be asked for as often as you like. */
  report(): RunReport;
  /** Watches no longer. A second call is harmless. */
  stop(): void;
}

/** Watches accounts, from now on. */
export function observe(
  exchange: Exchange,
  accountIds: readonly string[],
  options: RunReportOptions,
): LocalObserver {
  const read = readOptions("observe", options, runReportRules);
  if (!Array.isArray(accountIds) || accountIds.length === 0) {
    throw new KalshiConfigError("observe: takes a list of the ids of accounts, such as [account.id].");
  }
  const accounts = accountIds.map((id) => accountOf(exchange, id));
  exchange.tick();
  const observer = new RunObserver(exchange, { kind: "exchange", accounts }, read);
  return {
    report() {
      // What is due by now has happened.
      exchange.tick();
      return observer.report();
    },
    stop: () => observer.stop(),
  };
}
