/** The adapter that sources find on Node: what the npm package has in its place is tested with the others. */
import { assertEquals, assertThrows } from "@std/assert";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { detectRuntime } from "../../src/runtime/detect.ts";
import { startThing } from "../support/bed.ts";
import { runtimeName, test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { testHttpPool } from "./support/http_pool_suite.ts";

if (runtimeName === "node") {
  testHttpPool("sources on Node", detectRuntime);

  test("sources on Node: HTTP/2 needs the adapter of the entry for Node", () => {
    assertThrows(
      () => detectRuntime().createHttpPool({ http2: true, limits: { maxConnections: 1 } }),
      KalshiConfigError,
      "@unofficial/kalshi/node",
    );
  });

  test("sources on Node: a WebSocket talks", async () => {
    await using server = await startThing("ws-server");
    const got: unknown[] = [];
    const socket = await detectRuntime().connectWebSocket(
      `ws://localhost:${await server.call<number>("port")}/echo`,
      {
        onMessage: (data) => void got.push(data),
        onClose: () => {},
      },
    );
    socket.send("hello");
    await until(() => got.length > 0);
    assertEquals(got, ["hello"]);
    socket.terminate();
  });
}
