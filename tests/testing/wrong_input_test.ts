import { assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { KalshiConfigError } from "../../src/base/errors.ts";
import {
  CassetteTransport,
  FaultTransport,
  fileCassette,
  ManualClock,
  memoryCassette,
  RecordingTransport,
  ReplayTransport,
  TokenBucket,
} from "../../src/testing/mod.ts";
import { test } from "../support/test.ts";

// deno-lint-ignore no-explicit-any -- options as plain JavaScript gives them.
type Untyped = any;

function assertRefused(call: () => unknown, says = ""): void {
  assertStringIncludes(assertThrows(call, KalshiConfigError).message, says);
}

const noObjects = (): readonly unknown[] => [null, "x", 7, true, [], new Map(), new Date(), () => {}];

const transport = () => Promise.resolve(new Response("{}"));

test("FaultTransport: options, chances and faults that are unknown or cannot be are refused", () => {
  const make = (options: Untyped) => () => new FaultTransport(options);
  for (const options of [undefined, ...noObjects()]) assertRefused(make(options), "object of options");
  assertRefused(make({}), "needs `transport`");
  assertRefused(make({ transport, fault: [] }), "Did you mean faults?");
  for (const wrong of [null, "x", {}, { fetch: 1 }]) {
    assertRefused(make({ transport: wrong }), "`transport` takes");
  }
  assertRefused(make({ transport, seed: "1" }), "`seed` takes");
  assertRefused(make({ transport, only: "POST" }), "`only` takes");
  assertRefused(make({ transport, clock: {} }), "`clock` takes");
  for (const rates of noObjects()) assertRefused(make({ transport, rates }), "rates");
  assertRefused(make({ transport, rates: { cut_after: 1 } }), "Did you mean cutAfter?");
  assertRefused(make({ transport, rates: { cutAfter: "0.5" } }), "rates: `cutAfter` takes");
  assertRefused(make({ transport, rates: { delayMs: 5 } }), "rates: `delayMs` takes");
  assertRefused(make({ transport, rates: { delayMs: ["1", "5"] } }), "rates: `delayMs` takes");
  for (const faults of [null, {}, "cut-after"]) assertRefused(make({ transport, faults }), "`faults` takes");
  const wrong: readonly [Untyped, string][] = [
    ["cut-after", "takes an object of options"],
    [null, "takes an object of options"],
    [{}, '`kind` takes "cut-before"'],
    [{ fault: "cut-after" }, 'no option "fault"'],
    [{ kind: "cut" }, '`kind` takes "cut-before"'],
    [{ kind: "cut-after", status: 503 }, 'no option "status"'],
    [{ kind: "status-after" }, "needs `status`"],
    [{ kind: "status-before", status: "503" }, "`status` takes"],
    [{ kind: "status-before", status: 503, body: {} }, "`body` takes text"],
    [{ kind: "status-before", status: 503, header: {} }, "Did you mean headers?"],
    [{ kind: "malformed" }, "needs `how`"],
    [{ kind: "malformed", how: "xml" }, '`how` takes "truncated"'],
  ];
  for (const [fault, says] of wrong) {
    assertRefused(make({ transport, faults: [undefined, fault] }), says);
    assertRefused(make({ transport, faults: [undefined, fault] }), "faults[1]");
  }
});

test("cassettes: options that are unknown, missing or cannot be are refused", () => {
  const cassette = memoryCassette();
  const makers: readonly ((options: Untyped) => () => unknown)[] = [
    (options) => () => new CassetteTransport({ mode: "replay", ...options }),
    (options) => () => new RecordingTransport(options),
    (options) => () => new ReplayTransport(options),
  ];
  for (const make of makers) {
    assertRefused(make({}), "needs `cassette`");
    for (const wrong of [null, "x.jsonl", {}, { read() {} }]) {
      assertRefused(make({ cassette: wrong }), "`cassette` takes fileCassette(path)");
    }
    assertRefused(make({ cassete: cassette }), "Did you mean cassette?");
    assertRefused(make({ cassette, repeat: "always" }), '`repeat` takes "never" or "last"');
    assertRefused(make({ cassette, redact: /x/ }), "`redact` takes");
    for (const match of noObjects()) assertRefused(make({ cassette, match }), "match");
    assertRefused(make({ cassette, match: { bodi: false } }), "Did you mean body?");
    assertRefused(make({ cassette, match: { body: "no" } }), "`body` takes true or false");
    assertRefused(make({ cassette, match: { ignoreBody: "count" } }), "`ignoreBody` takes a list of names");
  }
  for (const make of makers.slice(1)) {
    for (const options of [undefined, ...noObjects()]) assertRefused(make(options), "object of options");
    assertRefused(make({ cassette, mode: "record" }), 'no option "mode"');
  }
  for (const options of [undefined, ...noObjects()]) {
    assertRefused(() => new CassetteTransport(options as Untyped));
  }
  assertRefused(() => new CassetteTransport({ cassette } as Untyped), "needs `mode`");
  assertRefused(() => new CassetteTransport({ cassette, mode: "play" as Untyped }), '`mode` takes "replay"');
  assertRefused(
    () => new RecordingTransport({ cassette, keepHeaders: "date" as Untyped }),
    "`keepHeaders` takes",
  );
  assertRefused(() => new RecordingTransport({ cassette, transport: {} as Untyped }), "`transport` takes");
  assertRefused(() => new ReplayTransport({ cassette, transport } as Untyped), 'no option "transport"');
  for (const text of [null, 7, {}, []]) {
    assertRefused(() => memoryCassette(text as Untyped), "the text of a recording");
  }
  for (const path of [undefined, null, "", 7, {}, new URL("https://example.com/x")]) {
    assertRefused(() => fileCassette(path as Untyped), "the path of a file");
  }
});

test("ManualClock and TokenBucket: what is no number of milliseconds or tokens is refused", async () => {
  for (const start of [null, "0", NaN, -1, Infinity, {}, new Date(0)]) {
    assertRefused(() => new ManualClock(start as Untyped), "ManualClock: `startMs` takes milliseconds");
  }
  const clock: Untyped = new ManualClock(0);
  for (const ms of [undefined, null, "5", NaN, -1, Infinity, {}]) {
    await assertRejects(() => clock.advance(ms), KalshiConfigError, "advance: `ms` takes milliseconds");
  }
  assertRefused(() => clock.setTimer("x", 5), "setTimer: `callback` takes a function");
  assertRefused(() => clock.setTimer(() => {}, NaN), "setTimer: `delayMs` takes milliseconds");
  for (const budget of [undefined, null, {}, { tokensPerSecond: "100" }, { tokensPerSecond: NaN }]) {
    assertRefused(() => new TokenBucket(budget as Untyped, 0), "`tokensPerSecond` takes a number");
  }
  assertRefused(
    () => new TokenBucket({ tokensPerSecond: 1, capacity: "1" as Untyped }, 0),
    "`capacity` takes a number",
  );
});
