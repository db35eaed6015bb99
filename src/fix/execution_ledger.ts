/** Which execution reports were seen, so that what comes by two ways counts once. */
import type { ExecutionReport } from "../contract/fix/messages.ts";
import { assertValue, readOptions, type Rules, whole, withPreset } from "../base/options.ts";
import { compareExecIds, type ExecIdParts, readExecId } from "./exec_ids.ts";

/** What an {@linkcode ExecutionLedger} is made from. */
export interface ExecutionLedgerOptions {
  /**
   * How many ExecIDs it remembers; the oldest are forgotten first. The drop copy goes 3 hours back: give it more than
   * you get reports in that time.
   *
   * @default 100000
   */
  readonly remember?: number | undefined;
}

/** What the options of a ledger may be. */
export const ledgerRules = { remember: withPreset(whole(1), 100_000) } satisfies Rules<
  ExecutionLedgerOptions
>;

const index = whole(0);

interface Latest {
  readonly id: string;
  readonly parts: ExecIdParts;
}

/**
 * The execution reports that you have had, by their ExecID(17): the session, its reconnects and the drop copy may bring
 * one several times, and each counts once.
 *
 * @example
 * ```ts
 * import { type ExecutionReport, ExecutionLedger } from "@unofficial/kalshi/fix";
 *
 * const ledger = new ExecutionLedger();
 * export function take(report: ExecutionReport): void {
 *   if (ledger.take(report)) console.log(report.ClOrdID, report.ExecType);
 * }
 * ```
 */
export class ExecutionLedger {
  readonly #remember: number;
  readonly #seen = new Set<string>();
  /** The same in a ring, for a set takes ever longer to find its oldest. */
  readonly #ring: string[] = [];
  #oldest = 0;
  readonly #latest = new Map<number, Latest>();

  /**
   * Has seen nothing yet.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong
   */
  constructor(options: ExecutionLedgerOptions = {}) {
    this.#remember = readOptions("ExecutionLedger", options, ledgerRules).remember;
  }

  /**
   * Notes a report; true when it is new. Pending reports have no ExecID of their own (`-1;-1`), and are always new.
   */
  take({ ExecID }: Pick<ExecutionReport, "ExecID">): boolean {
    const parts = readExecId(ExecID);
    if (parts === undefined) return true;
    const { clock, event, exchangeIndex } = parts;
    // Made anew: the text that came is cut out of that of its frame, which would all be remembered.
    const key = `${clock};${event};${exchangeIndex}`;
    if (this.#seen.has(key)) return false;
    this.#remembered(key);
    const latest = this.#latest.get(exchangeIndex);
    if (latest === undefined || compareExecIds(parts, latest.parts) > 0) {
      this.#latest.set(exchangeIndex, { id: ExecID, parts });
    }
    return true;
  }

  #remembered(key: string): void {
    this.#seen.add(key);
    if (this.#ring.length < this.#remember) {
      this.#ring.push(key);
      return;
    }
    this.#seen.delete(this.#ring[this.#oldest] as string);
    this.#ring[this.#oldest] = key;
    this.#oldest = (this.#oldest + 1) % this.#remember;
  }

  /** The exchange indexes that reports came from, ascending. */
  get exchangeIndexes(): number[] {
    return [...this.#latest.keys()].sort((a, b) => a - b);
  }

  /**
   * The highest ExecID of an exchange index: what the drop copy is asked from. Undefined before the first report.
   *
   * @throws {KalshiConfigError} for what is no exchange index
   */
  latest(exchangeIndex = 0): string | undefined {
    assertValue("latest", "exchangeIndex", exchangeIndex, index);
    return this.#latest.get(exchangeIndex)?.id;
  }
}
