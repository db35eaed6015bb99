import { assertRejects, assertThrows } from "@std/assert";
import { KalshiConfig, KalshiConfigError, KalshiCore } from "../../mod.ts";
import { clients } from "../support/clients.ts";
import { test } from "../support/test.ts";

const answer = () => Promise.resolve(Response.json({}));
const doNothing = () => {};

for (const { name, make, makeConfig, fromEnv } of clients) {
  test(`${name}: what a client could not call when its time comes is refused when the client is made`, () => {
    const bad: Record<string, unknown[]> = {
      transport: [{}, null, "x", { fetch: true }],
      runtime: [{}, null, "node"],
      clock: [{}, null, Date, { now: doNothing, monotonic: doNothing }],
      onRequest: ["x", null, {}],
      onResponse: ["x", null, {}],
      onRetry: [true, null, {}],
    };
    for (const [option, values] of Object.entries(bad)) {
      for (const value of values) {
        const options = { [option]: value };
        assertThrows(() => new KalshiCore(options), KalshiConfigError, `\`${option}\` takes`);
        assertThrows(() => make(options), KalshiConfigError, `\`${option}\` takes`);
        assertThrows(
          () => make({ keyId: "a", privateKeyPath: "key.pem", ...options }),
          KalshiConfigError,
          `\`${option}\` takes`,
        );
      }
    }
    for (const limiter of [null, {}]) {
      assertThrows(() => new KalshiCore({ limiter: limiter as never }), KalshiConfigError, "`limiter` takes");
    }
    for (const config of [null, {}, { baseUrl: "https://api.elections.kalshi.com/trade-api/v2" }]) {
      assertThrows(() => new KalshiCore({ config: config as never }), KalshiConfigError, "KalshiConfig");
    }
    assertThrows(
      () => make({ onDrift: {} as never }),
      KalshiConfigError,
      "`onDrift` takes a function",
    );
  });

  test(`${name}: no object of options is refused`, async () => {
    for (const options of [null, "x", 7] as never[]) {
      assertThrows(
        () => make(options),
        KalshiConfigError,
        `${name} takes an object of options`,
      );
      assertThrows(() => new KalshiCore(options), KalshiConfigError, "KalshiCore takes an object of options");
      await assertRejects(() => fromEnv({}, options), KalshiConfigError, "an object of options");
    }
  });

  test(`${name}: with a transport, options of the network are refused, since nothing would follow them`, () => {
    for (const network of [{ http2: true }, { limits: { maxConnections: 1 } }]) {
      const options = { transport: answer, config: makeConfig(network) };
      const ofCore = { transport: answer, config: new KalshiConfig(network) };
      assertThrows(() => new KalshiCore(ofCore), KalshiConfigError, "leave http2 and limits out");
      assertThrows(() => make(options), KalshiConfigError, "leave http2 and limits out");
    }
  });

  test(`${name}: an object with \`fetch\`, a clock and hooks that can be called are taken`, async () => {
    const clock = { now: () => 0, monotonic: () => 0, setTimer: () => ({ clear: doNothing }) };
    await using client = make({
      transport: { fetch: answer },
      clock,
      onRequest: doNothing,
      onResponse: doNothing,
      onRetry: doNothing,
      onDrift: doNothing,
      config: makeConfig({ http2: false }),
    });
    await client.request("GET", "/x");
  });
}
