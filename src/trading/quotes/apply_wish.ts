/** Puts a wish in the place of the one before it. */
import type { Context } from "./context.ts";
import type { Lane, MarketDesk } from "./desk.ts";
import type { Level } from "./decide.ts";
import { refused } from "./limits.ts";
import type { QuoteWish } from "./types.ts";
import { readWish } from "./wish.ts";

/**
 * Takes a wish, and returns the sides that it speaks of.
 *
 * @throws {KalshiQuoteRefusedError} for one that cannot be; the wish before it stands
 */
export function applyWish(context: Context, desk: MarketDesk, wish: QuoteWish): Lane[] {
  const isRemoval = [wish.bid, wish.ask].every((side) => side === undefined || side === null);
  if (context.state().name === "killed" && !isRemoval) {
    throw refused(desk, "killed", "comes after the kill switch was pulled: open another manager");
  }
  if (desk.market.isOver && !isRemoval) {
    throw refused(desk, "market-closed", `is for a market that is ${desk.market.status}`);
  }
  const read = readWish(desk, wish, context.settings.offGrid);
  context.limits.check(context.desk, desk, read);
  desk.wish = { ...desk.wish, ...wish };
  return (["bid", "ask"] as const).flatMap((side) => {
    // Of a market that was spoken of, orders of an earlier process wait for no other wish.
    const levels = read[side] ?? (desk[side].levels === undefined ? [] : undefined);
    return levels === undefined ? [] : [wishFor(context, desk[side], levels)];
  });
}

function wishFor({ counts }: Context, lane: Lane, levels: readonly Pick<Level, "price" | "count">[]): Lane {
  if (!lane.isServed) counts.coalesced++;
  lane.isServed = false;
  const isSame = lane.levels?.length === levels.length &&
    levels.every(({ price, count }, at) =>
      lane.levels?.[at]?.price === price && lane.levels[at]?.count === count
    );
  // The same again is no reason to try at once what was refused.
  if (!isSame) lane.block = undefined;
  lane.levels = levels.map(({ price, count }) => ({ price, count, left: count }));
  return lane;
}
