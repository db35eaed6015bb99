import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { test } from "../support/test.ts";
import { type AnyClient, call, eventProduct, isPaged, products, type TestProduct } from "./products.ts";
import { startMockServer } from "./mock_server.ts";

/** A client of that server, and what the server thinks of its requests. */
function judgedClient({ make, asking: { credentials } }: TestProduct, baseUrl: string) {
  const verdicts: Headers[] = [];
  const client: AnyClient = make({
    ...credentials,
    config: { baseUrl, maxRetries: 0 },
    transport: async (request: Request) => {
      const response = await fetch(request);
      verdicts.push(response.headers);
      return response;
    },
  });
  const faults = () => {
    const [verdict] = verdicts.splice(0);
    assert(verdict !== undefined);
    const count = Number(verdict.get("x-steady-error-count") ?? Number.NaN);
    return Array.from({ length: count }, (_, index) => {
      const said = (what: string) => verdict.get(`x-steady-error-${index + 1}-${what}`);
      return `${said("path")}: ${said("message")}`;
    });
  };
  return { client, verdicts, faults };
}

for (const product of products) {
  const { name, calls, asking: { root }, request, argumentsFor } = product;
  const title =
    "an OpenAPI mock server accepts every request that the methods make, and they read its answers";
  test(`${name}: ${title}`, async () => {
    await using server = await startMockServer(product);
    const { client, verdicts, faults } = judgedClient(product, server.baseUrl);
    for (const fullness of ["full", "least"] as const) {
      for (const [method, operation] of calls) {
        const args = argumentsFor(operation, request(operation, fullness));
        // A made-up answer to a batch of two holds one result.
        if (operation.id.startsWith("Batch") && operation.method !== "GET") {
          args.splice(0, 1, oneOrder(args[0]));
        }
        const value = await call(client, method, ...args);
        assertEquals(verdicts[0]?.get("x-steady-matched-path"), root + operation.path, method);
        assertEquals(faults(), [], `${method}, ${fullness}`);
        if (operation.answer === undefined) assertEquals(value, undefined, method);
        if (!isPaged(operation)) continue;
        for await (const _ of call(client, `${method}All`, ...args, { maxItems: 1 })) { /* one */ }
        assertEquals(faults(), [], `${method}All, ${fullness}`);
      }
    }
    await client.close();
  });
}

function oneOrder(body: unknown): unknown {
  return { orders: (body as { readonly orders: readonly unknown[] }).orders.slice(0, 1) };
}

test("that server finds fault with what is wrong", async () => {
  await using server = await startMockServer(eventProduct);
  const { client, faults } = judgedClient(eventProduct, server.baseUrl);
  const order = eventProduct.request(eventProduct.operationOf("CreateOrderV2"), "full").body;
  const wrong = [
    ["GET", "/markets", { query: { no_such: 1 } }, "no_such"],
    ["GET", "/markets", { query: { limit: "many" } }, "limit"],
    ["GET", "/markets/orderbooks", {}, "tickers"],
    ["POST", "/portfolio/events/orders", { body: { ...order, count: undefined } }, "count"],
    ["POST", "/portfolio/events/orders", { body: { ...order, count: 1 } }, "count"],
    ["POST", "/portfolio/events/orders", { body: { ...order, no_such: 1 } }, "no_such"],
    ["DELETE", "/portfolio/events/orders/batched", { body: { orders: [{}] } }, "order_id"],
    ["GET", "/portfolio/balance", { auth: "none" }, "KALSHI-ACCESS-SIGNATURE"],
  ] as const;
  for (const [method, path, options, fault] of wrong) {
    await client.request(method, path, options).catch(() => {});
    assertStringIncludes(faults().join("\n").toLowerCase(), fault.toLowerCase(), `${method} ${path}`);
  }
  await client.close();
});
