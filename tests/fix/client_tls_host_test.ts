/** A FIX client over TLS: its configuration's authorities and pins are those of the connection. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { detectRuntime } from "#runtime";
import { createHash, X509Certificate } from "node:crypto";
import { KalshiConfigError, KalshiConnectionError, KalshiTimeoutError } from "../../src/base/errors.ts";
import { FixClient } from "../../src/fix/client.ts";
import { FixConfig } from "../../src/fix/config.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import type { Runtime } from "../../src/runtime/types.ts";
import { workersRuntime } from "../../src/runtime/workers.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { startThing } from "../support/bed.ts";
import { certificates } from "../support/things/peers/certificates.mjs";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { auth } from "./gateway_bed.ts";

const pinOf = (pem: string) =>
  createHash("sha256").update(new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" }))
    .digest("base64");
const someoneElses = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

test("a FIX client trusts the `ca` and the `pins` of its configuration, and nobody else", async () => {
  const tls = certificates();
  await using exchange = await LocalExchange.start({ markets: 0, marketMakers: false, fix: { tls } });
  const { auth } = await exchange.createAccount();
  const config = exchange.fixConfig("order-entry");
  const connect = (more: object, runtime: Runtime = detectRuntime()) =>
    FixClient.connect({ auth, config: config.with({ maxRetries: 0, ...more }), runtime });

  for (const pins of [[pinOf(tls.cert)], [someoneElses, pinOf(tls.ca)]]) {
    const client = await connect({ pins });
    assertEquals(client.state.name, "active");
    await client.close();
  }

  const wrong = await assertRejects(() => connect({ pins: [someoneElses] }), KalshiConnectionError);
  assertEquals([wrong.reason, wrong.outcome], ["pin", "not-sent"]);
  assertStringIncludes(wrong.message, pinOf(tls.cert));
  assertStringIncludes(wrong.message, "Ask the operator");
  const stranger = await assertRejects(() => connect({ ca: undefined }), KalshiConnectionError);
  assertEquals(stranger.reason, "certificate-authority");
  assertStringIncludes(stranger.message, "as `ca` of the FixConfig");
  assertEquals(exchange.fix.open, 0);

  for (const [name, trust] of [["ca", {}], ["pins", { ca: undefined, pins: [someoneElses] }]] as const) {
    await assertRejects(
      () => connect(trust, workersRuntime()),
      KalshiConfigError,
      `FixConfig: \`${name}\` cannot be honoured on Cloudflare Workers`,
    );
  }
});

test("a FIX client gives a TLS handshake that nobody answers up in its time, and leaves no socket", async () => {
  await using server = await startThing("tls-server", { manners: "mute" });
  const open = async () => (await server.call<{ open: number }>("seen")).open;
  const clock = new ManualClock();
  const connecting = FixClient.connect({
    ...{ auth, clock },
    config: new FixConfig({
      product: "event",
      session: "order-entry",
      host: "localhost",
      port: await server.call<number>("port"),
      maxRetries: 0,
    }),
  });
  const failed = assertRejects(() => connecting, KalshiTimeoutError);
  await until(async () => await open() === 1);
  await clock.advance(10_000);
  const error = await failed;
  assertEquals(error.outcome, "not-sent");
  assertStringIncludes(error.message, "10000 ms");
  await until(async () => await open() === 0);
});
