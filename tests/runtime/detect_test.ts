import { detectRuntime } from "#runtime";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { assertCanConnect } from "../../src/runtime/tls_trust.ts";
import { webRuntime } from "../../src/runtime/web.ts";
import { workersRuntime } from "../../src/runtime/workers.ts";
import { startThing } from "../support/bed.ts";
import { runtimeName, test } from "../support/test.ts";

test("the runtime is found", () => {
  const names = { deno: "Deno", bun: "Bun", node: "Node", workers: "Cloudflare Workers" };
  assertEquals(detectRuntime().name, names[runtimeName]);
  const [one, other] = [detectRuntime(), detectRuntime()];
  assert(one !== other, "kept somewhere");
});

test("what every runtime with sockets can do", () => {
  const { handshakeHeaders, handshakeStatus, tcp, files, ping } = detectRuntime().capabilities;
  assert(handshakeHeaders && handshakeStatus && tcp);
  assertEquals(files, runtimeName !== "workers");
  assertEquals(ping, runtimeName !== "workers");
});

test("files are read where there are any", async () => {
  const runtime = detectRuntime();
  if (runtimeName === "workers") {
    await assertRejects(() => runtime.readTextFile("LICENSE"), KalshiConfigError);
    return;
  }
  assert((await runtime.readTextFile("LICENSE")).startsWith("MIT"));
  await assertRejects(() => runtime.readTextFile("~/no such file in the home folder"));
});

test("an environment variable that is not set is undefined", () => {
  assertEquals(detectRuntime().readEnv("KALSHI_NO_SUCH_VARIABLE"), undefined);
});

test("where variables cannot be read at all, that is an error", { on: ["deno", "bun", "node"] }, () => {
  const runtime = detectRuntime();
  assert(runtime.capabilities.env);
  const { process } = globalThis as unknown as { process: { env: unknown } };
  const { env } = process;
  const descriptor = Object.getOwnPropertyDescriptor(process, "env");
  Object.defineProperty(process, "env", { value: undefined, configurable: true, writable: true });
  try {
    assertThrows(() => runtime.readEnv("KALSHI_DEMO"), KalshiConfigError, "KALSHI_DEMO");
  } finally {
    Object.defineProperty(process, "env", descriptor ?? { value: env });
  }
});

test("the plain web does requests and refuses the rest by name", async () => {
  const runtime = webRuntime();
  await using server = await startThing("raw-server");
  const pool = runtime.createHttpPool({ http2: false });
  const response = await pool.fetch(`http://127.0.0.1:${await server.call<number>("port")}/`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  assertEquals(await response.text(), "{}");
  await pool.close();

  const handlers = { onMessage: () => {}, onClose: () => {} };
  assertThrows(() => runtime.createHttpPool({ http2: true }), KalshiConfigError, "http2");
  const limits = { maxKeepaliveConnections: 1 };
  assertThrows(
    () => runtime.createHttpPool({ http2: false, limits }),
    KalshiConfigError,
    "keeps the connections",
  );
  await assertRejects(
    () => runtime.connectWebSocket("wss://localhost/", handlers),
    KalshiConfigError,
    "header",
  );
  await assertRejects(
    () => runtime.connectTcp({ hostname: "localhost", port: 1, tls: false }),
    KalshiConfigError,
  );
  await assertRejects(() => runtime.readTextFile("x"), KalshiConfigError);
  assertEquals([runtime.readEnv("HOME"), runtime.capabilities.env], [undefined, false]);
});

test("a Worker's adapter takes no options", () => {
  for (const options of [{ proxy: { url: "http://p:1" } }, { caCertificates: [] }, { nonsense: 1 }]) {
    assertThrows(() => workersRuntime(options as never), KalshiConfigError, Object.keys(options)[0]);
  }
});

test("Workers and the web refuse authorities and pins by name, before there is a connection", async () => {
  const pins = ["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="];
  const ca = ["-----BEGIN CERTIFICATE-----"];
  const [worker, web] = [workersRuntime(), webRuntime()];
  for (const [name, trust] of Object.entries({ ca: { ca }, pins: { pins } })) {
    assertThrows(
      () => assertCanConnect("Here", { tls: true, ...trust }, worker),
      KalshiConfigError,
      `Here: \`${name}\` cannot be honoured on Cloudflare Workers`,
    );
    assertThrows(
      () => assertCanConnect("Here", { tls: true, ...trust }, web),
      KalshiConfigError,
      "web runtime",
    );
    await assertRejects(
      () => worker.connectTcp({ hostname: "localhost", port: 1, tls: true, ...trust }),
      KalshiConfigError,
      `\`${name}\` cannot be honoured`,
    );
  }
  assertCanConnect("Here", { tls: true }, worker);
  assertEquals([worker.capabilities.tlsCa, worker.capabilities.tlsPins], [false, false]);
  assertThrows(
    () => assertCanConnect("Here", { tls: true, pins: ["x"] }, worker),
    KalshiConfigError,
    "SubjectPublicKeyInfo",
  );
});
