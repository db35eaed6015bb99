/** Streams and the client that they were made from. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiAbortError, KalshiClosedError } from "../../mod.ts";
import { KalshiStreamClosedError } from "../../src/stream/mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { startTimed } from "./support/timed_exchange.ts";

test("closing a client closes its streams with their books and loops, and a second close is harmless", async () => {
  await using timed = await startTimed();
  const [ticker = ""] = timed.exchange.openTickers();
  const client = timed.client();
  const streams = [await client.stream(), await client.stream()];
  const books = await Promise.all(streams.map((stream) => stream.orderBook(ticker)));
  const changes = books.map((book) => book.changes());
  const next = changes.map((loop) => loop.next());
  const other = await timed.connect();
  await Promise.all([client.close(), client.close()]);
  assertEquals(streams.map(({ state }) => state), ["closed", "closed"]);
  assertEquals(books.map(({ state }) => state), ["closed", "closed"]);
  assertEquals((await Promise.all(next)).map(({ done }) => done), [true, true]);
  await assertRejects(() => client.stream(), KalshiClosedError, "the client is closed");
  await assertRejects(() => streams[0]?.orderBook(ticker) as Promise<unknown>, KalshiStreamClosedError);
  assertEquals([other.state, timed.exchange.sockets.open], ["open", 1]);
});

test("a stream that is being opened, and one that reconnects, are ended with the client", async () => {
  await using timed = await startTimed();
  const client = timed.client();
  const stream = await client.stream();
  timed.exchange.sockets.refuse({ status: "hang", times: 2 });
  timed.exchange.sockets.fail({ fault: "cut" });
  await until(() => stream.state === "reconnecting");
  const opening = assertRejects(() => client.stream(), KalshiClosedError);
  await timed.clock.advance(1_000);
  await client.close();
  const error = await opening;
  assert(error.cause instanceof KalshiAbortError);
  assertEquals(stream.state, "closed");
});

test("a signal of the caller still ends the opening, and nothing else", async () => {
  await using timed = await startTimed();
  const client = timed.client();
  const abort = new AbortController();
  const stream = await client.stream({ signal: abort.signal });
  abort.abort(new Error("late"));
  await timed.clock.advance(0);
  assertEquals(stream.state, "open");
  const reason = new Error("no time");
  const error = await assertRejects(
    () => client.stream({ signal: AbortSignal.abort(reason) }),
    KalshiAbortError,
  );
  assertEquals(error.cause, reason);
  timed.exchange.sockets.refuse({ status: "hang" });
  const waiting = new AbortController();
  const opening = assertRejects(
    () => client.stream({ signal: waiting.signal }),
    KalshiAbortError,
  );
  await timed.clock.advance(100);
  waiting.abort();
  await opening;
});
