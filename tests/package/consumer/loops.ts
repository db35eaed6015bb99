// Nothing that a loop or a key gives is `any`, which a compiler that cannot read a declaration makes of it in silence.
import {
  KalshiAuth,
  type KalshiClient,
  type Market,
  type PrivateJwk,
  type WebCryptoKey,
} from "@unofficial/kalshi";
import type { KalshiStream } from "@unofficial/kalshi/stream";

type IsAny<T> = 0 extends 1 & T ? true : false;
function known<T>(value: IsAny<T> extends true ? never : T): void {
  void value;
}

declare const jwk: PrivateJwk;
declare const key: WebCryptoKey;

export async function loops(client: KalshiClient, stream: KalshiStream): Promise<void> {
  for await (const market of client.markets.listAll({ status: "open" })) {
    known<typeof market>(market);
    const same: Market = market;
    // @ts-expect-error Prices are strings.
    const price: number = same.yes_bid_dollars;
    void price;
  }
  const list = client.markets.list();
  for await (const market of list) known<Market>(market);
  const page = await list;
  known<typeof page>(page);
  for (const market of page) known<typeof market>(market);
  // @ts-expect-error A page has no price.
  page.yes_bid_dollars;
  const trades = await stream.subscribe("trade", { market_tickers: ["T"] });
  for await (const trade of trades) {
    known<typeof trade>(trade);
    if (trade.type === "trade") known<typeof trade.msg.count_fp>(trade.msg.count_fp);
    // @ts-expect-error There is no such field.
    trade.nothing;
  }
  for await (const status of stream.status()) {
    known<typeof status>(status);
    // @ts-expect-error There is no such field.
    status.nothing;
  }
  const book = await stream.orderBook("T");
  for await (const change of book.changes()) {
    known<typeof change>(change);
    // @ts-expect-error There is no such field.
    change.nothing;
  }
  const next = await book.changes().next();
  known<typeof next.value>(next.value);
  const auths = [await KalshiAuth.fromJwk("id", jwk), KalshiAuth.fromCryptoKey("id", key)];
  known<(typeof auths)[0]>(auths[0] as KalshiAuth);
  // @ts-expect-error A key is no number.
  KalshiAuth.fromCryptoKey("id", 1);
  // @ts-expect-error Nor is a JWK.
  await KalshiAuth.fromJwk("id", 1);
}
