/** Keeps order books in a page, from a KalshiFeed. No key, no dependency. */

const hundredths = (decimal) => Math.round(Number(decimal) * 100);

/**
 * Reads books until `close()` is called on what it returns, and calls `onBook` after each change with
 * `{ ticker, isLive, bids, asks, error }`: lists of `[price in dollars, contracts]`, best first. A book that is not
 * live may be wrong: do not act on it. `error` says why there is none.
 */
export function readFeed(url, tickers, onBook) {
  const books = new Map(
    tickers.map((ticker) => [ticker, { isLive: false, yes: new Map(), no: new Map() }]),
  );
  let socket;
  let timer;
  let silenceMs = 15_000;
  let attempt = 0;
  let isClosed = false;

  const sorted = (side, sign) =>
    [...side].sort(([a], [b]) => sign * (Number(a) - Number(b))).map(([price, size]) => [price, size / 100]);
  const show = (ticker) => {
    const { isLive, yes, no, error } = books.get(ticker);
    onBook({ ticker, isLive, bids: sorted(yes, -1), asks: sorted(no, 1), error });
  };
  const lose = (ticker, error) => {
    const book = books.get(ticker);
    if (book === undefined) return;
    book.isLive = false;
    book.error = error;
    show(ticker);
  };

  const take = {
    status: ({ msg }) => silenceMs = 3 * msg.heartbeat_ms,
    heartbeat: ({ id }) => socket.send(JSON.stringify({ cmd: "heartbeat", id })),
    orderbook_snapshot({ msg }) {
      const side = (levels) => new Map(levels.map(([price, count]) => [price, hundredths(count)]));
      const { market_ticker, yes_dollars_fp, no_dollars_fp } = msg;
      books.set(market_ticker, { isLive: true, yes: side(yes_dollars_fp), no: side(no_dollars_fp) });
      show(market_ticker);
    },
    orderbook_delta({ msg }) {
      const side = books.get(msg.market_ticker)[msg.side];
      const size = (side.get(msg.price_dollars) ?? 0) + hundredths(msg.delta_fp);
      if (size > 0) side.set(msg.price_dollars, size);
      else side.delete(msg.price_dollars);
      show(msg.market_ticker);
    },
    stale: ({ msg }) => lose(msg.market_ticker),
    // Of a book that cannot be had, or of a command, which this page does not send.
    error: ({ msg }) => msg.channel ?? lose(msg.market_ticker, msg.msg),
  };

  const connect = () => {
    const mine = socket = new WebSocket(`${url}?tickers=${tickers.join(",")}`);
    const lost = () => {
      if (mine !== socket) return;
      socket = undefined;
      clearTimeout(timer);
      for (const ticker of books.keys()) lose(ticker);
      if (!isClosed) timer = setTimeout(connect, Math.random() * Math.min(500 * 2 ** attempt++, 30_000));
    };
    // Heartbeats come also when no price moves: silence means that nobody is there.
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        mine.close();
        lost();
      }, silenceMs);
    };
    watch();
    mine.onmessage = ({ data }) => {
      if (mine !== socket) return;
      attempt = 0;
      watch();
      const frame = JSON.parse(data);
      take[frame.type]?.(frame);
    };
    mine.onclose = lost;
    mine.onerror = lost;
  };

  connect();
  return {
    close() {
      isClosed = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
}
