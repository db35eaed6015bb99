import { assert, assertEquals, assertThrows } from "@std/assert";
import { KalshiClient, KalshiConfigError } from "../../mod.ts";
import { systemClock } from "../../src/base/clock.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { type FeedContext, KalshiFeed, type KalshiFeedOptions } from "../../src/workers/mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";

/** A socket that the platform kept while the object was out of memory. */
function keptSocket(attachment: unknown) {
  const frames: { type: string; msg: Record<string, unknown> }[] = [];
  return {
    frames,
    closed: false,
    send: (text: string) => void frames.push(JSON.parse(text)),
    close() {
      this.closed = true;
    },
    serializeAttachment(value: unknown) {
      attachment = value;
    },
    deserializeAttachment: () => attachment,
  };
}

function contextOf(sockets: ReturnType<typeof keptSocket>[]) {
  const alarms: number[] = [];
  const ctx: FeedContext = {
    storage: { setAlarm: (at) => Promise.resolve(void alarms.push(at)) },
    acceptWebSocket() {},
    getWebSockets: () => sockets,
  };
  return { ctx, alarms };
}

/** A feed that reaches no exchange. */
class CutOffFeed extends KalshiFeed {
  tries = 0;
  readonly errors: unknown[] = [];
  protected override createClient(): Promise<KalshiClient> {
    this.tries++;
    return Promise.reject(new Error("no way"));
  }
  protected override onError(error: unknown): void {
    this.errors.push(error);
  }
}

test("KalshiFeed: an object that comes back tells its readers at once that what they have is old", async () => {
  const reader = keptSocket({ label: undefined, wishes: "A/1,B/7" });
  const other = keptSocket({ label: "x", wishes: "B/2" });
  const gone = keptSocket(null);
  const { ctx, alarms } = contextOf([reader, other, gone]);
  const feed = new CutOffFeed(ctx, {});
  const told = ({ frames }: typeof reader) =>
    frames.map(({ type, msg }) => [type, msg.market_ticker ?? msg.channel ?? msg.state]);
  assertEquals(told(reader), [
    ["status", "connecting"],
    ["stale", "A"],
    ["stale", "B"],
    ["gap", "ticker"],
    ["gap", "trade"],
  ]);
  assertEquals(told(other), [["status", "connecting"], ["gap", "ticker"]]);
  assertEquals(gone.frames, []);
  await until(() => feed.tries === 1 && alarms.length > 1);
  assertEquals(feed.errors.length, 1);
  // The attempt failed: the alarm that makes the next comes within a second.
  assert((alarms.at(-1) ?? 0) - systemClock.now() <= 1_000);

  // Half a conversation from before the object was lost does no harm.
  const count = reader.frames.length;
  await feed.webSocketMessage(reader, JSON.stringify({ cmd: "heartbeat", id: 1 }));
  assertEquals(reader.frames.length, count);
  await feed.webSocketMessage(gone, JSON.stringify({ cmd: "list_subscriptions" }));
  assertEquals(gone.frames, []);
  feed.webSocketClose(reader);
  feed.webSocketClose(reader);
  feed.webSocketError(other);
  feed.webSocketClose(gone);
  assertEquals([reader.closed, other.closed, gone.closed], [true, true, true]);
});

test("KalshiFeed: markets that are always kept up set an alarm as soon as the object is there", async () => {
  const { ctx, alarms } = contextOf([]);
  const feed = new CutOffFeed(ctx, {}, { tickers: ["A"] });
  await until(() => feed.tries === 1);
  assert(alarms.length > 0);
});

test("KalshiFeed: onStream is called again until it does not throw", async () => {
  const exchange = LocalExchange.create({ seed: 1 });
  const { auth } = await exchange.createAccount();
  let calls = 0;
  class Failing extends CutOffFeed {
    protected override createClient(): Promise<KalshiClient> {
      const client = new KalshiClient({ auth, config: exchange.config, transport: exchange.fetch });
      const stream = {
        state: "open",
        status: () => never(),
        close: () => Promise.resolve(),
        on: () => never(),
      };
      Object.defineProperty(client, "stream", { value: () => Promise.resolve(stream) });
      return Promise.resolve(client);
    }
    protected override onStream(): void {
      if (++calls < 3) throw new Error("not yet");
    }
  }
  const never = () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) });
  const feed = new Failing(contextOf([keptSocket({ label: undefined, wishes: "" })]).ctx, {});
  await until(() => calls === 1);
  for (let n = 0; n < 5; n++) await feed.alarm();
  assertEquals([calls, feed.errors.length], [3, 2]);
});

test("KalshiFeed: options that are unknown or out of range are refused at construction", () => {
  const make = (options: KalshiFeedOptions) => new CutOffFeed(contextOf([]).ctx, {}, options);
  for (
    const options of [{ heartbeatMs: 10 }, { maxReaders: 0 }, { maxMarketsPerReader: 151 }, { idleMs: 0.5 }]
  ) {
    assertThrows(() => make(options), KalshiConfigError, "takes a whole number from");
  }
  assertThrows(
    () => make({ maxReader: 1 } as KalshiFeedOptions),
    KalshiConfigError,
    "Did you mean maxReaders?",
  );
});

test("KalshiFeed: methods that fail refuse, and say so to the log alone", async () => {
  class Failing extends CutOffFeed {
    protected override authorize(request: Request): boolean {
      if (request.url.endsWith("/status")) throw new Error("a secret");
      return undefined as unknown as boolean;
    }
  }
  const feed = new Failing(contextOf([]).ctx, {});
  const answer = await feed.fetch(new Request("https://feed.example/status"));
  assertEquals(answer.status, 500);
  assert(!(await answer.text()).includes("secret"));
  assertEquals(feed.errors.length, 1);
  assertEquals((await feed.fetch(new Request("https://feed.example/book/A"))).status, 403);
  const plain = new KalshiFeed(contextOf([]).ctx, {});
  assertEquals(
    (await plain.fetch(new Request("https://feed.example/status", { method: "POST" }))).status,
    405,
  );
  const status = await (await plain.fetch(new Request("https://feed.example/status"))).json();
  assertEquals([status.state, status.readers, status.markets], ["idle", 0, 0]);
});
