import { assert, assertEquals, assertRejects } from "@std/assert";
import type { KalshiClient, Market } from "../../mod.ts";
import { KalshiError } from "../../src/base/errors.ts";
import { Page, PageCall } from "../../src/http/page.ts";
import { follow, sample } from "../contract/samples.ts";
import { SimClock } from "../rate_limits/sim_clock.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { call, isPaged, products } from "./products.ts";
import { type Recorded, recordingClient } from "./recording.ts";
import { type Json, queryOnWire, type SpecOperation } from "./spec.ts";

/** The queries of the three pages: the same filters, and the cursor of the page before. */
function queriesOf(operation: SpecOperation, query: Record<string, unknown>): string[][] {
  return [query.cursor, "page-2", "page-3"].map((cursor) => queryOnWire(operation, { ...query, cursor }));
}

for (const { name, spec, calls, request, argumentsFor, recordingClient } of products) {
  const paged = calls.filter(([, operation]) => isPaged(operation));

  /** Three pages, the second of them empty. */
  const threePages = (operation: SpecOperation) => (_: Recorded, index: number): Response => {
    const body = sample(spec, operation.answer);
    const { properties } = follow(spec, operation.answer);
    for (const [name, property] of Object.entries<Json>(properties)) {
      if (index === 1 && follow(spec, property).type === "array") body[name] = [];
    }
    const field = "next_cursor" in body ? "next_cursor" : "cursor";
    body[field] = ["page-2", "page-3", null][index];
    return Response.json(body);
  };

  test(`${name}: listAll goes on to the last page, past an empty one, with the same filters`, async () => {
    for (const [method, operation] of paged) {
      const sent = request(operation, "full");
      const { client, requests } = recordingClient(threePages(operation));
      const items: unknown[] = [];
      for await (const item of call(client, `${method}All`, ...argumentsFor(operation, sent))) {
        items.push(item);
      }
      assertEquals(items.length, 4, method);
      assertEquals(requests.map(({ query }) => query), queriesOf(operation, sent.query), method);
    }
  });

  test(`${name}: a list call that is not awaited walks over every page and asks once for each`, async () => {
    for (const [method, operation] of paged) {
      const sent = request(operation, "full");
      const { client, requests } = recordingClient(threePages(operation));
      const items: unknown[] = [];
      const list: PageCall<unknown> = call(client, method, ...argumentsFor(operation, sent));
      assert(list instanceof PageCall && list instanceof Promise, method);
      for await (const item of list) items.push(item);
      assertEquals(items.length, 4, method);
      assertEquals(requests.map(({ query }) => query), queriesOf(operation, sent.query), method);
    }
  });

  test(`${name}: a page leads to the next one with the same filters, until there is none`, async () => {
    for (const [method, operation] of paged) {
      const sent = request(operation, "full");
      const { client, requests } = recordingClient(threePages(operation));
      let page: Page<unknown> | undefined = await call(client, method, ...argumentsFor(operation, sent));
      assert(page instanceof Page);
      const counts: number[] = [];
      while (page !== undefined) {
        counts.push(page.items.length);
        page = await page.next();
      }
      assertEquals(counts, [2, 0, 2], method);
      assertEquals(requests.map(({ query }) => query), queriesOf(operation, sent.query), method);
    }
  });

  test(`${name}: a walk takes no more pages than it needs`, async () => {
    for (const [method, operation] of paged) {
      const args = argumentsFor(operation, request(operation, "least"));
      const { client, requests } = recordingClient(threePages(operation));
      const items: unknown[] = [];
      for await (const item of call(client, `${method}All`, ...args, { maxItems: 2 })) items.push(item);
      assertEquals([items.length, requests.length], [2, 1], method);
    }
  });

  test(`${name}: a page that names itself as the next one is an error, by hand as in a walk`, async () => {
    for (const [method, operation] of paged) {
      const args = argumentsFor(operation, request(operation, "least"));
      const same: typeof threePages = (operation) => (request) => threePages(operation)(request, 0);
      const { client, requests } = recordingClient(same(operation));
      const page: Page<unknown> = await call(client, method, ...args);
      const second = await page.next().catch((error) => error);
      assert(second instanceof KalshiError && second.code === "PAGINATION", method);
      const walk = async () => {
        for await (const _ of call(client, `${method}All`, ...args)) { /* walk */ }
      };
      await assertRejects(walk, KalshiError, "same next page");
      assertEquals(requests.length, 4, method);
    }
  });
}

/** Two pages of two markets. */
function twoPages(): { client: KalshiClient; cursors: () => (string | undefined)[] } {
  const { client, requests } = recordingClient(({ query }) =>
    Response.json(
      query.includes("cursor=b")
        ? { markets: [{ ticker: "C" }, { ticker: "D" }], cursor: "" }
        : { markets: [{ ticker: "A" }, { ticker: "B" }], cursor: "b" },
    )
  );
  return {
    client,
    cursors: () => requests.map(({ query }) => query.find((pair) => pair.startsWith("cursor="))),
  };
}

async function tickersOf(items: AsyncIterable<Market>): Promise<string> {
  let tickers = "";
  for await (const { ticker } of items) tickers += ticker;
  return tickers;
}

test("an awaited list call is its first page, and can still be walked over, more than once", async () => {
  const { client, cursors } = twoPages();
  const list = client.markets.list();
  const page = await list;
  assertEquals([page.items.length, page.hasNext, page.response.cursor], [2, true, "b"]);
  assertEquals([...page].map(({ ticker }) => ticker), ["A", "B"]);
  assertEquals([await tickersOf(list), await tickersOf(list)], ["ABCD", "ABCD"]);
  assertEquals(cursors(), [undefined, "cursor=b", "cursor=b"]);
});

test("list calls are sent at once, wait together, and chain as promises", async () => {
  const { client, cursors } = twoPages();
  const [one, two] = await Promise.all([client.markets.list(), client.markets.list({ cursor: "b" })]);
  assertEquals([one.items.length, two.hasNext, cursors().length], [2, false, 2]);
  let ended = false;
  const count = client.markets.list().then(({ items }) => items.length).finally(() => ended = true);
  assert(!(count instanceof PageCall), "what `then` makes is a plain promise");
  assertEquals([await count, ended], [2, true]);
});

test("a walk over a list call that ends early asks for no further page", async () => {
  const { client, cursors } = twoPages();
  const list = client.markets.list();
  for await (const { ticker } of list) {
    if (ticker === "B") break;
  }
  assertEquals(cursors(), [undefined]);
});

test("a signal that aborts ends a walk over a list call, between pages as before the first one", async () => {
  const { client, cursors } = twoPages();
  const controller = new AbortController();
  const seen: string[] = [];
  const error = await (async () => {
    for await (const { ticker } of client.markets.list({}, { signal: controller.signal })) {
      seen.push(ticker);
      controller.abort(new Error("enough"));
    }
  })().catch((error) => error);
  assertEquals([error.code, seen, cursors()], ["ABORTED", ["A", "B"], [undefined]]);
  const late = client.markets.list({}, { signal: controller.signal });
  await assertRejects(() => tickersOf(late), KalshiError, "AbortSignal");
  await assertRejects(() => late, KalshiError, "AbortSignal");
  assertEquals(cursors(), [undefined]);
});

test("a list call that fails tells whoever awaits it or walks over it, and is no unhandled rejection", async () => {
  // A rejection that nobody handles ends the test run on Deno, Bun and Node.
  const { client, requests } = recordingClient(() => Response.json({ code: "not_found" }, { status: 404 }));
  const wrong = { statsu: "open" } as object;
  for (
    const list of [client.markets.list(), client.markets.list(wrong), client.communications.quotes.list({})]
  ) {
    const failures = await Promise.allSettled([list, tickersOf(list as AsyncIterable<Market>)]);
    assertEquals(failures.map(({ status }) => status), ["rejected", "rejected"]);
  }
  client.markets.list(wrong);
  const dropped = client.markets.list();
  let turns = 0;
  await until(() => ++turns > 3);
  await assertRejects(() => dropped, KalshiError, "404");
  assertEquals(requests.length, 2);
});

/** A client of which every page leads to another one, on a clock that runs to each timer at once. */
function endless(items: (index: number) => object[]) {
  const clock = new SimClock();
  const { client, requests } = recordingClient(
    (_, index) => Response.json({ markets: items(index), orders: items(index), cursor: `c${index}` }),
    { clock },
  );
  return { clock, client, requests };
}

for (
  const [name, items] of Object.entries<(index: number) => object[]>({
    "empty": () => [],
    "the same": () => [{ ticker: "A" }],
    "in a cycle of three": (index) => [{ ticker: "ABC"[index % 3] }],
  })
) {
  for (const way of ["list", "listAll"] as const) {
    test(`pages without end end in an error, with pauses before that: ${way}, ${name}`, async () => {
      const { clock, client, requests } = endless(items);
      const got: unknown[] = [];
      const walk = (async () => {
        for await (const { ticker } of client.markets[way]()) got.push(ticker);
      })().catch((error) => error);
      await clockUntil(clock, walk);
      const error = await walk;
      assert(error instanceof KalshiError && error.code === "PAGINATION", String(error));
      assertEquals((error.details as { items: number }).items, got.length);
      assert(requests.length <= 24, `${requests.length} requests`);
      assert(clock.monotonic() > 1000, `${clock.monotonic()} ms`);
    });
  }
}

test("a few empty pages between full ones are no end", async () => {
  const { clock, client } = endless((index) => index % 10 === 9 ? [{ ticker: `T${index}` }] : []);
  const got: unknown[] = [];
  const walk = (async () => {
    for await (const { ticker } of client.markets.listAll({}, { maxItems: 5 })) got.push(ticker);
  })();
  await clockUntil(clock, walk);
  await walk;
  assertEquals(got, ["T9", "T19", "T29", "T39", "T49"]);
});

/** Lets the clock and what comes over the network take turns until the work is done. */
async function clockUntil(clock: SimClock, work: Promise<unknown>): Promise<void> {
  let done = false;
  work.then(() => done = true, () => done = true);
  await until(async () => {
    await clock.run(1000);
    return done;
  });
}
