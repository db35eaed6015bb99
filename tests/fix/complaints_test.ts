/** What users of other FIX engines complain about in public, each by the behaviour that is wanted instead. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiClosedError } from "../../src/base/errors.ts";
import type { Logon } from "../../src/contract/fix/messages.ts";
import { afterEnd } from "../../src/fix/reconnecting.ts";
import { FixSession } from "../../src/fix/session.ts";
import type { FixConnection, FixRole, FixSessionOptions } from "../../src/fix/session_types.ts";
import { MemoryFixStore } from "../../src/fix/store.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { there } from "../../tools/there.ts";
import { logon, order, Peer, plain, report } from "./peer.ts";

const acceptor: FixSessionOptions["role"] = {
  side: "acceptor",
  accept: ({ HeartBtInt }) => {
    const { MsgType: _, ...answer } = logon({ HeartBtInt: HeartBtInt ?? 30 });
    return { accept: answer };
  },
};

// artio#503
test("when both sides ask at once, a GapFill ends where sending stood, and the session goes on", async () => {
  const peer = await new Peer().logOn({}, { MsgSeqNum: 7 });
  assertEquals(await peer.line(), "2:2 1-0");
  peer.says({ MsgType: "2", BeginSeqNo: 1, EndSeqNo: 0 }, { MsgSeqNum: 8 });
  assertEquals(await peer.line(), "1:4! to 3");
  peer.says({ MsgType: "4", GapFillFlag: true, NewSeqNo: 9 }, { MsgSeqNum: 1, PossDupFlag: true });
  assertEquals([peer.session.send(order("next")), await peer.line()], [3, "3:D"]);
  peer.says(report("next"), { MsgSeqNum: 9 });
  assertEquals(peer.ids, ["next"]);
});

// artio#503
test("a GapFill that waits for a slow store does not reach over what is sent meanwhile", async () => {
  const store = new MemoryFixStore();
  const sent = store.sent.bind(store);
  let read = () => {};
  store.sent =
    ((from: number, to: number) =>
      new Promise((resolve) => read = () => resolve(sent(from, to)))) as unknown as typeof store.sent;
  const peer = await new Peer({ store, sendAgain: () => false }).logOn();
  peer.session.send(order("before"));
  await peer.sent();
  peer.says({ MsgType: "2", BeginSeqNo: 1, EndSeqNo: 0 });
  peer.session.send(order("meanwhile"));
  assertEquals(await peer.line(), "3:D");
  read();
  assertEquals(await peer.line(), "1:4! to 3");
});

// artio#503
test("a ResendRequest whose number a SequenceReset overtook is served, and ends nothing", async () => {
  const peer = await new Peer().logOn();
  peer.session.send(order("mine"));
  await peer.sent();
  peer.says({ MsgType: "4", GapFillFlag: true, NewSeqNo: 9 }, { MsgSeqNum: 2, PossDupFlag: true });
  peer.says({ MsgType: "2", BeginSeqNo: 2, EndSeqNo: 0 }, { MsgSeqNum: 8 });
  assertEquals(await peer.line(), "2:D!");
  peer.says(report("after"), { MsgSeqNum: 9 });
  assertEquals([peer.ids, peer.session.active], [["after"], true]);
});

// artio#545
test("what follows a resend is acted on at once, without waiting for a heartbeat", async () => {
  const store = new MemoryFixStore();
  store.setIncoming(2);
  const peer = await new Peer({ store }).logOn({}, { MsgSeqNum: 5 });
  assertEquals(await peer.line(), "2:2 2-0");
  peer.says(report("missed"), { MsgSeqNum: 2, PossDupFlag: true });
  peer.says({ MsgType: "4", GapFillFlag: true, NewSeqNo: 6 }, { MsgSeqNum: 3, PossDupFlag: true });
  peer.says(report("live"), { MsgSeqNum: 6 });
  peer.says({ MsgType: "1", TestReqID: "there?" }, { MsgSeqNum: 7 });
  assertEquals(peer.ids, ["missed", "live"]);
  assertEquals(await peer.line(), "3:0");
  // And when it was asked for messages itself.
  peer.says({ MsgType: "2", BeginSeqNo: 1, EndSeqNo: 0 }, { MsgSeqNum: 8 });
  assertEquals(await peer.line(), "1:4! to 4");
  peer.says(report("later"), { MsgSeqNum: 9 });
  assertEquals([peer.session.send(order("mine")), await peer.line()], [4, "4:D"]);
  assertEquals(peer.ids.at(-1), "later");
});

// artio#185
test("a Logon answer that resets the numbers unasked is followed, and nothing is asked for again", async () => {
  const store = new MemoryFixStore();
  store.setOutgoing(80);
  store.setIncoming(57);
  const peer = await new Peer({ store }).logOn({ ResetSeqNumFlag: true }, { MsgSeqNum: 1 });
  assertEquals(await peer.line(), "");
  assertEquals([store.nextOutgoing, store.nextIncoming], [2, 2]);
  peer.says(report("a"), { MsgSeqNum: 2 });
  assertEquals([peer.ids, peer.session.send(order("b"))], [["a"], 2]);
  // A peer that counts our Logon differently asks, and is helped over the difference.
  peer.says({ MsgType: "2", BeginSeqNo: 1, EndSeqNo: 1 }, { MsgSeqNum: 3 });
  assertEquals(await peer.line(), "2:D 1:4! to 2");
});

// artio#185
test("a reset while a gap is open closes it, and the session goes on", async () => {
  for (const reset of ["Logon", "SequenceReset"] as const) {
    const peer = await new Peer().logOn();
    await peer.sent();
    peer.says(report("behind the gap"), { MsgSeqNum: 9 });
    assertEquals(await peer.line(), "2:2 2-0");
    if (reset === "Logon") peer.says(logon({ ResetSeqNumFlag: true }), { MsgSeqNum: 1 });
    else peer.says({ MsgType: "4", NewSeqNo: 2 + 40 }, { MsgSeqNum: 10 });
    await peer.sent();
    let number = reset === "Logon" ? 2 : 42;
    peer.says(report("after"), { MsgSeqNum: number++ });
    assertEquals(peer.ids, ["behind the gap", "after"], reset);
    // Nothing of the gap is asked for or given up later.
    await peer.clock.advance(29_000);
    peer.says({ MsgType: "0" }, { MsgSeqNum: number++ });
    await peer.clock.advance(29_000);
    peer.says({ MsgType: "0" }, { MsgSeqNum: number++ });
    assertEquals((await peer.sent()).filter(({ MsgType }) => MsgType !== "0"), [], reset);
    assertEquals(peer.session.active, true);
  }
});

// quickfixn#875
test("what is sent again is what was sent, group for group", async () => {
  const peer = await new Peer({ sendAgain: () => true }).logOn();
  peer.session.send(
    {
      ...order("grouped"),
      extra: [[30001, "x"]],
      NoPartyIDs: [{ PartyID: "p", PartyRole: 24 }, { PartyID: "q", PartyRole: 12 }],
    } as never,
  );
  const [first] = await peer.sent();
  await peer.clock.advance(1500);
  peer.says({ MsgType: "2", BeginSeqNo: 2, EndSeqNo: 2 });
  const [again] = await peer.sent();
  const { header, ...body } = there(again);
  const { header: firstHeader, ...firstBody } = there(first);
  assertEquals(plain(body), plain(firstBody));
  assertEquals(header.PossDupFlag, true);
  assertEquals(header.OrigSendingTime, firstHeader.SendingTime);
  assert(header.SendingTime > firstHeader.SendingTime);
});

// quickfixn#309
test("a gap is asked for in chunks, also when a GapFill passes the end of one", async () => {
  const peer = await new Peer({ resendChunk: 3 }).logOn();
  await peer.sent();
  peer.says(report("late"), { MsgSeqNum: 12 });
  assertEquals(await peer.line(), "2:2 2-4");
  for (const n of [2, 3, 4]) peer.says(report(`m${n}`), { MsgSeqNum: n, PossDupFlag: true });
  assertEquals(await peer.line(), "3:2 5-7");
  peer.says({ MsgType: "4", GapFillFlag: true, NewSeqNo: 9 }, { MsgSeqNum: 5, PossDupFlag: true });
  assertEquals(await peer.line(), "4:2 9-0");
  for (const n of [9, 10, 11]) peer.says(report(`m${n}`), { MsgSeqNum: n, PossDupFlag: true });
  assertEquals(await peer.line(), "");
  assertEquals(peer.ids, ["m2", "m3", "m4", "m9", "m10", "m11", "late"]);
  assertEquals(peer.events.at(-1), { type: "gap-filled" });
});

// IronFix#29
test("a talking peer does not hide a gap that it never fills", async () => {
  const peer = await new Peer({ resendTimeoutMs: 5_000, resendAttempts: 2 }).logOn();
  await peer.sent();
  let number = 4;
  peer.says(report("x"), { MsgSeqNum: number++ });
  const lines = [await peer.line()];
  for (let second = 0; second < 15; second++) {
    await peer.clock.advance(1_000);
    peer.says({ MsgType: "0" }, { MsgSeqNum: number++ });
    lines.push(await peer.line());
  }
  assertEquals(lines.filter((line) => line !== ""), ["2:2 2-0", "3:2 2-0", "4:2 2-0", "5:5"]);
  await peer.clock.advance(2_000);
  assertEquals(peer.ended()?.kind, "gap");
});

// quickfixj#639
test("memory is bounded while a gap is open, and what found no room is asked for again", async () => {
  const peer = await new Peer({ mostHeld: 3 }).logOn();
  await peer.sent();
  for (let n = 4; n <= 20; n++) peer.says(report(`m${n}`), { MsgSeqNum: n });
  assertEquals(await peer.line(), "2:2 2-0");
  for (const n of [2, 3]) peer.says(report(`m${n}`), { MsgSeqNum: n, PossDupFlag: true });
  assertEquals(peer.ids, ["m2", "m3", "m4", "m5", "m6"]);
  assertEquals(await peer.line(), "3:2 7-0");
  for (let n = 7; n <= 20; n++) peer.says(report(`m${n}`), { MsgSeqNum: n, PossDupFlag: true });
  assertEquals(peer.ids.length, 19);
  assertEquals(peer.events.at(-1), { type: "gap-filled" });
});

/** Wants heartbeats in this interval. */
const asking = (HeartBtInt: number): FixRole => ({
  side: "initiator",
  logon: () => ({ EncryptMethod: 0, RawData: Uint8Array.of(1), HeartBtInt, DefaultApplVerID: "9" }),
});

// IronFix#37
test("an interval of 0 means no heartbeats, and nothing runs wild", async () => {
  const peer = new Peer({ role: asking(0) });
  await peer.sent();
  peer.says({
    MsgType: "A",
    EncryptMethod: 0,
    HeartBtInt: 0,
    DefaultApplVerID: "9",
    RawData: Uint8Array.of(1),
  });
  await peer.connection.loggedOn;
  await peer.clock.advance(3_600_000);
  assertEquals(await peer.line(), "");
  assertEquals(peer.session.active, true);
});

// quickfixj#1243
test("nothing of a dead connection is looked at on the next", async () => {
  const peer = await new Peer().logOn();
  const old = peer.connection;
  const late = peer.frame(report("late"), { MsgSeqNum: 2 });
  const half = late.subarray(0, 20);
  old.receive(half);
  old.lost("reset by peer");
  assertEquals(peer.ended(), { kind: "lost", text: "reset by peer" });
  peer.connect();
  old.receive(late);
  old.lost("again");
  assertEquals(peer.session.state, "preparing");
  await peer.logOn();
  old.receive(peer.frame(report("older"), { MsgSeqNum: 3 }));
  assertEquals(peer.ids, []);
  peer.says(report("new"));
  assertEquals(peer.ids, ["new"]);
});

// quickfixgo#345
test("a reset is answered once, not by another reset", async () => {
  const peer = await new Peer().logOn();
  peer.session.send(order("one"));
  await peer.sent();
  const logon: Logon = {
    MsgType: "A",
    EncryptMethod: 0,
    HeartBtInt: 30,
    DefaultApplVerID: "9",
    RawData: Uint8Array.of(1),
    ResetSeqNumFlag: true,
  };
  peer.says(logon, { MsgSeqNum: 1 });
  assertEquals(await peer.line(), "1:A");
  assertEquals([peer.store.nextOutgoing, peer.store.nextIncoming], [2, 2]);
  peer.says(logon, { MsgSeqNum: 1 });
  assertEquals(await peer.line(), "");
  peer.says(report("after"), { MsgSeqNum: 2 });
  assertEquals(peer.ids, ["after"]);
});

// quickfixj#1081
test("a store that gives back something else makes a hole that is filled over, not a body with holes", async () => {
  const store = new MemoryFixStore();
  const sent = store.sent.bind(store);
  const peer = await new Peer({ store, sendAgain: () => true }).logOn();
  for (const id of ["one", "two", "three"]) peer.session.send(order(id));
  await peer.sent();
  store.sent = (from, to) =>
    sent(from, to).map(({ sequence, frame }) =>
      sequence === 3 ? { sequence, frame: frame.map((byte, i) => i === 60 ? 0 : byte) } : { sequence, frame }
    );
  peer.says({ MsgType: "2", BeginSeqNo: 1, EndSeqNo: 0 });
  assertEquals(await peer.line(), "1:4! to 2 2:D! 3:4! to 4 4:D!");
  assertEquals(peer.events.filter(({ type }) => type === "store-damaged"), [{
    type: "store-damaged",
    MsgSeqNum: 3,
  }]);
});

// quickfixn#309
test("a GapFill to the end of everything closes a gap that is asked for in chunks", async () => {
  const store = new MemoryFixStore();
  store.setIncoming(10_260);
  const peer = await new Peer({ store, resendChunk: 2500 }).logOn({}, { MsgSeqNum: 36_264 });
  assertEquals(await peer.line(), "2:2 10260-12759");
  peer.says({ MsgType: "4", GapFillFlag: true, NewSeqNo: 12_000 }, { MsgSeqNum: 10_260, PossDupFlag: true });
  assertEquals(await peer.line(), "");
  peer.says({ MsgType: "4", GapFillFlag: true, NewSeqNo: 12_760 }, { MsgSeqNum: 12_000, PossDupFlag: true });
  assertEquals(await peer.line(), "3:2 12760-15259");
  peer.says({ MsgType: "4", GapFillFlag: true, NewSeqNo: 36_265 }, { MsgSeqNum: 12_760, PossDupFlag: true });
  assertEquals([await peer.line(), store.nextIncoming], ["", 36_265]);
  assertEquals(peer.events.at(-1), { type: "gap-filled" });
});

// IronFix#37
test("a HeartBtInt that makes no sense ends the logon on either side, and says so", async () => {
  for (const HeartBtInt of [-1, 86_401, 18_446_744_073_709]) {
    const peer = new Peer();
    await peer.sent();
    peer.says(logon({ HeartBtInt }));
    await assertRejects(() => peer.connection.loggedOn, KalshiClosedError, "HeartBtInt(108) must be from 0");
    assertEquals((await peer.connection.ended).kind, "refused");
    assertEquals(peer.clock.pending, 0);

    const server = new Peer({ role: acceptor });
    server.says(logon({ HeartBtInt }));
    const [answer] = await server.sent();
    assertEquals(answer?.MsgType, "5");
    assert(String(answer?.Text).includes("HeartBtInt(108) must be from 0 to 86400 seconds"));
    assert(server.closed);
  }
  const longest = await new Peer({ role: asking(86_400) }).logOn({ HeartBtInt: 86_400 });
  await longest.sent();
  await longest.clock.advance(86_399_000);
  assertEquals(await longest.line(), "");
});

// IronFix#37
test("a TestRequest is answered by any traffic, and the silence after it counts anew", async () => {
  const peer = await new Peer().logOn();
  for (let round = 0; round < 3; round++) {
    await peer.clock.advance(36_000);
    assert((await peer.line()).includes(":1"), "asks after 36 s of silence");
    peer.says(report(`fill ${round}`));
    await peer.clock.advance(35_000);
    assertEquals(peer.session.active, true);
    peer.says({ MsgType: "0", TestReqID: "of another question" });
    await peer.sent();
  }
  assertEquals(peer.ids.length, 3);
});

// quickfixj#639
test("a long resend is read from the store in parts, and goes on when the peer has taken the one before", async () => {
  const store = new MemoryFixStore();
  const peer = await new Peer({ store, sendAgain: () => true }).logOn();
  for (let n = 0; n < 1000; n++) peer.session.send(order(`o-${n}`));
  await peer.sent();
  const asked: number[] = [];
  const sent = store.sent.bind(store);
  store.sent = (from, to) => {
    asked.push(to - from + 1);
    return sent(from, to);
  };
  let taken = () => {};
  peer.drained = () => new Promise<void>((resolve) => taken = resolve);
  peer.says({ MsgType: "2", BeginSeqNo: 1, EndSeqNo: 0 });
  const parts: number[] = [];
  for (let turn = 0; turn < 10; turn++) {
    const again = (await peer.sent()).filter(({ MsgType }) => MsgType === "D");
    // Nothing more comes before the peer has taken this.
    assertEquals(await peer.line(), "");
    if (again.length > 0) parts.push(again.length);
    taken();
  }
  assert(asked.every((size) => size <= 200), `${asked}`);
  assertEquals(parts.reduce((a, b) => a + b, 0), 1000);
  assert(parts.every((size) => size <= 200), `${parts}`);
});

// quickfixj#639
test("a peer that asks again and again is cut off, not served for ever", async () => {
  const peer = await new Peer({ sendAgain: () => true }).logOn();
  for (let n = 0; n < 500; n++) peer.session.send(order(`o-${n}`));
  await peer.sent();
  peer.drained = () => new Promise<void>(() => {});
  for (let n = 0; n < 200; n++) peer.says({ MsgType: "2", BeginSeqNo: 1, EndSeqNo: 0 });
  assertEquals(peer.session.state, "logging-out");
  await peer.clock.advance(2_000);
  assertEquals(peer.ended(), { kind: "protocol", text: "too many ResendRequests at once" });
});

// jspurefix#77
test("two connections that are read at the same time do not share a byte", async () => {
  const peers = [await new Peer().logOn(), await new Peer().logOn()] as const;
  const frames = peers.map((peer, side) =>
    Array.from({ length: 20 }, (_, n) => peer.frame(report(`${side}-${"x".repeat(n * 37)}-${n}`)))
  );
  for (let n = 0; n < 20; n++) {
    const pair = frames.map((list) => there(list[n]));
    for (let at = 0; pair.some(({ length }) => at < length); at += 13) {
      peers.forEach((peer, side) => peer.connection.receive(there(pair[side]).subarray(at, at + 13)));
    }
  }
  peers.forEach((peer, side) => {
    assertEquals(peer.ids, Array.from({ length: 20 }, (_, n) => `${side}-${"x".repeat(n * 37)}-${n}`));
    assertEquals(peer.events.filter(({ type }) => type === "garbled"), []);
    // What both send lies in buffers of their own.
    peer.session.send(order(`of ${side}`));
  });
  for (const [side, peer] of peers.entries()) {
    const [sent] = (await peer.sent()).filter(({ MsgType }) => MsgType === "D");
    assertEquals(sent?.ClOrdID, `of ${side}`);
  }
});

// jspurefix#83
test("a GapFill bears the first number it stands for, also when nothing but the Logon was sent", async () => {
  const peer = await new Peer().logOn();
  await peer.sent();
  peer.says({ MsgType: "2", BeginSeqNo: 1, EndSeqNo: 0 });
  assertEquals(await peer.line(), "1:4! to 2");
  for (const EndSeqNo of [0, 1, 999_999]) {
    peer.says({ MsgType: "2", BeginSeqNo: 1, EndSeqNo });
    assertEquals(await peer.line(), "1:4! to 2");
  }
  assertEquals(peer.session.send(order("next")), 2);
});

// quickfix#417
test("an answer that confirms the reset we asked for begins nothing anew", async () => {
  const peer = await new Peer({ resetOnLogon: true }).logOn({ ResetSeqNumFlag: true });
  assertEquals(await peer.line(), "");
  assertEquals(peer.events.filter(({ type }) => type === "reset"), [{
    type: "reset",
    by: "us",
    nextIncoming: 1,
  }]);
  assertEquals([peer.store.nextOutgoing, peer.store.nextIncoming], [2, 2]);
  peer.says(report("a"));
  assertEquals([peer.ids, peer.session.send(order("b"))], [["a"], 2]);
});

// quickfixgo#431
test("numbers do not climb from try to try when the peer refuses them", async () => {
  const peer = new Peer();
  for (let round = 0; round < 3; round++) {
    if (round > 0) peer.connect();
    const [first] = await peer.sent();
    assertEquals(first?.header.MsgSeqNum, 1);
    const said = "MsgSeqNum too low, expecting 42 but received 1";
    peer.says({ MsgType: "5", Text: said }, { MsgSeqNum: 57 });
    const end = await peer.connection.ended;
    assertEquals(end, { kind: "sequence", text: said });
    const pace = { retryBaseDelayMs: 1, retryMaxDelayMs: 1, alreadyOnlineMs: 1 };
    assertEquals(afterEnd(end, round, 0, pace, () => 0), { action: "fail" });
  }
  // One that cuts the connection without a word leaves the number to be told.
  peer.connect();
  await peer.sent();
  peer.connection.lost("the peer closed the connection");
  assertEquals(
    peer.ended()?.text,
    "the peer closed the connection before it answered the Logon, whose MsgSeqNum was 1",
  );
});

// jspurefix#15
test("two sides that both miss messages ask once each, and then talk on", async () => {
  const clock = new ManualClock();
  const asked = [0, 0];
  const got: [unknown[], unknown[]] = [[], []];
  const make = (side: 0 | 1): FixSession => {
    const store = new MemoryFixStore();
    // Both have sent what the other has never seen.
    store.setOutgoing(side === 0 ? 20 : 50);
    store.setIncoming(side === 0 ? 43 : 12);
    return new FixSession({
      role: side === 0 ? { side: "initiator", logon: () => logon() } : acceptor,
      SenderCompID: side === 0 ? "a" : "b",
      TargetCompID: side === 0 ? "b" : "a",
      clock,
      store,
      retransmission: true,
      onMessage: (message) => void got[side].push((message as unknown as { ClOrdID: string }).ClOrdID),
      onFrame: (direction, frame) => {
        if (direction === "out" && new TextDecoder().decode(frame).includes("\x0135=2\x01")) {
          asked[side] = there(asked[side]) + 1;
        }
      },
    });
  };
  const [one, two] = [make(0), make(1)];
  const ends: FixConnection[] = [];
  const link = (other: 0 | 1) => ({
    write: (bytes: Uint8Array) => {
      const copy = bytes.slice();
      queueMicrotask(() => ends[other]?.receive(copy));
    },
    close: () => {},
  });
  const accepted = two.connect(link(0));
  ends.push(one.connect(link(1)), accepted);
  await Promise.all(ends.map(({ loggedOn }) => loggedOn));
  await clock.advance(0);
  one.send(order("to two"));
  two.send(order("to one"));
  await clock.advance(60_000);
  assertEquals(asked, [1, 1]);
  assertEquals(got, [["to one"], ["to two"]]);
  assertEquals([one.state, two.state], ["active", "active"]);
});

// jspurefix#140
test("a Logon that resets bears number 1, whatever a store or an earlier connection has counted", async () => {
  const store = new MemoryFixStore();
  store.setOutgoing(42);
  store.setIncoming(17);
  const peer = new Peer({ store, resetOnLogon: true });
  for (let round = 0; round < 3; round++) {
    if (round > 0) peer.connect();
    const [first] = await peer.sent();
    assertEquals([first?.header.MsgSeqNum, first?.ResetSeqNumFlag], [1, true]);
    peer.next = 1;
    await peer.logOn({ ResetSeqNumFlag: true });
    assertEquals(peer.session.send(order("one")), 2);
    peer.says(report("two"));
    peer.connection.lost("gone");
  }
  assertEquals(peer.ids.length, 3);
});

// quickfixj#1114
test("a ResendRequest that a dead connection swallowed is sent on the next one", async () => {
  const peer = await new Peer().logOn();
  await peer.sent();
  peer.says(report("c"), { MsgSeqNum: 4 });
  peer.connection.lost("gone");
  await peer.sent();
  peer.connect();
  await peer.logOn({}, { MsgSeqNum: 5 });
  const [asked] = await peer.sent();
  assertEquals([asked?.MsgType, asked?.BeginSeqNo, asked?.EndSeqNo], ["2", 2, 0]);
  for (const [n, id] of ["a", "b", "c"].entries()) {
    peer.says(report(id), { MsgSeqNum: 2 + n, PossDupFlag: true });
  }
  peer.says(report("d"), { MsgSeqNum: 6 });
  assertEquals(peer.ids, ["a", "b", "c", "d"]);
});

// quickfixj#344
test("GapFills have the right numbers where messages of the application and the session alternate", async () => {
  const peer = await new Peer({ sendAgain: () => true }).logOn();
  for (const id of ["two", "four"]) {
    peer.session.send(order(id));
    peer.says({ MsgType: "1", TestReqID: id });
  }
  peer.says({ MsgType: "1", TestReqID: "six" });
  peer.session.send(order("seven"));
  assertEquals(await peer.line(), "2:D 3:0 4:D 5:0 6:0 7:D");
  const asks = async (BeginSeqNo: number, EndSeqNo: number) => {
    peer.says({ MsgType: "2", BeginSeqNo, EndSeqNo });
    return await peer.line();
  };
  assertEquals(await asks(1, 0), "1:4! to 2 2:D! 3:4! to 4 4:D! 5:4! to 7 7:D!");
  assertEquals(await asks(3, 6), "3:4! to 4 4:D! 5:4! to 7");
  assertEquals(await asks(5, 5), "5:4! to 6");
  assertEquals(await asks(7, 900), "7:D!");
});

// quickfix#561
test("a ResendRequest is served right behind the Logon, and even before it", async () => {
  const behind = new Peer({ sendAgain: () => true });
  await behind.sent();
  const frames = [behind.frame(logon()), behind.frame({ MsgType: "2", BeginSeqNo: 1, EndSeqNo: 0 })];
  behind.connection.receive(Uint8Array.from(frames.flatMap((frame) => [...frame])));
  assertEquals([await behind.line(), behind.session.active], ["1:4! to 2", true]);

  const before = new Peer();
  assertEquals(await before.line(), "1:A");
  before.says({ MsgType: "2", BeginSeqNo: 1, EndSeqNo: 0 });
  assertEquals([await before.line(), before.session.state], ["1:4! to 2", "logging-on"]);
  await before.logOn();
  before.says(report("a"));
  assertEquals([before.ids, await before.line()], [["a"], ""]);

  // An acceptor takes its time over a Logon, and the request waits for that.
  let judged = () => {};
  const wait = new Promise<void>((resolve) => judged = resolve);
  const { MsgType: _, ...accept } = logon();
  const server = new Peer({ role: { side: "acceptor", accept: () => wait.then(() => ({ accept })) } });
  server.says(logon());
  server.says({ MsgType: "2", BeginSeqNo: 1, EndSeqNo: 0 });
  assertEquals(await server.line(), "");
  judged();
  assertEquals([await server.line(), server.session.active], ["1:A 1:4! to 2", true]);
});
