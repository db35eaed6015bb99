/**
 * Uses all that a runtime gives, closes it, and comes to its end without a call to exit: what it leaves behind
 * keeps the process alive. Arguments: URL of an HTTP server, of a WebSocket server, and which adapter.
 */
import process from "node:process";
import { detectRuntime } from "../../../src/runtime/detect.ts";
import type { Runtime } from "../../../src/runtime/types.ts";

const [httpUrl = "", wsUrl = "", which = ""] = process.argv.slice(2);

async function adapter(): Promise<Runtime> {
  switch (which) {
    case "denoRuntime":
      return (await import("../../../src/runtime/deno.ts")).denoRuntime();
    case "bunRuntime":
      return (await import("../../../src/runtime/bun.ts")).bunRuntime();
    case "nodeRuntime":
      return (await import("../../../src/runtime/node.ts")).nodeRuntime();
    default:
      return detectRuntime();
  }
}
const runtime = await adapter();

const pool = runtime.createHttpPool({ http2: false });
for (const method of ["GET", "POST", "DELETE"]) {
  await (await pool.fetch(httpUrl, { method, headers: {} })).text();
}
const gone = new AbortController();
const unfinished = pool.fetch(`${httpUrl}slow`, { method: "GET", headers: {}, signal: gone.signal }).catch(
  () => {},
);
gone.abort();
await unfinished;
await pool.close();

const ends: string[] = [];
for (const path of ["echo", "close/1001", "destroy", "silent"]) {
  await new Promise<void>((resolve, reject) => {
    runtime.connectWebSocket(`${wsUrl}${path}`, {
      onMessage: () => {},
      onClose(info) {
        ends.push(`${path} ${info.code}`);
        resolve();
      },
    }).then((socket) => {
      socket.send("hello");
      if (path === "echo") socket.close(1000);
      if (path === "silent") {
        socket.close(1000);
        socket.terminate();
      }
    }, reject);
  });
}
const impatient = new AbortController();
const handshake = runtime.connectWebSocket(`${wsUrl}hang`, { onMessage: () => {}, onClose: () => {} }, {
  signal: impatient.signal,
}).catch((error: Error) => ends.push(`hang ${error.message}`));
// wall clock: nothing here tells that the handshake is under way; one that is ended before is ended all the same.
setTimeout(() => impatient.abort(new Error("aborted")), 50);
await handshake;
console.log(ends.join(", "));
