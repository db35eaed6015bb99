import { assertEquals, assertRejects } from "@std/assert";
import { KalshiAbortError, KalshiClient } from "../../mod.ts";
import { onAborted } from "../../src/base/waits.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";

/** Counts who listens to a signal. */
function counted(signal: AbortSignal): () => number {
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  Object.assign(signal, {
    addEventListener: (...args: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(signal, args);
    },
    removeEventListener: (...args: Parameters<typeof removeEventListener>) => {
      listeners--;
      removeEventListener.apply(signal, args);
    },
  });
  return () => listeners;
}

test("a hundred calls with one AbortSignal listen to it once, end with it, and leave no listener", async () => {
  const controller = new AbortController();
  const listeners = counted(controller.signal);
  let sent = 0;
  await using client = new KalshiClient({
    demo: true,
    transport: () => {
      sent++;
      return new Promise(() => {});
    },
  });
  const { signal } = controller;
  const calls = Array.from(
    { length: 150 },
    () => assertRejects(() => client.exchange.status({ signal }), KalshiAbortError),
  );
  await until(() => sent === calls.length);
  assertEquals(listeners(), 1);
  controller.abort();
  await Promise.all(calls);
  assertEquals(listeners(), 0);
});

test("who no longer waits for a signal is not told, and the others are", () => {
  const controller = new AbortController();
  const listeners = counted(controller.signal);
  const told: string[] = [];
  const first = onAborted(controller.signal, () => told.push("first"));
  onAborted(controller.signal, () => told.push("second"));
  first();
  first();
  assertEquals(listeners(), 1);
  controller.abort();
  assertEquals(told, ["second"]);
});
