/**
 * A trader's session, start to end: `deno task demo` runs it against a local exchange that checks every
 * signature (`--history DAYS`: one that has a past), `deno task demo --live-demo` runs its read-only part against Kalshi's demo environment with the
 * key that KALSHI_KEY_ID and KALSHI_PRIVATE_KEY (or KALSHI_PRIVATE_KEY_PATH) name. KALSHI_API_BASE_URL leads it to
 * another exchange than that one, such as a local one, but never to production.
 */
import { type ClientHooks, KalshiClient, KalshiError, type Market } from "@unofficial/kalshi";
import { complementPrice, formatPrice, parsePrice } from "@unofficial/kalshi/fixed-point";
import { LocalExchange } from "@unofficial/kalshi/local-exchange";
import { backtest } from "./demo_backtest.ts";
import { tradeByFix } from "./fix_session.ts";
import { bold, dim, facts, green, heading, progress, red, short, table } from "./support/print.ts";

const hooks: ClientHooks = {
  onRetry: ({ method, path, attempt, delayMs, error }) =>
    console.log(
      `  ${red("retry")} ${method} ${path}: attempt ${attempt} got ${error.status}, next in ${
        delayMs.toFixed(0)
      } ms`,
    ),
};

async function showStatus(client: KalshiClient): Promise<void> {
  heading("Is the exchange open?");
  const status = await client.exchange.status();
  facts({ "exchange active": status.exchange_active, "trading active": status.trading_active });
}

/** Walks over all open markets page by page, and returns the one that trades most. */
async function showMarkets(client: KalshiClient): Promise<Market> {
  heading("Open markets, page by page");
  const line = progress();
  const markets: Market[] = [];
  let pages = 0;
  for (
    let page = await client.markets.list({ status: "open", limit: 100 });;
    page = await page.next() ?? page
  ) {
    markets.push(...page.items);
    line.show(`page ${++pages}: ${markets.length} markets`);
    if (!page.hasNext || pages === 20) break;
  }
  line.done(`${markets.length} markets on ${pages} page${pages === 1 ? "" : "s"}`);
  const busiest = markets
    .filter(({ yes_bid_dollars, yes_ask_dollars }) =>
      Number(yes_bid_dollars) > 0 && Number(yes_ask_dollars) < 1
    )
    .sort((a, b) => Number(b.volume_fp) - Number(a.volume_fp));
  table(
    ["ticker", "what", "bid", "ask", "volume"],
    busiest.slice(0, 5).map((market) => [
      market.ticker,
      short(market.yes_sub_title, 28),
      market.yes_bid_dollars,
      market.yes_ask_dollars,
      market.volume_fp,
    ]),
  );
  const [first] = busiest.length > 0 ? busiest : markets;
  if (first === undefined) throw new Error("The exchange lists no open market.");
  return first;
}

async function showBook(client: KalshiClient, { ticker }: Market): Promise<void> {
  heading(`Order book of ${ticker}`);
  const { yes_dollars, no_dollars } = await client.markets.orderBook(ticker, { depth: 5 });
  // Both sides come as bids, best last; a NO bid at p is a YES ask at 1 - p.
  const asks = no_dollars.slice(-5).map((
    [price, count],
  ) => [formatPrice(complementPrice(parsePrice(price ?? ""))), count ?? ""]);
  const bids = yes_dollars.slice(-5).reverse();
  table(["", "YES price", "contracts"], [
    ...asks.map(([price = "", count = ""]) => [red("ask"), price, count]),
    ...bids.map(([price, count]) => [green("bid"), String(price), String(count)]),
  ]);
}

async function showAccount(client: KalshiClient): Promise<void> {
  heading("Balance and positions");
  const { balance_dollars, portfolio_value } = await client.portfolio.balance();
  const positions = await client.portfolio.positions.list();
  facts({ "cash": `$${balance_dollars}`, "portfolio value": `$${(portfolio_value / 100).toFixed(2)}` });
  if (positions.items.length === 0) console.log(`  ${dim("no position")}`);
  else {
    table(
      ["ticker", "position", "exposure", "fees"],
      positions.items.map((position) => [
        position.ticker,
        position.position_fp,
        position.market_exposure_dollars,
        position.fees_paid_dollars,
      ]),
    );
  }
}

async function trade(
  client: KalshiClient,
  { ticker, yes_ask_dollars, yes_bid_dollars }: Market,
): Promise<void> {
  heading(`Buy 10 YES at the ask (${yes_ask_dollars}), and leave 5 resting at the bid (${yes_bid_dollars})`);
  const order = { ticker, side: "bid", self_trade_prevention_type: "taker_at_cross" } as const;
  const taken = await client.orders.create({
    ...order,
    count: "10.00",
    price: yes_ask_dollars,
    time_in_force: "immediate_or_cancel",
    client_order_id: crypto.randomUUID(),
  });
  const resting = await client.orders.create({
    ...order,
    count: "5.00",
    price: yes_bid_dollars,
    time_in_force: "good_till_canceled",
    client_order_id: crypto.randomUUID(),
  });
  const orders = [await client.orders.get(taken.order_id), await client.orders.get(resting.order_id)];
  table(
    ["order", "status", "price", "filled", "resting"],
    orders.map((item) => [
      item.order_id.slice(0, 13),
      item.status,
      item.yes_price_dollars,
      item.fill_count_fp,
      item.remaining_count_fp,
    ]),
  );

  heading("Its fills");
  const fills = await client.fills.list({ ticker });
  table(
    ["trade", "price", "count", "fee", "role"],
    fills.items.map((fill) => [
      fill.trade_id.slice(0, 13),
      fill.yes_price_dollars,
      fill.count_fp,
      fill.fee_cost,
      fill.is_taker ? "taker" : "maker",
    ]),
  );

  heading("Cancel what rests");
  const cancelled = await client.orders.cancel(resting.order_id);
  facts({ "cancelled contracts": cancelled.reduced_by });
}

async function follow(
  client: KalshiClient,
  { ticker }: Market,
  exchange: LocalExchange,
): Promise<void> {
  heading(`A live order book of ${ticker}, a fill as it happens, and a restart of the exchange`);
  await using stream = await client.stream();
  await using book = await stream.orderBook(ticker);
  const fills = await stream.fills({ market_tickers: [ticker] }, { recover: true });
  const price = (value: number | undefined) => value === undefined ? "none" : formatPrice(value);
  const best = () => `bid ${price(book.bestBid)}, ask ${price(book.bestAsk)}`;
  facts({ "book": best() });
  if (book.bestAsk === undefined) throw new Error(`Nobody sells ${ticker}.`);
  await client.orders.create({
    ticker,
    side: "bid",
    count: "1.00",
    price: formatPrice(book.bestAsk),
    time_in_force: "immediate_or_cancel",
    self_trade_prevention_type: "taker_at_cross",
  });
  for await (const item of fills) {
    if (item.type !== "fill") continue;
    facts({ "fill": `${item.msg.count_fp} at ${item.msg.yes_price_dollars}` });
    break;
  }
  const changes = book.changes();
  exchange.sockets.restart();
  for await (const change of changes) {
    if (change.type === "stale") facts({ "book": `not to be trusted: ${change.reason}` });
    if (change.type !== "snapshot") continue;
    facts({ "book": `${best()}, after a new connection` });
    break;
  }
}

async function showError(client: KalshiClient): Promise<void> {
  heading("An error says what to do");
  try {
    await client.markets.get("NO-SUCH-MARKET");
  } catch (error) {
    if (!(error instanceof KalshiError)) throw error;
    facts({ "class": error.name, "code": error.code, "outcome": error.outcome, "message": error.message });
  }
}

/** What was there before: days of a market, and how the account did. */
async function showPast(client: KalshiClient, { ticker, event_ticker }: Market): Promise<void> {
  heading(`The last days of ${ticker}`);
  const { series_ticker } = await client.events.get(event_ticker);
  const now = Math.floor(Date.now() / 1_000);
  const { candlesticks } = await client.markets.candlesticks(series_ticker, ticker, {
    start_ts: now - 7 * 86_400,
    end_ts: now + 86_400,
    period_interval: 1_440,
  });
  table(
    ["until", "open", "low", "high", "close", "volume"],
    (candlesticks ?? []).map(({ end_period_ts, price, volume_fp }) => [
      new Date(end_period_ts * 1_000).toISOString().slice(0, 16),
      price.open_dollars ?? "",
      price.low_dollars ?? "",
      price.high_dollars ?? "",
      price.close_dollars ?? "",
      volume_fp,
    ]),
  );

  heading("What the account was paid");
  const settlements = await client.portfolio.settlements.list({ limit: 5 });
  table(
    ["ticker", "result", "YES", "NO", "revenue"],
    settlements.items.map((item) => [
      item.ticker,
      item.market_result,
      item.yes_count_fp,
      item.no_count_fp,
      `$${(item.revenue / 100).toFixed(2)}`,
    ]),
  );
}

async function local(days: number): Promise<void> {
  console.log(bold("A session on a local exchange"));
  await using exchange = await LocalExchange.start({
    port: 0,
    seed: 1,
    fix: true,
    ...(days > 0 && { history: { days } }),
  });
  const account = await exchange.createAccount({ balance: "1000.00", keyType: "rsa", history: days > 0 });
  exchange.step(20);
  facts({ "listens at": exchange.baseUrl, "API key": account.keyId, "key type": "RSA, 2048 bits" });
  await using client = new KalshiClient({ auth: account.auth, config: exchange.config, ...hooks });

  await showStatus(client);
  const market = await showMarkets(client);
  await showBook(client, market);
  if (days > 0) await showPast(client, market);
  await trade(client, market);
  await follow(client, market, exchange);
  await tradeByFix(exchange, account, client, await client.markets.get(market.ticker));
  await showAccount(client);
  await showError(client);

  heading("A read is repeated when the exchange stumbles");
  exchange.fail({ status: 503, times: 2 });
  const { ticker, last_price_dollars } = await client.markets.get(market.ticker);
  console.log(`  ${green("answered")} ${ticker} last traded at ${last_price_dollars}`);

  // With a past of its own there is enough to see.
  if (days === 0) await backtest();

  console.log(`\n${green("Done.")} The same code trades on Kalshi: give it a key and leave the config out.`);
}

/** Ends the program for what its caller has to change. */
function refuse(what: string): never {
  console.error(what);
  Deno.exit(2);
}

async function live(): Promise<void> {
  console.log(bold("A read-only session on Kalshi's demo environment"));
  // A base URL of production's is refused beside KALSHI_DEMO.
  await using client = await KalshiClient.fromEnv({ ...Deno.env.toObject(), KALSHI_DEMO: "true" }, hooks)
    .catch((error) => refuse(error instanceof KalshiError ? error.message : String(error)));
  if (!client.isAuthenticated) {
    refuse(
      "Set KALSHI_KEY_ID, and KALSHI_PRIVATE_KEY or KALSHI_PRIVATE_KEY_PATH, to a key of Kalshi's demo environment.",
    );
  }
  await showStatus(client);
  const market = await showMarkets(client);
  await showBook(client, market);
  await showAccount(client);
  await showError(client);
}

let isLive = false;
let days = 0;
const unknown: string[] = [];
for (let index = 0; index < Deno.args.length; index++) {
  const argument = Deno.args[index] ?? "";
  if (argument === "--live-demo") isLive = true;
  else if (argument === "--history" || argument.startsWith("--history=")) {
    const value = argument === "--history" ? Deno.args[++index] : argument.slice("--history=".length);
    days = /^\d{1,3}$/.test(value ?? "") ? Number(value) : 0;
    if (days < 1 || days > 365) {
      refuse(
        `--history takes the days of the exchange's past, a whole number from 1 to 365; got ${
          value ?? "nothing"
        }.`,
      );
    }
  } else unknown.push(argument);
}
if (unknown.length > 0) {
  refuse(`The demo knows no ${unknown.join(" ")}; only --live-demo and --history DAYS.`);
}
if (isLive && days > 0) refuse("--history is for the local exchange: leave it out with --live-demo.");
await (isLive ? live() : local(days));
