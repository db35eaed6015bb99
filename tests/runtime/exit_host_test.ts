import { assertEquals } from "@std/assert";
import { startThing } from "../support/bed.ts";
import { runScript } from "../support/run_script.ts";
import { runtimeName, test } from "../support/test.ts";
import { until } from "../support/until.ts";

const adapters = {
  deno: ["detected", "denoRuntime", "nodeRuntime"],
  bun: ["detected", "bunRuntime"],
  node: ["detected", "nodeRuntime"],
  workers: [],
}[runtimeName];

for (const adapter of adapters) {
  test(`a process that closed all it opened ends by itself: ${adapter}`, { timeoutMs: 300_000 }, async () => {
    await using http = await startThing("raw-server");
    await using sockets = await startThing("ws-server");
    const { status, output } = await runScript("tests/runtime/support/exit_script.ts", [
      `http://127.0.0.1:${await http.call<number>("port")}/`,
      `ws://127.0.0.1:${await sockets.call<number>("port")}/`,
      adapter,
    ]);
    assertEquals(
      output.split("\n").at(-1),
      "echo 1000, close/1001 1001, destroy 1006, silent 1006, hang aborted",
      output,
    );
    assertEquals(status, 0);
    await until(async () => await http.call<number>("openConnections") === 0);
    await until(async () => await sockets.call<number>("openConnections") === 0);
  });
}
