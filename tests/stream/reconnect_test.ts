/** When a stream counts an attempt as failed, and how long it waits. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type KalshiStream, KalshiStreamClosedError } from "../../src/stream/mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { streamProducts, type StreamsOfProduct } from "./support/products.ts";
import { startTimed, type TimedExchange, type Waiting, watch } from "./support/timed_exchange.ts";

/** Lets the wait that is told pass, and no more. */
async function waitOut({ clock }: TimedExchange, { delayMs }: Waiting): Promise<void> {
  await clock.advance(Math.ceil(delayMs));
}

for (const product of streamProducts) reconnectTests(product);

function reconnectTests(product: StreamsOfProduct): void {
  const sockets = ({ exchange }: TimedExchange) => product.local.sockets(exchange);

  /** Breaks the connection, and waits until it is back and has delivered. */
  async function breakOnce(timed: TimedExchange, stream: KalshiStream, waits: Waiting[]): Promise<void> {
    const { reconnects, frames } = stream.stats();
    const seen = waits.length;
    sockets(timed).restart();
    await until(() => waits.length > seen);
    await waitOut(timed, waits[seen] as Waiting);
    await until(() => stream.stats().reconnects > reconnects && stream.stats().frames > frames);
  }

  test(`${product.name}: good reconnects, a minute apart, never end a stream and never make it wait longer`, async () => {
    await using timed = await startTimed({}, product);
    const stream = await timed.connect({}, { wsMaxRetries: 3 });
    await stream.subscribe("trade");
    const waits = watch(stream);
    for (let round = 0; round < 15; round++) {
      await timed.clock.advance(60_000);
      await breakOnce(timed, stream, waits);
    }
    assertEquals([stream.state, waits.length], ["open", 15]);
    for (const { attempt, flaps, delayMs } of waits) {
      assertEquals([attempt, flaps], [1, 0]);
      assert(delayMs <= 1_000, `${delayMs}`);
    }
  });

  test(`${product.name}: a connection that flaps never ends a stream, but waits longer and says so`, async () => {
    await using timed = await startTimed({}, product);
    const stream = await timed.connect({}, { wsMaxRetries: 3 });
    await stream.subscribe("trade");
    const waits = watch(stream);
    for (let round = 0; round < 8; round++) await breakOnce(timed, stream, waits);
    assertEquals(waits.map(({ flaps }) => flaps), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert(waits.every(({ attempt }) => attempt === 1));
    for (const { flaps, delayMs } of waits) assert(delayMs <= Math.min(1_000 * 2 ** flaps, 8_000));
    // Ten seconds of health, and all is forgotten.
    await timed.clock.advance(10_000);
    await breakOnce(timed, stream, waits);
    await breakOnce(timed, stream, waits);
    assertEquals(waits.slice(-2).map(({ flaps }) => flaps), [0, 1]);
    assert((waits.at(-2)?.delayMs ?? Infinity) <= 1_000);
  });

  test(`${product.name}: the wait of a connection that flaps is drawn from a window that grows with its flaps`, async () => {
    const { random } = Math;
    Math.random = () => 0.999;
    try {
      await using timed = await startTimed({}, product);
      const stream = await timed.connect();
      await stream.subscribe("trade");
      const waits = watch(stream);
      for (let round = 0; round < 5; round++) await breakOnce(timed, stream, waits);
      assertEquals(waits.map(({ delayMs }) => Math.ceil(delayMs)), [999, 1_998, 3_996, 7_992, 7_992]);
    } finally {
      Math.random = random;
    }
  });

  test(`${product.name}: a connection that comes up and delivers nothing is a failed attempt`, async () => {
    await using timed = await startTimed({}, product);
    const stream = await timed.connect({}, { wsMaxRetries: 3 });
    const waits = watch(stream);
    for (let round = 0; round < 3; round++) {
      sockets(timed).fail({ fault: "cut" });
      await until(() => waits.length > round);
      await waitOut(timed, waits[round] as Waiting);
      await until(() => stream.state === "open");
    }
    sockets(timed).fail({ fault: "cut" });
    await until(() => stream.state === "closed");
    assertEquals(waits.map(({ attempt, flaps }) => [attempt, flaps]), [[1, 0], [2, 0], [3, 0]]);
    const error = await assertRejects(() => stream.subscribe("trade"), KalshiStreamClosedError);
    assert(error.cause instanceof KalshiStreamClosedError && error.cause.attempts === 3);
  });

  test(`${product.name}: handshakes that fail count up to wsMaxRetries, and start again after one that delivered`, async () => {
    await using timed = await startTimed({}, product);
    const stream = await timed.connect({}, { wsMaxRetries: 3 });
    await stream.subscribe("trade");
    const waits = watch(stream);
    const failTwice = async () => {
      const { reconnects, frames } = stream.stats();
      sockets(timed).refuse({ status: 503, times: 2 });
      const seen = waits.length;
      sockets(timed).fail({ fault: "cut" });
      for (let n = 0; n < 3; n++) {
        await until(() => waits.length > seen + n);
        await waitOut(timed, waits[seen + n] as Waiting);
      }
      await until(() => stream.stats().reconnects > reconnects && stream.stats().frames > frames);
    };
    for (let round = 0; round < 3; round++) await failTwice();
    assertEquals(waits.map(({ attempt }) => attempt), [1, 2, 3, 1, 2, 3, 1, 2, 3]);
    assertEquals(waits.map(({ flaps }) => flaps), [0, 0, 0, 1, 1, 1, 2, 2, 2]);
    sockets(timed).refuse({ status: 503, times: 9 });
    const seen = waits.length;
    sockets(timed).fail({ fault: "cut" });
    for (let n = 0; n < 3; n++) {
      await until(() => waits.length > seen + n);
      await waitOut(timed, waits[seen + n] as Waiting);
    }
    await until(() => stream.state === "closed");
  });
}
