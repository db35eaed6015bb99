/**
 * Rows of REST in the order in which their fills happened.
 *
 * @module
 */

/** A fill of REST, as far as its place in a list goes: of event contracts, or of perps. */
interface FillRow {
  readonly created_time?: string | null | undefined;
  readonly market_ticker?: string | undefined;
  readonly ticker?: string | undefined;
}

const isFill = (item: object): item is FillRow =>
  !("type" in item) && ("trade_id" in item || "fill_id" in item) && "order_id" in item;

/** A fill with its place among those of its market in one millisecond. */
export interface RankedItem {
  readonly item: object;
  readonly rank: number | undefined;
}

/** Those of one millisecond, which came newest first. */
function* ranked(run: readonly FillRow[]): Generator<RankedItem, void, undefined> {
  const places = new Map<string, number>();
  for (const item of [...run].reverse()) {
    const ticker = item.market_ticker ?? item.ticker ?? "";
    const rank = places.get(ticker) ?? 0;
    places.set(ticker, rank + 1);
    yield { item, rank };
  }
}

/**
 * Kalshi lists fills newest first, and so those of one millisecond too, which nothing else tells apart: their order is
 * noted. Everything else goes by as it is.
 */
export async function* inRuns(
  items: AsyncIterable<object> | Iterable<object>,
): AsyncGenerator<RankedItem, void, undefined> {
  let run: FillRow[] = [];
  for await (const item of items) {
    if (run.length > 0 && !(isFill(item) && item.created_time === run[0]?.created_time)) {
      yield* ranked(run);
      run = [];
    }
    if (isFill(item)) run.push(item);
    else yield { item, rank: undefined };
  }
  yield* ranked(run);
}
