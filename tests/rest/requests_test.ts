import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { KalshiAuthError, KalshiConfigError, KalshiReadOnlyError } from "../../src/base/errors.ts";
import { sample } from "../contract/samples.ts";
import { test } from "../support/test.ts";
import { call, isPaged, products } from "./products.ts";
import type { Answering, Recorded } from "./recording.ts";
import { type Json, queryOnWire, type Sent, type SpecOperation } from "./spec.ts";

/** A success of that operation. Its last page is also its first. */
const answerOf = (spec: Json) => (operation: SpecOperation): Answering => () => {
  if (operation.answer === undefined) return new Response(null, { status: operation.status });
  const body = sample(spec, operation.answer);
  if (typeof body === "object" && isPaged(operation)) body.cursor = body.next_cursor = "";
  return Response.json(body, { status: operation.status });
};

function assertRequest(recorded: Recorded | undefined, operation: SpecOperation, sent: Sent): void {
  assert(recorded !== undefined, operation.id);
  let at = 0;
  const path = operation.path.replace(/\{\w+\}/g, () => encodeURIComponent(sent.ids[at++] ?? ""));
  assertEquals([recorded.method, recorded.path], [operation.method, path], operation.id);
  assertEquals(recorded.query, queryOnWire(operation, sent.query), operation.id);
  assertEquals(recorded.body === "" ? undefined : JSON.parse(recorded.body), sent.body, operation.id);
  const contentType = recorded.headers.get("content-type");
  assertEquals(contentType, sent.body === undefined ? null : "application/json", operation.id);
}

/** What the refusal of a call without a key says to set or to use. */
const namesKey = {
  event: "set KALSHI_KEY_ID",
  perps: "use PerpsClient.fromEnv()",
  klear: "use KlearClient.fromEnv()",
};

for (
  const {
    name,
    spec,
    calls,
    operations,
    either,
    identity,
    assertIdentified,
    asking: { root },
    request,
    argumentsFor,
    recordingClient,
    keylessClient,
  } of products
) {
  const answer = answerOf(spec);

  for (const fullness of ["full", "least"] as const) {
    test(`${name}: every method sends what the specification says, with ${fullness} parameters`, async () => {
      for (const [method, operation] of calls) {
        const sent = request(operation, fullness);
        const { client, requests } = recordingClient(answer(operation));
        await call(client, method, ...argumentsFor(operation, sent));
        assertEquals(requests.length, 1, method);
        assertRequest(requests[0], operation, sent);

        if (!isPaged(operation)) continue;
        const all = recordingClient(answer(operation));
        for await (const _ of call(all.client, `${method}All`, ...argumentsFor(operation, sent))) {
          /* walk */
        }
        assertEquals(all.requests.length, 1, method);
        assertRequest(all.requests[0], operation, sent);
      }
    });
  }

  test(`${name}: what is optional can be left out altogether`, async () => {
    for (const [method, operation] of calls) {
      const sent = request(operation, "least");
      const args = argumentsFor(operation, sent);
      const last = args.at(-1);
      if (last === sent.body && operation.bodyRequired) continue;
      if (typeof last !== "object" || last === null || Object.keys(last).length > 0) continue;
      const { client, requests } = recordingClient(answer(operation));
      await call(client, method, ...args.slice(0, -1));
      assertRequest(requests[0], operation, sent);
    }
  });

  test(`${name}: ids go into the path percent-encoded, and none that would lead elsewhere is sent`, async () => {
    for (const [method, operation] of calls) {
      const sent = request(operation, "least");
      const { client, requests } = recordingClient(answer(operation));
      // An id that must be a UUID holds nothing that would lead elsewhere.
      const isFree = (at: number) => operation.pathParams[at]?.schema.format !== "uuid";
      const ids = sent.ids.map((id, index) => isFree(index) ? `a/b ?#%${index}` : id);
      const odd = { ...sent, ids };
      await call(client, method, ...argumentsFor(operation, odd));
      assertRequest(requests.pop(), operation, odd);
      for (let at = 0; at < ids.length; at++) {
        for (const bad of ["", " ", ".", "..", undefined, null, {}]) {
          const args = argumentsFor(operation, sent).with(at, bad);
          await assertRejects(async () => await call(client, method, ...args), KalshiConfigError);
        }
      }
      assertEquals(requests.length, 0, method);
    }
  });

  test(`${name}: with a key every call is signed, over method and path alone, public ones unless that is turned off`, async () => {
    const unsigned = new Set<string>();
    const hasPublic = calls.some(([, { signed }]) => !signed);
    for (const signPublicCalls of [undefined, true, false]) {
      for (const [method, operation] of calls) {
        const args = argumentsFor(operation, request(operation, "full"));
        const config = { maxRetries: 0, signPublicCalls };
        // Where no call is public, there is nothing to turn off.
        const { client, requests } = recordingClient(answer(operation), hasPublic ? { config } : {});
        await call(client, method, ...args);
        const [recorded] = requests;
        assert(recorded !== undefined);
        if (!operation.signed && signPublicCalls === false) {
          assertEquals(identity.map((name) => recorded.headers.get(name)), identity.map(() => null), method);
          unsigned.add(operation.id);
          continue;
        }
        assertIdentified(recorded, `${operation.method}${root}${recorded.path}`);
      }
    }
    const open = [...operations.values()].filter(({ signed }) => !signed).map(({ id }) => id);
    assertEquals([...unsigned].sort(), open.sort());
  });

  test(`${name}: without a key, what must be signed is refused before it is sent, and the rest is sent unsigned`, async () => {
    for (const [method, operation] of calls) {
      const args = argumentsFor(operation, request(operation, "least"));
      const { client, requests } = keylessClient(answer(operation));
      if (operation.signed && !either.has(operation.id)) {
        const error = await assertRejects(() => call(client, method, ...args), KalshiAuthError);
        assertEquals([error.code, error.outcome, requests.length], ["AUTH_REQUIRED", "not-sent", 0], method);
        assertStringIncludes(error.message, namesKey[name]);
      } else {
        await call(client, method, ...args);
        assertEquals([requests.length, requests[0]?.headers.get("kalshi-access-key")], [1, null], method);
      }
    }
  });

  test(`${name}: with \`readOnly\` no write is sent, and every question is`, async () => {
    for (const orderRetries of ["never", "idempotent"] as const) {
      for (const [method, operation] of calls) {
        const args = argumentsFor(operation, request(operation, "least"));
        // Klear's writes are never sent again.
        const config = { maxRetries: 0, ...(name !== "klear" && { orderRetries }) };
        const { client, requests } = recordingClient(answer(operation), { readOnly: true, config });
        // A question may be too long for a query.
        if (operation.method === "GET" || operation.id === "EstimatePortfolioMaintenanceMargin") {
          await call(client, method, ...args);
          assertEquals(requests.length, 1, method);
          continue;
        }
        // An order may be read before it is decreased.
        const options = method === "orders.decrease" ? { orderRetries: "never" } : {};
        const error = await assertRejects(() => call(client, method, ...args, options), KalshiReadOnlyError);
        assertEquals([error.outcome, requests.length], ["not-sent", 0], method);
      }
    }
  });

  test(`${name}: every method hands its options on`, async () => {
    for (const [method, operation] of calls) {
      const args = argumentsFor(operation, request(operation, "least"));
      const { client, requests } = recordingClient(answer(operation));
      const signal = AbortSignal.abort("enough");
      const error = await assertRejects(
        () => call(client, method, ...args, { signal }),
        Error,
        "AbortSignal",
      );
      assertEquals([error.cause, requests.length], ["enough", 0], method);
      await call(client, method, ...args, { headers: { "x-mark": method } });
      assertEquals(requests[0]?.headers.get("x-mark"), method);
    }
  });
}
