/** The end of a recorded market: it closes, somebody says what it was worth, and it pays out. */
import type { Engine } from "../engine/engine.ts";
import type { MarketInfo } from "../world/catalog.ts";
import type { Lifecycle } from "../world/lifecycle.ts";

/** How far one market has come to its end, by what was told. */
export class MarketEnd {
  readonly #info: MarketInfo;
  readonly #engine: Engine;
  readonly #lifecycle: Lifecycle;
  /** What a YES contract is worth, once anybody has said so. */
  #worth: number | undefined;
  #stage: "open" | "determined" | "settled" = "open";

  constructor(info: MarketInfo, engine: Engine, lifecycle: Lifecycle) {
    this.#info = info;
    this.#engine = engine;
    this.#lifecycle = lifecycle;
  }

  /** Whether it has ended, and nobody has said what it is worth. */
  get isUnsettled(): boolean {
    return this.#stage !== "open" && this.#info.settlementValue === undefined;
  }

  /** It closes now. */
  close(): void {
    const { now } = this.#engine;
    if (this.#info.closeAt > now) this.#lifecycle.setCloseTime(this.#info, now);
  }

  /** What it is worth is told, which counts once it has ended. */
  tellWorth(worth: number): void {
    this.#worth = worth;
    if (this.#stage !== "open") this.determine();
  }

  /**
   * Its outcome is known, and `worth` is what a YES contract is worth. Where nobody says it, such as of a scalar market,
   * nothing trades from here on, and it counts once it is told.
   */
  determine(worth = this.#worth): void {
    this.close();
    this.#worth = worth;
    if (this.#stage === "open") this.#stage = "determined";
    if (worth === undefined) return;
    this.#lifecycle.determine(this.#info, worth);
    if (this.#stage === "settled") this.payOut();
  }

  /** It pays out, now or once it is known what it is worth. */
  settle(): void {
    this.#stage = "settled";
    this.determine();
  }

  /** It pays out now, where it is known what it is worth. */
  payOut(): void {
    this.#lifecycle.settle(this.#info);
  }
}

/** So many markets are named. */
const MOST_NAMED = 10;

/** What a report says of markets that have ended and could not be paid out: nothing where there is none. */
export function unsettledSetting(tickers: readonly string[]): Readonly<Record<string, string>> {
  if (tickers.length === 0) return {};
  const more = tickers.length - MOST_NAMED;
  const names = `${tickers.slice(0, MOST_NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  return { "not settled": `${names}: ended, and nobody says what a contract was worth` };
}
