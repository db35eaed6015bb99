/** Answers over every adapter that a host can run, over TLS, HTTP/1.1 and HTTP/2. */
import { KalshiClient } from "../../mod.ts";
import { builtinNodeRuntime } from "../../src/runtime/node_builtin.ts";
import { startThing } from "../support/bed.ts";
import { runtimeName } from "../support/test.ts";
import { auth, type Origin, rawOrigin, testAnswers } from "../http/support/answer_suite.ts";
import { adapters } from "./support/adapters.ts";

for (const { name, make } of await adapters()) {
  const start = async (http2: boolean): Promise<Origin> => {
    const server = await startThing("https-server");
    const port = await server.call<number>("port");
    const runtime = make({ caCertificates: [await server.call<string>("ca")] });
    return {
      answer: (answer) => server.call("setAnswers", [answer]),
      sent: () => server.call("sent"),
      requests: async () => (await server.call<{ method: string }[]>("requests")).map(({ method }) => method),
      client: (config, more) =>
        new KalshiClient({
          auth,
          runtime,
          config: { ...config, http2, baseUrl: `https://localhost:${port}/trade-api/v2` },
          ...more,
        }),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  };
  const versions = make().capabilities.http2 ? [false, true] : [false];
  for (const http2 of versions) {
    testAnswers(`${name}, HTTP/${http2 ? 2 : 1.1}`, () => start(http2), name === "denoRuntime");
  }
}

if (runtimeName === "node") testAnswers("Node's own fetch", () => rawOrigin(builtinNodeRuntime()));
