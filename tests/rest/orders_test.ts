import { assertEquals, assertRejects } from "@std/assert";
import { KalshiDecodeError } from "../../src/base/errors.ts";
import { test } from "../support/test.ts";
import { recordingClient } from "./recording.ts";
import { specs } from "./spec.ts";

const order = specs.event.request(specs.event.operationOf("CreateOrderV2"), "full").body;
const orders = ["c-1", "c-2", "c-3"].map((client_order_id) => ({ ...order, client_order_id }));

test("a batch gives a result for each order in its place, errors among them", async () => {
  const results = [
    { order_id: "o-1", client_order_id: "c-1", fill_count: "0.00", remaining_count: "1.00" },
    { client_order_id: "c-2", error: { code: "insufficient_balance", message: "no money" } },
    { order_id: "o-3", error: null },
  ];
  const { client, requests } = recordingClient(() => Response.json({ orders: results }, { status: 201 }));
  const given = await client.orders.batchCreate({ orders });
  assertEquals(given, results);
  assertEquals(given.map(({ error }) => error?.code), [undefined, "insufficient_balance", undefined]);
  assertEquals(JSON.parse(requests[0]?.body ?? "").orders.length, 3);

  const cancelled = [
    { order_id: "o-1", reduced_by: "1.00" },
    { order_id: "o-2", reduced_by: "0.00", error: { code: "not_found" } },
  ];
  const canceller = recordingClient(() => Response.json({ orders: cancelled }));
  const ids = cancelled.map(({ order_id }) => ({ order_id }));
  assertEquals(await canceller.client.orders.batchCancel({ orders: ids }), cancelled);
  const [sent] = canceller.requests;
  assertEquals([sent?.method, sent?.path], ["DELETE", "/portfolio/events/orders/batched"]);
  assertEquals(JSON.parse(sent?.body ?? ""), { orders: ids });
});

test("a batch answer that lacks a result is an error that holds what came", async () => {
  for (const answers of [[], null, [{ order_id: "o-1" }], [{}, {}, {}]]) {
    const { client } = recordingClient(() => Response.json({ orders: answers }, { status: 201 }));
    const error = await assertRejects(
      () => client.orders.batchCreate({ orders: orders.slice(0, 2) }),
      KalshiDecodeError,
      "a result for each of 2 orders",
    );
    assertEquals([error.outcome, error.details], ["unknown", answers ?? []]);
  }
});

test("an order is found by its client order id, over pages and into history", async () => {
  const answering = ({ path, query }: { path: string; query: readonly string[] }) => {
    const historical = path.startsWith("/historical");
    const second = query.includes("cursor=next");
    const orders = ["c-1", "c-2"].map((id) => ({
      order_id: `${path}${second}${id}`,
      client_order_id: `${historical ? "old" : "live"}-${second ? 2 : 1}-${id}`,
    }));
    return Response.json({ orders, cursor: second ? "" : "next" });
  };
  const find = async (
    id: string,
    ...rest: [params?: { ticker?: string; limit?: number }, options?: { history: true }]
  ) => {
    const { client, requests } = recordingClient(answering);
    const found = await client.orders.getByClientOrderId(id, ...rest);
    return { found: found?.client_order_id, requests };
  };
  const first = await find("live-1-c-2");
  assertEquals([first.found, first.requests.length], ["live-1-c-2", 1]);
  assertEquals(first.requests[0]?.query, ["limit=1000"]);
  const second = await find("live-2-c-1", { ticker: "T", limit: 5 });
  assertEquals([second.found, second.requests.length], ["live-2-c-1", 2]);
  assertEquals(second.requests[1]?.query, ["cursor=next", "limit=5", "ticker=T"]);
  assertEquals((await find("old-2-c-2")).found, undefined);
  const old = await find("old-2-c-2", { ticker: "T" }, { history: true });
  assertEquals([old.found, old.requests.length], ["old-2-c-2", 4]);
});

test("an event comes out of its envelope with its nested markets", async () => {
  const event = { event_ticker: "E", markets: [{ ticker: "E-1" }] };
  const { client, requests } = recordingClient(() => Response.json({ event, markets: [] }));
  assertEquals(await client.events.get("E", { with_nested_markets: true }) as unknown, event);
  assertEquals([requests[0]?.path, requests[0]?.search], ["/events/E", "?with_nested_markets=true"]);
});
