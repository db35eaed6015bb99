/** No secret of a handshake gets into a stream's errors and hooks, however and wherever a server sends it back. */
import { assert } from "@std/assert";
import { KalshiAuth, KalshiError } from "../../mod.ts";
import { KalshiStream } from "../../src/stream/mod.ts";
import { type PlaceName, PLACES, RAW, type Spelling, SPELLINGS, startMirror } from "../support/mirror.ts";
import { Captured, textsOf } from "../support/secrets.ts";
import { runtimeName, test } from "../support/test.ts";
import { until } from "../support/until.ts";

const few: readonly Spelling[] = [
  ...["as it is", "JSON with every letter escaped", "HTML decimal", "URL twice", "base64url"],
  ...["base64 of it", "hexadecimal", "spaces between the letters"],
] as const;

/** Connects, with all that the stream tells in `told`. */
async function connect(
  baseUrl: string,
  path: string,
  secrets: Captured,
  told: unknown[],
): Promise<KalshiStream> {
  return await KalshiStream.connect({
    auth: await KalshiAuth.fromSigner(secrets.signer()),
    config: {
      wsBaseUrl: baseUrl.replace("http", "ws").replace("/v2", "/ws/v2"),
      extraHeaders: { ...secrets.headers, "x-mirror": path },
      wsMaxRetries: 1,
      retryBaseDelayMs: 0,
      retryMaxDelayMs: 0,
      wsJsonParse: (text) => {
        try {
          return JSON.parse(text);
        } catch {
          // What the parser of some runtimes does.
          throw new SyntaxError(`JSON Parse error: Unexpected identifier "${text}"`);
        }
      },
    },
    onError: (error) => told.push(error),
    onUnknown: (frame) => told.push(frame),
    onUnreadable: (text) => told.push(text),
  });
}

test("a refused handshake shows no secret in any place of its answer", async () => {
  await using mirror = await startMirror();
  const secrets = new Captured();
  for (const [place, where] of (Object.keys(PLACES) as PlaceName[]).entries()) {
    if (RAW.has(where) && runtimeName === "workers") continue;
    for (const name of few) {
      const path = `/mirror/${place}/${Object.keys(SPELLINGS).indexOf(name)}`;
      const told: unknown[] = [];
      const error = await connect(mirror.baseUrl, path, secrets, told).catch((error) => error);
      assert(error instanceof KalshiError && error.code !== "CONFIG", String(error));
      for (const item of [error, ...told]) {
        secrets.assertHidden(textsOf(item), SPELLINGS[name], `${where}, ${name}`);
      }
    }
  }
});

for (const how of ["close", "refuse", "error", "garbage"]) {
  test(`a stream that is told its own secrets (${how}) shows none, the handshakes before included`, async () => {
    await using mirror = await startMirror();
    for (const name of few) {
      const secrets = new Captured();
      const told: unknown[] = [];
      const path = `/mirror/${how}/${Object.keys(SPELLINGS).indexOf(name)}`;
      await using stream = await connect(mirror.baseUrl, path, secrets, told);
      const watching = (async () => {
        for await (const status of stream.status()) told.push(status);
      })();
      const subscribing = stream.subscribe("trade").catch((error) => told.push(error));
      // It is told in each of its sessions.
      await until(() => stream.state === "closed" || stream.stats().reconnects >= 2);
      await stream.close();
      await Promise.all([watching, subscribing]);
      assert(told.length > 2, `${told.length}`);
      for (const item of told) secrets.assertHidden(textsOf(item), SPELLINGS[name], `${how}, ${name}`);
    }
  });
}
