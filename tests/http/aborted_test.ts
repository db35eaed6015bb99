import { assertEquals, assertRejects } from "@std/assert";
import { KalshiAbortError, KalshiClient } from "../../mod.ts";
import { counted } from "../support/listeners.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";

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
