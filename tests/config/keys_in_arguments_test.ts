/** A key in the place of an argument gets into no error, and is not sent. */
import { assert, assertEquals } from "@std/assert";
import { parseCount, parseFixed, parsePrice } from "../../src/base/fixed_point.ts";
import { rfqAfter } from "../../src/fix/mod.ts";
import { RateLimiter } from "../../src/rate_limits/mod.ts";
import { openRecording } from "../../src/recordings/mod.ts";
import { notionalMicros } from "../../src/perps/money/mod.ts";
import { ed25519Pkcs8 } from "../auth/fixtures.ts";
import { recordingClient } from "../rest/recording.ts";
import { startTimed } from "../stream/support/timed_exchange.ts";
import { test } from "../support/test.ts";

const KEYS = [
  ed25519Pkcs8,
  ed25519Pkcs8.replaceAll("\n", "\\n"),
  ed25519Pkcs8.replace(/-----[^-]*-----|\s/g, ""),
];
const SECRET_PART = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

const budget = { tokensPerSecond: 1 };
const limiter = new RateLimiter({ read: budget, write: budget });

async function assertUnquoted(key: string, act: () => unknown): Promise<void> {
  let error: unknown;
  try {
    await act();
  } catch (thrown) {
    error = thrown;
  }
  assert(error instanceof Error && "code" in error, String(error));
  const said = `${error.stack}${error.message}${JSON.stringify(error)}`;
  const parts = key.match(/[\w+/=]{16,}/g) ?? [];
  assert(parts.length > 0);
  for (const part of parts) assert(!said.includes(part.slice(0, 16)), said);
}

test("no function quotes a key that it was given", async () => {
  await using venue = await startTimed();
  const stream = await venue.connect();
  for (const key of [...KEYS, SECRET_PART]) {
    await assertUnquoted(key, () => parsePrice(key));
    await assertUnquoted(key, () => parseCount(key.repeat(20)));
    await assertUnquoted(key, () => parseFixed(key, 2));
    await assertUnquoted(key, () => notionalMicros(key, "1.00"));
    await assertUnquoted(key, () => limiter.setShards([{ ticker: key, exchange_index: -1 }]));
    await assertUnquoted(key, () => rfqAfter({ name: "requested", QuoteReqID: "1" }, key as never));
    await assertUnquoted(key, () => rfqAfter(key as never, { MsgType: "UA" } as never));
    await assertUnquoted(key, () => stream.subscribe(key as never));
  }
  assertEquals(venue.wire.sent("subscribe"), []);
  for (const key of KEYS) await assertUnquoted(key, () => openRecording(key));
  await stream.close();
});

test("a key in the path of a request is not sent", async () => {
  const { client, requests } = recordingClient(() => Response.json({}));
  for (const key of KEYS) {
    await assertUnquoted(key, () => client.request("GET", `/markets/${encodeURIComponent(key)}`));
  }
  assertEquals(requests.length, 0);
});
