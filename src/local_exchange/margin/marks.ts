/**
 * The prices that a margin exchange goes by. The index is what somebody says it is, a maker or a test. The marks are the
 * index moved by the mean premium of the last minute; that of liquidation by half a percent at most, so that no book alone
 * liquidates anybody. They are counted anew with the index, and each second while premiums of the last minute differ.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import { shareOf } from "../units.ts";
import { type MarginMarketInfo, RATE_ONE } from "./model.ts";
import { PremiumIndex } from "./premium.ts";

const SECOND = 1_000;
const WINDOW = 60 * SECOND;
/** Half a percent. */
const MOST_LIQUIDATION_PREMIUM = RATE_ONE / 200;

/** A market's premium, and what is pinned. */
interface Kept {
  readonly premium: PremiumIndex;
  /** The mark that somebody has set; undefined where it follows the index. */
  pinned: number | undefined;
  isWaiting: boolean;
}

/** The prices of one exchange. */
export class Marks {
  readonly #engine: Engine;
  readonly #kept = new Map<MarginMarketInfo, Kept>();
  readonly #onChange: (info: MarginMarketInfo) => void;

  /** `onChange` is told after the index or a mark of a market has become another one. */
  constructor(
    engine: Engine,
    infoOf: (market: MarginMarketInfo["market"]) => MarginMarketInfo,
    onChange: (info: MarginMarketInfo) => void,
  ) {
    this.#engine = engine;
    this.#onChange = onChange;
    engine.watch((event) => {
      if (event.type === "book") this.#sample(infoOf(event.market));
    });
  }

  /** The premium index of a market. */
  premiumOf(info: MarginMarketInfo): PremiumIndex {
    return this.#keptOf(info).premium;
  }

  /** What a contract is worth is this from now on. */
  setIndex(info: MarginMarketInfo, price: number): void {
    info.index = { price, at: this.#engine.now };
    this.#sample(info);
    this.#refresh(info, true);
  }

  /** Both marks are this until told otherwise; undefined lets them follow the index again. */
  pin(info: MarginMarketInfo, price: number | undefined): void {
    this.#keptOf(info).pinned = price;
    this.#refresh(info, false);
  }

  #keptOf(info: MarginMarketInfo): Kept {
    let kept = this.#kept.get(info);
    if (kept === undefined) {
      this.#kept.set(info, kept = { premium: new PremiumIndex(), pinned: undefined, isWaiting: false });
    }
    return kept;
  }

  /** The book or the index has changed. */
  #sample(info: MarginMarketInfo): void {
    const { market: { book }, index: { price } } = info;
    const { premium } = this.#keptOf(info);
    const bid = book.best("bid");
    const ask = book.best("ask");
    const now = bid === undefined || ask === undefined
      ? undefined
      : Math.round((bid + ask - 2 * price) * (RATE_ONE / 2) / price) + 0;
    if (now === premium.value) return;
    premium.set(this.#engine.now, now);
    this.#refreshLater(info);
  }

  #refreshLater(info: MarginMarketInfo): void {
    const kept = this.#keptOf(info);
    if (kept.isWaiting) return;
    kept.isWaiting = true;
    const next = (Math.floor(this.#engine.now / SECOND) + 1) * SECOND;
    this.#engine.schedule.add(next, () => {
      kept.isWaiting = false;
      this.#refresh(info, false);
      // Until the minute has no other premium in it.
      if (next <= kept.premium.since + WINDOW) this.#refreshLater(info);
    });
  }

  #refresh(info: MarginMarketInfo, isNews: boolean): void {
    const { now } = this.#engine;
    const { premium, pinned } = this.#keptOf(info);
    const { index: { price } } = info;
    const mean = premium.mean(now - WINDOW, now) ?? 0;
    const bounded = Math.max(-MOST_LIQUIDATION_PREMIUM, Math.min(MOST_LIQUIDATION_PREMIUM, mean));
    const settlement = pinned ?? Math.max(1, price + shareOf(price, mean, RATE_ONE));
    const liquidation = pinned ?? Math.max(1, price + shareOf(price, bounded, RATE_ONE));
    const isSame = settlement === info.settlementMark.price && liquidation === info.liquidationMark.price;
    if (isSame && !isNews) return;
    info.settlementMark = { price: settlement, at: now };
    info.liquidationMark = { price: liquidation, at: now };
    this.#onChange(info);
  }
}
