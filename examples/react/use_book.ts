/** A hook of React that keeps an order book live from a KalshiFeed: no key in the page, one socket for the ticker. */
import { useEffect, useState } from "react";
import { readFeed } from "../worker/public/feed.js";

/** A book as the page shows it. While it is not live it may be wrong: show it grey, and do not act on it. */
export interface PageBook {
  readonly isLive: boolean;
  /** Price in dollars and contracts, best first. */
  readonly bids: readonly (readonly [price: string, contracts: number])[];
  readonly asks: readonly (readonly [price: string, contracts: number])[];
  /** Why there is no book. */
  readonly error?: string | undefined;
}

const NOTHING: PageBook = { isLive: false, bids: [], asks: [] };

/** The book of a ticker, anew with each change; the socket is closed with the component. */
export function useBook(url: string, ticker: string): PageBook {
  const [book, setBook] = useState(NOTHING);
  useEffect(() => {
    setBook(NOTHING);
    const feed = readFeed(url, [ticker], setBook);
    return () => feed.close();
  }, [url, ticker]);
  return book;
}
