import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  KalshiAbortError,
  KalshiAuthRejectedError,
  KalshiClosedError,
  KalshiConfigError,
  KalshiConnectionError,
  type KalshiError,
  KalshiTimeoutError,
} from "../../src/base/errors.ts";
import type { NewOrderSingle } from "../../src/contract/fix/messages.ts";
import { FixClient } from "../../src/fix/client.ts";
import { KalshiFixClosedError, KalshiFixLogonError, KalshiFixSequenceError } from "../../src/fix/errors.ts";
import { MemoryFixStore } from "../../src/fix/store.ts";
import { test } from "../support/test.ts";
import { auth, configOf, connected, Gateway, optionsFor, SIGNATURE } from "./gateway_bed.ts";
import { order, report } from "./peer.ts";

const inCents = (ClOrdID: string) => ({ ...order(ClOrdID), Price: "55" }) as NewOrderSingle;

/** What a first connection fails with. */
async function failure(
  gateway: Gateway,
  options: Parameters<typeof optionsFor>[1] = {},
): Promise<KalshiError> {
  const connecting = FixClient.connect(optionsFor(gateway, options));
  const failed = connecting.then(
    () => {
      throw new Error("it connected");
    },
    (error) => error as KalshiError,
  );
  for (let turn = 0; turn < 4; turn++) await gateway.clock.advance(0);
  return await failed;
}

test("a client connects, logs on with its key, and logs out", async () => {
  const gateway = new Gateway();
  const client = await connected(gateway);
  assertEquals(client.state.name, "active");
  const [logon] = gateway.logons;
  assertEquals(logon?.header.SenderCompID, "a-key");
  assertEquals(logon?.header.TargetCompID, "KalshiNR");
  assertEquals(logon?.ResetSeqNumFlag, true);
  assertEquals(new TextDecoder().decode(logon?.RawData), SIGNATURE);
  const closing = client.close();
  assertEquals(client.state.name, "closing");
  await gateway.clock.advance(0);
  await closing;
  await client.close();
  assertEquals(client.state, { name: "closed", cause: undefined });
  assertEquals([gateway.connects, gateway.open], [1, 0]);
  assertEquals(gateway.clock.pending, 0);
  assertThrows(() => client.send(order("late")), KalshiClosedError);
});

test("a silent peer's Logout is not waited for longer than it may take, or not at all", async () => {
  const gateway = new Gateway();
  const client = await connected(gateway);
  gateway.deaf = true;
  const closing = client.close();
  await gateway.clock.advance(1_999);
  assertEquals(client.state.name, "closing");
  await gateway.clock.advance(1);
  await closing;
  assertEquals(client.state.name, "closed");

  const second = new Gateway();
  const hasty = await connected(second);
  second.deaf = true;
  const abort = new AbortController();
  const cut = hasty.close({ signal: abort.signal });
  abort.abort();
  await cut;
  assertEquals(hasty.state.name, "closed");
});

test("each refusal of a first Logon is an error that says what to do, without the signature", async () => {
  const cases: [string, new (...args: never[]) => KalshiError, RegExp][] = [
    [`Invalid signature ${SIGNATURE}`, KalshiAuthRejectedError, /demo and production/],
    ["Unknown API key", KalshiAuthRejectedError, /check the key id/],
    ["Session not enabled for this key", KalshiAuthRejectedError, /on request/],
    ["SendingTime accuracy problem", KalshiFixLogonError, /NTP/],
    ["something new", KalshiFixLogonError, /refused: something new\./],
  ];
  for (const [text, Class, advice] of cases) {
    const gateway = new Gateway();
    gateway.answer = () => ({ refuse: text });
    const error = await failure(gateway);
    assert(error instanceof Class, `${text}: ${error.name}`);
    assert(advice.test(error.message), error.message);
    assert(!`${error.message}${error.stack}${JSON.stringify(error)}`.includes(SIGNATURE), text);
    assertEquals([gateway.connects, gateway.open, gateway.clock.pending], [1, 0, 0]);
  }
});

test("a first connection that does not come up is an error that says what to do", async () => {
  const refused = new Gateway();
  refused.unreachable.push(
    new KalshiConnectionError("Cannot connect to fix.example:8228: connect ECONNREFUSED.", {
      cause: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }),
    }),
  );
  const nobody = await failure(refused);
  assert(nobody instanceof KalshiConnectionError);
  assert(/Nothing takes connections there/.test(nobody.message), nobody.message);
  assertEquals(nobody.outcome, "not-sent");

  const untrusted = new Gateway();
  untrusted.unreachable.push(
    new KalshiConnectionError("Cannot connect: self-signed certificate.", {
      cause: Object.assign(new Error("self-signed certificate"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" }),
    }),
  );
  assert(/`ca`/.test((await failure(untrusted)).message));

  const slow = new Gateway();
  slow.unreachable.push("never");
  const connecting = assertRejects(() => FixClient.connect(optionsFor(slow)), KalshiTimeoutError, "10000 ms");
  await slow.clock.advance(10_000);
  await connecting;

  const mute = new Gateway();
  mute.deaf = true;
  const waiting = assertRejects(
    () => FixClient.connect(optionsFor(mute)),
    KalshiTimeoutError,
    "did not answer",
  );
  await mute.clock.advance(10_000);
  await waiting;
  assertEquals(mute.connects, 1);
});

test("a key that cannot sign, and options that are wrong, are told before anything is sent", async () => {
  const gateway = new Gateway();
  const options = optionsFor(gateway, {
    auth: { keyId: "a-key", sign: () => Promise.reject(new Error("the KMS is away")) },
  });
  const failing = assertRejects(() => FixClient.connect(options), Error, "failed");
  await gateway.clock.advance(0);
  await failing;
  assertEquals(gateway.logons.length, 0);
  await assertRejects(
    () => FixClient.connect({ config: configOf("order-entry"), runtime: gateway.runtime }),
    KalshiConfigError,
    "needs a key",
  );
  await assertRejects(
    () => FixClient.connect({ ...optionsFor(gateway), keyId: "x" }),
    KalshiConfigError,
    "not both",
  );
  await assertRejects(
    () => FixClient.connect({ auth, config: configOf("order-entry-rt"), runtime: gateway.runtime }),
    KalshiConfigError,
    "FileFixStore",
  );
  await assertRejects(
    () => FixClient.connect({ ...optionsFor(gateway), stor: 1 } as never),
    KalshiConfigError,
    "store",
  );
  assertEquals(gateway.connects, 1);
});

test("a signal ends the attempt to connect, at any of its steps", async () => {
  for (const step of ["connect", "logon", "wait"] as const) {
    const gateway = new Gateway();
    if (step === "connect") gateway.unreachable.push("never");
    if (step === "logon") gateway.deaf = true;
    if (step === "wait") gateway.answer = () => ({ refuse: "already exists" });
    const abort = new AbortController();
    const reason = new Error("enough");
    const connecting = FixClient.connect(optionsFor(gateway, { signal: abort.signal }));
    const failed = connecting.then(() => undefined, (error) => error);
    for (let turn = 0; turn < 4; turn++) await gateway.clock.advance(0);
    abort.abort(reason);
    const error = await failed;
    assert(error instanceof KalshiAbortError, step);
    assertEquals(error.cause, reason);
    assertEquals([gateway.connects, gateway.open, gateway.clock.pending], [1, 0, 0], step);
  }
});

test("a signal ends it between the logon and the gateway's first answer, without waiting for a Logout", async () => {
  const gateway = new Gateway("order-entry-rt");
  const accept = gateway.answer;
  gateway.answer = (logon) => {
    gateway.deaf = true;
    return accept(logon);
  };
  const abort = new AbortController();
  const failed = FixClient.connect(optionsFor(gateway, { signal: abort.signal })).then(
    () => undefined,
    (error) => error,
  );
  for (let turn = 0; turn < 4; turn++) await gateway.clock.advance(0);
  assertEquals(gateway.open, 1);
  abort.abort();
  assert(await failed instanceof KalshiAbortError);
});

test("a Logon of a key that is still online is tried again for a minute, each time signed anew", async () => {
  const gateway = new Gateway();
  gateway.answer = () => ({ refuse: "session already exists" });
  const times = new Set<string>();
  const connecting = FixClient.connect(optionsFor(gateway));
  const failed = connecting.then(() => undefined, (error) => error as KalshiError);
  for (let second = 0; second < 40; second++) await gateway.clock.advance(1_000);
  const tries = gateway.connects;
  assert(tries > 7 && tries < 22, `${tries} tries`);
  for (const { header } of gateway.logons) times.add(header.SendingTime);
  assertEquals(times.size, gateway.logons.length);
  for (let second = 0; second < 40; second++) await gateway.clock.advance(1_000);
  const error = await failed;
  assert(error instanceof KalshiFixLogonError, error?.name);
  assert(/up to 60 s/.test(error.message));
  assertEquals(gateway.clock.pending, 0);

  // It comes online when the old session has timed out.
  const second = new Gateway();
  const accept = second.answer;
  second.answer = () => ({ refuse: "session already exists" });
  const late = FixClient.connect(optionsFor(second, { config: configOf("order-entry", { maxRetries: 0 }) }));
  await second.clock.advance(20_000);
  second.answer = accept;
  await second.clock.advance(5_000);
  const client = await late;
  assertEquals(client.state.name, "active");
  await second.clock.advance(0);
  const closing = client.close();
  await second.clock.advance(0);
  await closing;
});

test("a connection that is lost is made again, and every reader is told what may be missing", async () => {
  const gateway = new Gateway();
  const client = await connected(gateway);
  const reports = client.executionReports();
  const all = client.messages();
  await gateway.clock.advance(20_000);
  gateway.says(report("one"));
  await gateway.clock.advance(1_000);
  const lostMs = gateway.clock.now();
  await gateway.cut();
  assertEquals(client.state.name, "waiting");
  assertThrows(() => client.send(order("early")), KalshiConnectionError, "nothing was sent");
  await gateway.clock.advance(500);
  assertEquals(client.state.name, "active");
  gateway.says(report("two"));
  await gateway.clock.advance(0);
  const seen = [];
  for (let k = 0; k < 3; k++) seen.push((await reports.next()).value);
  const [one, marker, two] = seen;
  assert(one?.MsgType === "8" && one.ClOrdID === "one");
  assert(two?.MsgType === "8" && two.ClOrdID === "two");
  assert(marker?.MsgType === undefined && marker?.type === "reconnected");
  assert(marker.missedFromMs < lostMs && marker.missedToMs >= lostMs);
  assertEquals((await all.next()).value?.MsgType, "8");
  assertEquals(gateway.logons.map(({ header }) => header.MsgSeqNum), [1, 1]);
  const closing = client.close();
  await gateway.clock.advance(0);
  await closing;
  assertEquals((await reports.next()).done, true);
  assertEquals((await all.next()).done, false);
});

test("a gap on a session that sends nothing again ends the connection; the marker has the numbers", async () => {
  const gateway = new Gateway();
  const client = await connected(gateway);
  const reports = client.executionReports();
  gateway.store.setOutgoing(5);
  gateway.says(report("behind"));
  await gateway.clock.advance(0);
  const [marker, behind] = [(await reports.next()).value, (await reports.next()).value];
  assert(marker?.MsgType === undefined && marker?.type === "gap");
  assertEquals([marker.from, marker.to, marker.reason], [2, 4, "sequence"]);
  // What came is true all the same.
  assert(behind?.MsgType === "8" && behind.ClOrdID === "behind");
  await gateway.clock.advance(500);
  assertEquals(client.state.name, "active");
  const again = (await reports.next()).value;
  assert(again?.MsgType === undefined && again?.type === "reconnected");
  assertEquals(client.told.filter(({ type }) => type === "gap").length, 1);
  const closing = client.close();
  await gateway.clock.advance(0);
  await closing;
});

test("tries that fail in a row end the client, which then says why to everybody", async () => {
  const gateway = new Gateway();
  const client = await connected(gateway, { config: configOf("order-entry", { maxRetries: 3 }) });
  const reports = client.executionReports();
  for (let k = 0; k < 10; k++) gateway.unreachable.push(new KalshiConnectionError("nobody there"));
  await gateway.clock.advance(20_000);
  await gateway.cut();
  const steps: number[] = [];
  for (let k = 0; k < 20; k++) {
    if (client.state.name === "waiting") steps.push(client.state.attempt);
    await gateway.clock.advance(1_000);
  }
  assertEquals(client.state.name, "closed");
  assertEquals(gateway.connects, 4);
  assert(steps.every((step, k) => k === 0 || step >= (steps[k - 1] ?? 0)));
  const error = await assertRejects(() => reports.next(), KalshiFixClosedError, "nobody there");
  assert(error.cause instanceof KalshiConnectionError);
  assertEquals(gateway.clock.pending, 0);
  assertThrows(() => client.send(order("late")), KalshiClosedError);
  await client.close();
});

test("the weekly maintenance does not use up the tries", async () => {
  // A Thursday, a minute before 03:00 in New York.
  const gateway = new Gateway("order-entry", {}, Date.UTC(2026, 8, 24, 6, 59, 0));
  const config = configOf("order-entry", { maxRetries: 2, retryMaxDelayMs: 60_000 });
  const client = await connected(gateway, { config });
  await gateway.clock.advance(60_000);
  for (let k = 0; k < 10_000; k++) gateway.unreachable.push(new KalshiConnectionError("maintenance"));
  await gateway.cut();
  for (let minute = 0; minute < 119; minute++) await gateway.clock.advance(60_000);
  assertEquals(client.state.name, "waiting");
  assert(gateway.connects > 60 && gateway.connects < 600, `${gateway.connects} tries`);
  gateway.unreachable.length = 0;
  await gateway.clock.advance(120_000);
  assertEquals(client.state.name, "active");
  const closing = client.close();
  await gateway.clock.advance(0);
  await closing;
});

test("numbers go on over connections where messages are sent again, and nothing is missing", async () => {
  const gateway = new Gateway("order-entry-rt");
  const client = await connected(gateway);
  const reports = client.executionReports();
  gateway.says(report("one"));
  await gateway.clock.advance(20_000);
  // The gateway sends while nobody is there.
  const line = gateway.lines.at(-1);
  gateway.deaf = true;
  gateway.says(report("two"));
  line?.cut();
  await gateway.clock.advance(0);
  gateway.deaf = false;
  await gateway.clock.advance(500);
  assertEquals(client.state.name, "active");
  gateway.says(report("three"));
  await gateway.clock.advance(0);
  const seen = [];
  for (let k = 0; k < 3; k++) seen.push((await reports.next()).value);
  assertEquals(seen.map((item) => item?.MsgType === "8" ? item.ClOrdID : item?.type), [
    "one",
    "two",
    "three",
  ]);
  assertEquals(gateway.logons.map(({ ResetSeqNumFlag }) => ResetSeqNumFlag), [undefined, undefined]);
  const closing = client.close();
  await gateway.clock.advance(0);
  await closing;
});

test("a lost store is told at once, and numbers do not climb", async () => {
  const gateway = new Gateway("order-entry-rt");
  gateway.store.setIncoming(57);
  gateway.store.setOutgoing(90);
  const error = await failure(gateway);
  assert(error instanceof KalshiFixSequenceError, error.message);
  assert(/`store`/.test(error.message) && /onSequenceMismatch/.test(error.message));
  assertEquals(gateway.logons.map(({ header }) => header.MsgSeqNum), [1]);
});

test("a lost store begins both numbers anew once where that is asked for", async () => {
  const gateway = new Gateway("order-entry-rt");
  gateway.store.setIncoming(57);
  gateway.store.setOutgoing(90);
  const config = configOf("order-entry-rt", { onSequenceMismatch: "reset" });
  const client = await connected(gateway, { config });
  assertEquals(client.state.name, "active");
  assertEquals(
    gateway.logons.map(({ header, ResetSeqNumFlag }) => [header.MsgSeqNum, ResetSeqNumFlag]),
    [[1, undefined], [1, true]],
  );
  const reports = client.executionReports();
  gateway.says(report("first"));
  await gateway.clock.advance(0);
  const first = (await reports.next()).value;
  assert(first?.MsgType === "8" && first.header.MsgSeqNum === 3);
  await gateway.clock.advance(20_000);
  await gateway.cut();
  await gateway.clock.advance(500);
  // The next connection goes on.
  assertEquals(gateway.logons.at(-1)?.ResetSeqNumFlag, undefined);
  assert((gateway.logons.at(-1)?.header.MsgSeqNum ?? 0) > 1);
  const closing = client.close();
  await gateway.clock.advance(0);
  await closing;

  // A reset that does not help is not made twice.
  const stubborn = new Gateway("order-entry-rt");
  stubborn.answer = () => ({ refuse: "MsgSeqNum too low, expecting 57 but received 1" });
  const error = await failure(stubborn, { config });
  assert(error instanceof KalshiFixSequenceError);
  assertEquals(stubborn.logons.map(({ ResetSeqNumFlag }) => ResetSeqNumFlag), [undefined, true]);
});

test("a store that is used again goes on where the last client was", async () => {
  const gateway = new Gateway("order-entry-rt");
  const store = new MemoryFixStore();
  for (let k = 0; k < 2; k++) {
    const client = await connected(gateway, { store });
    client.send(inCents(`order-${k}`));
    await gateway.clock.advance(0);
    const closing = client.close();
    await gateway.clock.advance(0);
    await closing;
  }
  assertEquals(gateway.messages.map((message) => message.header.MsgSeqNum), [3, 7]);
  assertEquals(gateway.events.filter(({ type }) => type === "gap").length, 0);
});

test("a log has every frame and event, and no signature", async () => {
  const gateway = new Gateway();
  const lines: string[] = [];
  let closed = 0;
  const log = Object.assign(
    ({ kind, text }: { kind: string; text: string }) => void lines.push(`${kind} ${text}`),
    { close: () => void closed++ },
  );
  const client = await connected(gateway, { log });
  client.send(inCents("one"));
  const closing = client.close();
  await gateway.clock.advance(0);
  await closing;
  const text = lines.join("\n");
  assert(/^out 8=FIXT\.1\.1\|9=\d+\|35=A\|.*\|95=60\|96=\[redacted\]\|.*10=\d{3}\|$/m.test(text), text);
  assert(/^in 8=FIXT\.1\.1\|.*35=A\|/m.test(text));
  assert(/^out .*35=D\|.*11=one\|/m.test(text));
  assert(/^event .*"logged-on"/m.test(text));
  assert(/^event .*"closed"/m.test(text));
  assert(!text.includes(SIGNATURE) && !text.includes(SIGNATURE.slice(4, 24)));
  assertEquals(closed, 1);
});

test("a reader that leaves is forgotten; one that is too slow is told", async () => {
  const gateway = new Gateway();
  const client = await connected(gateway);
  const left = client.executionReports();
  const slow = client.executionReports({ limit: 2 });
  gateway.says(report("one"));
  await gateway.clock.advance(0);
  for await (const item of left) {
    assertEquals(item.MsgType, "8");
    break;
  }
  for (const id of ["two", "three", "four"]) gateway.says(report(id));
  await gateway.clock.advance(0);
  assertEquals((await left.next()).done, true);
  assertEquals((await slow.next()).done, false);
  assertEquals((await slow.next()).done, false);
  await assertRejects(() => slow.next(), Error, "executionReports()");
  assertThrows(() => client.messages("8", { polcy: 1 } as never), KalshiConfigError, "policy");
  const closing = client.close();
  await gateway.clock.advance(0);
  await closing;
});

test("what an earlier process missed is read by iterables that are opened at once, and counted when it was told", async () => {
  const gateway = new Gateway("order-entry-rt");
  const store = new MemoryFixStore();
  const first = await connected(gateway, { store });
  await gateway.clock.advance(0);
  const abort = new AbortController();
  abort.abort();
  gateway.deaf = true;
  gateway.says(report("while-away"));
  gateway.lines.at(-1)?.cut();
  await first.close({ signal: abort.signal });
  gateway.deaf = false;

  const told: unknown[] = [];
  const connecting = FixClient.connect(optionsFor(gateway, {
    store,
    onMessage: (message) => void told.push([message.header.MsgSeqNum, store.nextIncoming]),
  }));
  const reading = connecting.then((client) => client.executionReports());
  for (let turn = 0; turn < 4; turn++) await gateway.clock.advance(0);
  const reports = await reading;
  const missed = (await reports.next()).value;
  assert(missed?.MsgType === "8" && missed.ClOrdID === "while-away");
  // Its number is the one that is expected next, so that a kill in here would bring it again.
  assertEquals(told, [[missed.header.MsgSeqNum, missed.header.MsgSeqNum]]);
  const client = await connecting;
  const closing = client.close();
  await gateway.clock.advance(0);
  await closing;
  assertEquals(gateway.clock.pending, 0);
});

test("one message with a number that was used before ends the connection, not the client", async () => {
  const gateway = new Gateway("order-entry-rt");
  const client = await connected(gateway);
  gateway.says(report("one"));
  await gateway.clock.advance(20_000);
  const next = gateway.store.nextOutgoing;
  gateway.store.setOutgoing(next - 1);
  gateway.says(report("twice"));
  await gateway.clock.advance(1_000);
  assertEquals(client.state.name, "active");
  assertEquals(gateway.logons.map(({ ResetSeqNumFlag }) => ResetSeqNumFlag), [undefined, undefined]);
  const closing = client.close();
  await gateway.clock.advance(0);
  await closing;
});
