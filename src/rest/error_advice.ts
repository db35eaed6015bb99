/**
 * What to do about the errors of the event exchange.
 *
 * @module
 */

import { priceGrid } from "../base/fixed_point.ts";
import { remedyOf } from "../base/server_codes.ts";
import type { Market, PriceRange } from "../contract/event/types.ts";
import type { Advice } from "../http/error_advice.ts";

/** What a client of event contracts says of errors. */
export const eventAdvice: Advice = {
  remedyOf,
  grids: {
    of: (market) => (market as Partial<Market>).price_ranges,
    read(said) {
      const ranges = said as readonly PriceRange[];
      const words = ranges.map(({ start, end, step }) => `${start} to ${end} in steps of ${step}`).join(", ");
      return { grid: priceGrid(ranges), words };
    },
    onGrid: "the grid may have changed, get the market again.",
    // A dollar.
    end: 10_000,
  },
};
