/** A live exchange to be mirrored: another local one, with whatever goes over its network written down. */
import { KalshiClient } from "../../../../src/client.ts";
import { type LocalAccount, LocalExchange } from "../../../../src/local_exchange/mod.ts";
import type { Runtime } from "../../../../src/runtime/types.ts";
import { KalshiStream } from "../../../../src/stream/mod.ts";
import { ManualClock } from "../../../../src/testing/manual_clock.ts";

/** A live exchange, and who reads it. */
export interface Live extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly exchange: LocalExchange;
  readonly account: LocalAccount;
  readonly client: KalshiClient;
  readonly stream: KalshiStream;
  /** What was asked of it: the methods and paths of requests, and the commands of the WebSocket. */
  readonly asked: string[];
  /** Somebody sells to who rests, at this price or better. */
  sell(price: string, count: number, ticker?: string): Promise<void>;
}

/** Writes down what a runtime sends. */
function overheard(runtime: Runtime, asked: string[]): Runtime {
  return {
    ...runtime,
    createHttpPool(options) {
      const pool = runtime.createHttpPool(options);
      return {
        ...pool,
        fetch(url, request) {
          asked.push(`${request.method} ${new URL(url).pathname}`);
          return pool.fetch(url, request);
        },
      };
    },
    async connectWebSocket(url, handlers, options) {
      const socket = await runtime.connectWebSocket(url, handlers, options);
      const send = socket.send.bind(socket);
      socket.send = (data) => {
        asked.push(`cmd ${JSON.parse(`${data}`).cmd}`);
        return send(data);
      };
      return socket;
    },
  };
}

/** Starts one with the markets `tickers`, in which nobody quotes. */
export async function startLive(tickers: readonly string[] = ["M"]): Promise<Live> {
  const clock = new ManualClock(Date.UTC(2026, 10, 24, 14));
  const exchange = LocalExchange.create({ clock, markets: 0, marketMakers: false });
  for (const ticker of tickers) {
    exchange.listMarket({ ticker });
    exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4000", count: "100" });
    exchange.placeCounterOrder({ ticker, side: "ask", price: "0.4500", count: "100" });
  }
  const account = await exchange.createAccount();
  const asked: string[] = [];
  const runtime = overheard(exchange.createRuntime(), asked);
  const options = { auth: account.auth, config: exchange.config, runtime, clock };
  const client = new KalshiClient(options);
  const stream = await KalshiStream.connect({ ...options, lookup: client });
  // Another member: whoever rests does not trade with himself.
  const other = await exchange.createAccount({ balance: "100000.00" });
  const trader = new KalshiClient({ ...options, auth: other.auth, runtime: exchange.createRuntime() });
  return {
    async sell(price, count, ticker = "M") {
      await trader.orders.create({
        ticker,
        side: "ask",
        price,
        count: count.toFixed(2),
        time_in_force: "immediate_or_cancel",
        self_trade_prevention_type: "taker_at_cross",
      });
    },
    clock,
    exchange,
    account,
    client,
    stream,
    asked,
    async [Symbol.asyncDispose]() {
      const closing = stream.close();
      await clock.advance(10_000);
      await closing;
      await client.close();
      await trader.close();
      await exchange.close();
    },
  };
}
