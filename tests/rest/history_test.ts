import { assertEquals, assertRejects } from "@std/assert";
import type { KalshiClient } from "../../src/client.ts";
import { KalshiConfigError } from "../../src/base/errors.ts";
import type { HistoryOptions } from "../../src/rest/history.ts";
import { test } from "../support/test.ts";
import { type Recorded, recordingClient } from "./recording.ts";
import { type Json, specs } from "./spec.ts";

interface Joined {
  readonly name: string;
  readonly live: string;
  readonly old: string;
  readonly field: string;
  readonly id: string;
  readonly listAll: (client: KalshiClient, params: Json, options?: HistoryOptions) => AsyncIterable<Json>;
}

const all: readonly Joined[] = [
  {
    name: "fills",
    live: "GetFills",
    old: "GetFillsHistorical",
    field: "fills",
    id: "fill_id",
    listAll: (client, ...args) => client.fills.listAll(...args),
  },
  {
    name: "orders",
    live: "GetOrders",
    old: "GetHistoricalOrders",
    field: "orders",
    id: "order_id",
    listAll: (client, ...args) => client.orders.listAll(...args),
  },
  {
    name: "trades",
    live: "GetTrades",
    old: "GetTradesHistorical",
    field: "trades",
    id: "trade_id",
    listAll: (client, ...args) => client.trades.listAll(...args),
  },
  {
    name: "markets",
    live: "GetMarkets",
    old: "GetHistoricalMarkets",
    field: "markets",
    id: "ticker",
    listAll: (client, ...args) => client.markets.listAll(...args),
  },
];

/** Two pages live, two historical; row 3 moved in between, and row 1 comes twice. */
function moving({ old, field, id }: Joined) {
  const path = specs.event.operationOf(old).path;
  return ({ path: asked, query }: Recorded) => {
    const second = query.some((pair) => pair.startsWith("cursor=") && pair !== "cursor=given");
    const pages = asked === path ? [[3, 4], [5]] : [[1, 2], [3, 1]];
    const rows = pages[second ? 1 : 0]?.map((number) => ({ [id]: `row-${number}` }));
    return Response.json({ [field]: rows, cursor: second ? "" : `${asked}-next` });
  };
}

async function collect(rows: AsyncIterable<Json>): Promise<Json[]> {
  const items: Json[] = [];
  for await (const row of rows) items.push(row);
  return items;
}

const numbers = (rows: Json[], id: string) => rows.map((row) => Number(row[id].slice(4)));

test("with history, live rows come first, then historical ones, and each comes once", async () => {
  for (const joined of all) {
    for (const prefetch of [false, true]) {
      const { client, requests } = recordingClient(moving(joined));
      const params = { limit: 2, cursor: "given" };
      const rows = await collect(joined.listAll(client, params, { history: true, prefetch }));
      assertEquals(numbers(rows, joined.id), [1, 2, 3, 4, 5], joined.name);
      const [live, old] = [
        specs.event.operationOf(joined.live).path,
        specs.event.operationOf(joined.old).path,
      ];
      assertEquals(requests.map(({ path, query }) => [path, ...query]), [
        [live, "cursor=given", "limit=2"],
        [live, `cursor=${live}-next`, "limit=2"],
        [old, "limit=2"],
        [old, `cursor=${old}-next`, "limit=2"],
      ]);
    }
  }
});

test("without history, only live rows come, as they are", async () => {
  for (const joined of all) {
    for (const options of [undefined, {}, { history: false }, { history: undefined }]) {
      const { client, requests } = recordingClient(moving(joined));
      assertEquals(numbers(await collect(joined.listAll(client, {}, options)), joined.id), [1, 2, 3, 1]);
      assertEquals(requests.length, 2);
    }
  }
});

test("maxItems counts over both, and no call is made that is not needed", async () => {
  for (const joined of all) {
    for (
      const [maxItems, expected, calls] of [[0, 0, 0], [2, 2, 1], [3, 3, 2], [4, 4, 3], [9, 5, 4]] as const
    ) {
      const { client, requests } = recordingClient(moving(joined));
      const rows = await collect(joined.listAll(client, {}, { history: true, maxItems }));
      assertEquals([rows.length, requests.length], [expected, calls], `${joined.name} ${maxItems}`);
    }
  }
});

test("a row without its id is never taken for another one", async () => {
  for (const joined of all) {
    const { client } = recordingClient(() => Response.json({ [joined.field]: [{}, {}], cursor: "" }));
    assertEquals((await collect(joined.listAll(client, {}, { history: true }))).length, 4, joined.name);
  }
});

test("filters that only the live call knows are refused by name before anything is sent; the others go to both", async () => {
  for (const joined of all) {
    const live = specs.event.operationOf(joined.live).queryParams;
    const old = specs.event.operationOf(joined.old).queryParams;
    for (const { name, schema } of live) {
      if (name === "cursor") continue;
      const value = schema.enum?.at(-1) ??
        (schema.type === "boolean" ? true : schema.type === "integer" ? 7 : "7");
      const { client, requests } = recordingClient(moving(joined));
      const rows = joined.listAll(client, { [name]: value }, { history: true });
      if (old.some((param) => param.name === name)) {
        await collect(rows);
        for (const { query } of requests) assertEquals(query.includes(`${name}=${value}`), true, name);
        assertEquals(requests.length, 4);
      } else {
        await assertRejects(() => collect(rows), KalshiConfigError, `\`${name}\``);
        assertEquals(requests.length, 0);
      }
    }
  }
});

test("a list goes to both only where both take lists", async () => {
  const tickers = ["A", "B"];
  const markets = all[3] as Joined;
  const { client, requests } = recordingClient(moving(markets));
  await collect(client.markets.listAll({ tickers }, { history: true }));
  assertEquals(requests.map(({ query }) => query.includes("tickers=A,B")), [true, true, true, true]);
  const fills = recordingClient(moving(all[0] as Joined));
  await assertRejects(
    () => collect(fills.client.fills.listAll({ ticker: tickers }, { history: true })),
    KalshiConfigError,
    "one value",
  );
  assertEquals(fills.requests.length, 0);
});
