/**
 * What to do about the errors of the margin exchange.
 *
 * @module
 */

import { parsePrice, priceGrid } from "../base/fixed_point.ts";
import { perpsRemedyOf, TOO_FAR } from "../base/perps_codes.ts";
import type { MarginMarket } from "../contract/perps/types.ts";
import type { Advice } from "../http/error_advice.ts";

/** A price above all that are traded, in dollars. */
const FAR = "100000000.0000";

/** What a client of perps says of errors. */
export const perpsAdvice: Advice = {
  remedyOf: perpsRemedyOf,
  grids: {
    of: (market) => (market as Partial<MarginMarket>).tick_size,
    read(said) {
      const step = String(said);
      return {
        grid: priceGrid([{ start: "0.0000", end: FAR, step }]),
        words: `every multiple of ${step}`,
      };
    },
    onGrid: `${TOO_FAR} Or the tick has changed: get the market again.`,
    end: parsePrice(FAR),
  },
};
