/** A live order book as a component of React, over the feed of `examples/worker`. */
/** @jsxRuntime automatic */
/** @jsxImportSource react */
import type { ReactElement } from "react";
import { useBook } from "./use_book.ts";

type Levels = readonly (readonly [price: string, contracts: number])[];

function Side({ name, levels }: { name: string; levels: Levels }): ReactElement {
  return (
    <table>
      <caption>{name}</caption>
      <thead>
        <tr>
          <th scope="col">Price</th>
          <th scope="col">Contracts</th>
        </tr>
      </thead>
      <tbody>
        {levels.slice(0, 10).map(([price, contracts]) => (
          <tr key={price}>
            <td>{price}</td>
            <td>{contracts.toFixed(2)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The book of a ticker from a feed, such as `wss://example.com/feed`. */
export function Book({ url, ticker }: { url: string; ticker: string }): ReactElement {
  const { isLive, bids, asks, error } = useBook(url, ticker);
  if (error !== undefined) return <p role="alert">{error}</p>;
  return (
    <section aria-label={`Order book of ${ticker}`} style={{ opacity: isLive ? 1 : 0.5 }}>
      <h1>{ticker}</h1>
      <p role="status">{isLive ? "live" : "not live: prices may be old"}</p>
      <Side name="Asks" levels={asks} />
      <Side name="Bids" levels={bids} />
    </section>
  );
}
