/** The chosen market's ladder, with the account's own orders in it. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { useCell } from "./cell.ts";
import { useMedia } from "./media.ts";
import type { Desk } from "./desk.ts";
import { Ladder } from "./ladder.tsx";

/** Levels of each side; a narrow screen has the ticket below them. */
const ROWS = { wide: 10, narrow: 5 } as const;

export function BookPanel(
  { desk, onPick }: { readonly desk: Desk; readonly onPick: (side: "bid" | "ask", price: number) => void },
): JSX.Element {
  const book = useCell(desk.markets.book);
  const orders = useCell(desk.account.orders);
  const connection = useCell(desk.connection);
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
