/** No secret of a request gets into an error or a hook, however and wherever a server sends it back. */
import { assert } from "@std/assert";
import { type KalshiClient, KalshiError } from "../../mod.ts";
import { KlearAuth, KlearClient } from "../../src/klear/mod.ts";
import type { PerpsClient } from "../../src/perps/mod.ts";
import { clients } from "../support/clients.ts";
import { type PlaceName, PLACES, RAW, type Spelling, SPELLINGS, startMirror } from "../support/mirror.ts";
import { Captured, textsOf } from "../support/secrets.ts";
import { runtimeName, test } from "../support/test.ts";

const spellings = Object.keys(SPELLINGS) as Spelling[];
const places = Object.keys(PLACES) as PlaceName[];

/** Those in which everything is tried; in the others, a few ways of writing. */
const tried: ReadonlySet<PlaceName> = new Set<PlaceName>([
  "a refusal's message",
  "a refusal's details, deep",
  "JSON without its end",
  "a page",
  "bytes as a result",
  "a redirect's target",
]);
const few: ReadonlySet<Spelling> = new Set<Spelling>([
  "as it is",
  "JSON with \\u002f",
  "URL twice",
  "base64url",
]);

const usual = { maxRetries: 1, retryBaseDelayMs: 0 };

// deno-lint-ignore no-explicit-any -- what hooks are told is looked into freely.
type Hooks = any;

/** A client with credentials that are caught, of each of Kalshi's APIs. */
const opened: readonly (readonly [
  owner: string,
  open: (secrets: Captured, baseUrl: string, hooks: Hooks) => KalshiClient | PerpsClient | KlearClient,
])[] = [
  ...clients.map(({ name, make }) =>
    [name, (secrets: Captured, baseUrl: string, hooks: Hooks) =>
      make({
        auth: secrets.signer(),
        config: { ...usual, baseUrl, extraHeaders: secrets.headers },
        ...hooks,
      })] as const
  ),
  ["KlearClient", (secrets, baseUrl, hooks) => {
    const { authorization: _, ...extraHeaders } = secrets.headers;
    return new KlearClient({
      auth: new KlearAuth("desk", () => secrets.token()),
      config: { ...usual, baseUrl: baseUrl.replace("/trade-api/v2", "/klear-api/v1"), extraHeaders },
      ...hooks,
    });
  }],
];

for (const [owner, open] of opened) {
  test(`${owner}: a server that sends secrets back finds them in no error and no hook`, async () => {
    await using mirror = await startMirror();
    const secrets = new Captured();
    const told: unknown[] = [];
    await using client = open(secrets, mirror.baseUrl, {
      onRequest: (event: unknown) => told.push(event),
      onResponse: (event: unknown) => told.push(event),
      onRetry: (event: { readonly error: unknown }) => told.push(event, event.error),
    });
    let calls = 0;
    let failures = 0;
    for (const [place, where] of places.entries()) {
      if (RAW.has(where) && runtimeName === "workers") continue;
      for (const [spelling, name] of spellings.entries()) {
        if (!tried.has(where) && !few.has(name)) continue;
        calls++;
        // Some of them sent twice: what the first attempt was signed with comes back as well.
        const again = few.has(name) ? "/again" : "";
        try {
          await client.request("GET", `/mirror/${place}/${spelling}${again}`);
        } catch (error) {
          failures++;
          assert(error instanceof KalshiError, String(error));
          told.push(error);
        }
        for (const item of told.splice(0)) {
          secrets.assertHidden(textsOf(item), SPELLINGS[name], `${where}, ${name}`);
        }
      }
    }
    // Some runtimes take for good what others refuse.
    assert(failures > calls * 0.9, `${failures} of ${calls}`);
  });
}
