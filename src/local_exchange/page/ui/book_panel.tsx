/** The chosen market's ladder, with the account's own orders in it. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { type Readable, useCell } from "./cell.ts";
import { useMedia } from "./media.ts";
import type { Connection } from "./feed.ts";
import { Ladder } from "./ladder.tsx";
import type { BookView } from "./market_data.ts";

/** Levels of each side; a narrow screen has the ticket below them. */
const ROWS = { wide: 10, narrow: 5 } as const;

/** An order of the account's, as far as the ladder marks it. */
interface OwnOrder {
  readonly ticker: string;
  readonly side: "bid" | "ask";
  readonly price: number;
  readonly remaining: number;
  readonly status: string;
}

/** What the ladder is drawn from. */
export interface BookSource {
  readonly book: Readable<BookView | undefined>;
  readonly orders: Readable<ReadonlyMap<string, OwnOrder>>;
  readonly connection: Readable<Connection>;
}

export function BookPanel(
  { of, onPick }: { readonly of: BookSource; readonly onPick: (side: "bid" | "ask", price: number) => void },
): JSX.Element {
  const book = useCell(of.book);
  const orders = useCell(of.orders);
  const connection = useCell(of.connection);
  const isNarrow = useMedia("(max-width: 699px)");
  const ticker = book?.ticker;
  const own = useMemo(() => {
    const sizes = new Map<string, number>();
    for (const { ticker: of, side, price, remaining, status } of orders.values()) {
      if (of !== ticker || status !== "resting") continue;
      const key = `${side} ${price}`;
      sizes.set(key, (sizes.get(key) ?? 0) + remaining);
    }
    return sizes;
  }, [orders, ticker]);
  return (
    <section class="panel book" aria-labelledby="book-title">
      <header>
        <h2 id="book-title">Order book</h2>
        <span class={book?.isLive ? "tag live" : "tag stale"}>{book?.isLive ? "Live" : "Stale"}</span>
      </header>
      {book === undefined ? <p class="hint">Choose a market.</p> : (
        <Ladder
          name={book.ticker}
          bids={book.bids}
          asks={book.asks}
          rows={isNarrow ? ROWS.narrow : ROWS.wide}
          isLive={book.isLive}
          why={connection.kind === "open" ? book.why : "not connected: these prices are old"}
          ownAt={(side, price) => own.get(`${side} ${price}`) ?? 0}
          onPick={onPick}
        />
      )}
    </section>
  );
}
