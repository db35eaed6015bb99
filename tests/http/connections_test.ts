import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiClient, KalshiError } from "../../mod.ts";
import { type Answer, httpAnswer, startRawServer } from "../support/raw_server.ts";
import { startThing } from "../support/bed.ts";
import { test } from "../support/test.ts";

const signer = { keyId: "key-1", sign: (text: string) => Promise.resolve(btoa(text)) };

const failures: readonly (readonly [string, Answer])[] = [
  ["a refusal", httpAnswer(400, `{"code":"bad_request"}`)],
  ["a page of HTML", httpAnswer(502, `<html>${"x".repeat(20_000)}</html>`)],
  ["a redirect with a body", httpAnswer(302, "x".repeat(20_000), { location: "https://evil.io/" })],
  ["a body that is not JSON", httpAnswer(200, "not JSON")],
  ["an empty body", httpAnswer(200)],
  ["a body that nobody reads", httpAnswer(200, "x".repeat(20_000))],
];

for (const [name, answer] of failures) {
  test(`a failed request frees its connection: ${name}`, async () => {
    await using server = await startRawServer(answer);
    const client = new KalshiClient({ auth: signer, config: { baseUrl: server.baseUrl, maxRetries: 0 } });
    const calls = 25;
    for (let call = 0; call < calls; call++) {
      await assertRejects(() => client.portfolio.balance(), KalshiError);
    }
    assertEquals((await server.received()).length, calls);
    const connections = await server.thing.call<number>("connections");
    assert(connections <= 4, `${connections} connections for ${calls} calls one after the other`);
    await client.close();
  });
}

test("a connection that ends in the middle of a body is a connection error with an unknown outcome", async () => {
  const cut = {
    write: 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"order_id":',
    then: "reset",
  } as const;
  await using server = await startRawServer(cut);
  await using client = new KalshiClient({ auth: signer, config: { baseUrl: server.baseUrl } });
  const error = await assertRejects(
    () => client.request("POST", "/portfolio/events/orders", { body: {} }),
    KalshiError,
  );
  assertEquals([error.code, error.outcome, error.attempts], ["CONNECTION", "unknown", 1]);
});

test("a refused connection was not sent, where the runtime can prove it, and a write is then repeated", async () => {
  await using refusing = await startThing("refusing-port");
  const baseUrl = `http://127.0.0.1:${await refusing.call<number>("port")}/trade-api/v2`;
  const retries: number[] = [];
  await using client = new KalshiClient({
    auth: signer,
    config: { baseUrl, maxRetries: 2, retryBaseDelayMs: 1 },
    onRetry: ({ attempt }) => retries.push(attempt),
  });
  const error = await assertRejects(
    () => client.request("POST", "/portfolio/events/orders", { body: {} }),
    KalshiError,
  );
  assertEquals(error.code, "CONNECTION");
  // workerd says the same of a refused connection and of one that broke after the request was written.
  if (error.outcome === "unknown") assertEquals([error.attempts, retries], [1, []]);
  else assertEquals([error.outcome, error.attempts, retries], ["not-sent", 3, [1, 2]]);
});
