/** How makers quote perpetual futures: around what the contract is worth, with a premium that wanders. */
import { snapDown, stepAt } from "../engine/price_grid.ts";
import type { Random } from "../random.ts";
import type { Quoting } from "../world/makers.ts";
import type { MarginCatalog } from "./catalog.ts";
import type { Marks } from "./marks.ts";
import type { MarginMarketInfo } from "./model.ts";

/** As much of an exchange as its makers look at. */
interface Quoted {
  readonly catalog: MarginCatalog;
  readonly marks: Marks;
}

/** A step is so small a part of the price: half a thousandth. */
const STEPS = 2_000;
/** They do not lead a price higher than this: 400 dollars. */
const MOST_INDEX = 4_000_000;
/** What makers believe is this many steps from the index at most. */
const MOST_PREMIUM_STEPS = 4;

/** How makers quote on a margin exchange; each of their rounds moves the index of the market. */
export function marginQuoting({ catalog, marks }: Quoted, random: Random): Quoting<MarginMarketInfo> {
  const stepOf = ({ index: { price }, tick }: MarginMarketInfo) =>
    Math.max(1, Math.round(price / STEPS / tick)) * tick;
  return {
    listed: catalog.listed,
    find: (market) => catalog.infoOf(market),
    wander(info, steps) {
      const step = stepOf(info);
      const premium = Math.round((info.fair - info.index.price) / step) + random.int(3) - 1;
      const bounded = Math.max(-MOST_PREMIUM_STEPS, Math.min(MOST_PREMIUM_STEPS, premium));
      const index = Math.max(100 * info.tick, Math.min(MOST_INDEX, info.index.price + steps * step));
      info.fair = index + bounded * step;
      marks.setIndex(info, index);
    },
    stepOf,
    priceOn({ bands }, side, wanted) {
      const below = Math.max(1, snapDown(bands, wanted));
      return side === "bid" || below === wanted ? below : below + stepAt(bands, below);
    },
  };
}
