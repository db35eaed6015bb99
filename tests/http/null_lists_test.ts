import { assertEquals, assertStrictEquals } from "@std/assert";
import { KalshiClient, type KalshiClientOptions } from "../../mod.ts";
import { fillLists } from "../../src/contract/fill_lists.ts";
import { checkResponse } from "../../src/contract/schemas.ts";
import { perpsProduct } from "../rest/products.ts";
import { test } from "../support/test.ts";

/** A client whose every request is answered with this, and which refuses what is not as the contract says. */
function clientOf(answer: unknown, options: KalshiClientOptions = {}): KalshiClient {
  const auth = { keyId: "key", sign: () => Promise.resolve("c2lnbmF0dXJl".repeat(4)) };
  const transport = () => Promise.resolve(Response.json(answer));
  return new KalshiClient({ auth, transport, demo: true, validate: "strict", checkResponse, ...options });
}

const range = { start_ts: 1_790_000_000, end_ts: 1_790_003_600, period_interval: 60 } as const;

test("candlesticks that are null are no candlesticks", async () => {
  await using client = clientOf({ ticker: "M", candlesticks: null });
  const { candlesticks } = await client.markets.candlesticks("S", "M", range);
  assertEquals(candlesticks, []);
  await using bulk = clientOf({ markets: [{ market_ticker: "M", candlesticks: null }, null].slice(0, 1) });
  const markets = await bulk.markets.bulkCandlesticks({ market_tickers: ["M"], ...range });
  assertEquals(markets, [{ market_ticker: "M", candlesticks: [] }]);
  await using none = clientOf({ markets: null });
  assertEquals(await none.markets.bulkCandlesticks({ market_tickers: ["M"], ...range }), []);
});

test("lists in lists, in maps and deep inside are empty ones", async () => {
  await using client = clientOf({
    market_tickers: ["A", "B"],
    market_candlesticks: [null, []],
    adjusted_end_ts: 1,
  });
  const event = await client.events.candlesticks("S", "E", range);
  assertEquals(event.market_candlesticks, [[], []]);
  await using search = clientOf({ tags_by_categories: { Sports: null, Politics: ["a"] } });
  assertEquals(await search.search.tagsByCategories(), { Sports: [], Politics: ["a"] });
  await using keys = clientOf({ api_keys: [{ api_key_id: "a", name: "b", scopes: null }] });
  const { api_keys: [key] } = await keys.apiKeys.list();
  assertEquals(key?.scopes, []);
  await using book = clientOf({ orderbook_fp: { yes_dollars: null, no_dollars: null } });
  assertEquals(await book.markets.orderBook("M"), { yes_dollars: [], no_dollars: [] });
});

test("pages are walked through null for a list, and what the contract does not know stays as it is", async () => {
  await using client = clientOf({ fills: null, cursor: "", newer_list: null });
  const page = await client.fills.list();
  assertEquals([page.items, page.response.fills], [[], []]);
  assertEquals(page.response as unknown, { fills: [], cursor: "", newer_list: null });
  for await (const fill of client.fills.listAll()) throw new Error(`${fill.trade_id} out of nothing`);
});

test("of the margin exchange as well", async () => {
  const answering = (answer: unknown) =>
    perpsProduct.recordingClient(() => Response.json(answer), {
      validate: "strict",
      checkResponse: perpsProduct.checkResponse,
    }).client;
  assertEquals(await answering({ markets: null }).markets.list(), []);
  assertEquals(await answering({ positions: null }).portfolio.positions.list(), []);
  assertEquals(await answering({ exit_triggers: null }).exitTriggers.cross.list("T"), []);
  assertEquals(
    await answering({ points: null }).funding.premiumIndex({ ticker: "T", start_ts: 1, end_ts: 2 }),
    [],
  );
  assertEquals(await answering({ orderbook: { bids: null, asks: null } }).markets.orderBook("T"), {
    bids: [],
    asks: [],
  });
  assertEquals(
    await answering({ risk_controls: null, notional_limits: null }).fcm.subtraders.riskControls(),
    {
      risk_controls: [],
      notional_limits: [],
    },
  );
  const page = await answering({ fills: null, cursor: "" }).portfolio.fills.list();
  assertEquals([page.items, page.response.fills], [[], []]);
});

test("a list that Kalshi says may be null stays null, and an absent one absent", async () => {
  const series = {
    ticker: "S",
    frequency: "daily",
    title: "t",
    category: "c",
    categories: null,
    tags: null,
    settlement_sources: null,
    contract_url: "u",
    contract_terms_url: "u",
    fee_type: "flat",
    fee_multiplier: 1,
    additional_prohibitions: null,
  };
  await using client = clientOf({ series }, { validate: "off" });
  const { tags, settlement_sources, additional_prohibitions, categories } = await client.series.get("S");
  assertEquals([tags, settlement_sources, additional_prohibitions, categories], [null, null, null, []]);
  await using balance = clientOf({ balance: 1 }, { validate: "off" });
  assertEquals("balance_breakdown" in await balance.portfolio.balance(), false);
});

test("also of what a parser has frozen, and of values with odd names", async () => {
  const freeze = <T>(value: T): T => {
    if (typeof value === "object" && value !== null) Object.values(value).forEach(freeze);
    return Object.freeze(value);
  };
  await using client = clientOf({ markets: [{ market_ticker: "M", candlesticks: null }] }, {
    config: { restJsonParse: (body) => freeze(JSON.parse(new TextDecoder().decode(body))) },
    demo: undefined,
  });
  const markets = await client.markets.bulkCandlesticks({ market_tickers: ["M"], ...range });
  assertEquals(markets, [{ market_ticker: "M", candlesticks: [] }]);

  const odd = JSON.parse('{"__proto__":null,"constructor":null,"toString":[null]}');
  const filled = fillLists({ "*": [[]] }, odd) as Record<string, unknown>;
  assertStrictEquals(filled, odd);
  assertEquals(JSON.stringify(filled), '{"__proto__":[],"constructor":[],"toString":[[]]}');
  assertStrictEquals(Object.getPrototypeOf(filled), Object.prototype);
  for (const value of [undefined, null, 1, "text", true]) {
    assertStrictEquals(fillLists({ a: [] }, value), value);
    if (value !== null) assertStrictEquals(fillLists([[]], value), value);
  }
});
