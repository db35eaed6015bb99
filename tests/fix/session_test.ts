import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiClosedError, KalshiConfigError } from "../../src/base/errors.ts";
import { kalshiDictionary } from "../../src/contract/fix/dictionary.ts";
import { FixSession } from "../../src/fix/session.ts";
import type { FixConnection, FixLink, LogonFacts } from "../../src/fix/session_types.ts";
import { MemoryFixStore } from "../../src/fix/store.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { logon, order, Peer, report } from "./peer.ts";

test("a logon is made for the number and the time that it is sent with", async () => {
  const facts: LogonFacts[] = [];
  const peer = new Peer({
    role: {
      side: "initiator",
      logon: async (given) => {
        facts.push(given);
        await Promise.resolve();
        return { EncryptMethod: 0, RawData: Uint8Array.of(7), HeartBtInt: 30, DefaultApplVerID: "9" };
      },
    },
    resetOnLogon: true,
  });
  const [logon] = await peer.sent();
  assertEquals(logon?.MsgType, "A");
  assertEquals(logon?.ResetSeqNumFlag, true);
  assertEquals(logon?.header.MsgSeqNum, 1);
  assertEquals(facts, [{
    SenderCompID: "a-key",
    TargetCompID: "KalshiRT",
    MsgSeqNum: 1,
    SendingTime: logon?.header.SendingTime,
  }]);
  assertEquals(peer.session.active, false);
  assertThrows(() => peer.session.send(order("early")), KalshiClosedError);
  await peer.logOn();
  assertEquals(peer.session.active, true);
  assertEquals(peer.session.send(order("first")), 2);
  assertEquals(await peer.line(), "2:D");
});

test("a refused logon says why, whatever it is refused with", async () => {
  const logout = new Peer();
  await logout.sent();
  logout.says({ MsgType: "5", Text: "already exists" });
  await assertRejects(() => logout.connection.loggedOn, KalshiClosedError, "already exists");
  assertEquals(await logout.connection.ended, { kind: "refused", text: "already exists" });
  assert(logout.closed);

  const reject = new Peer();
  await reject.sent();
  reject.says({ MsgType: "3", RefSeqNum: 1, SessionRejectReason: 10, Text: "SendingTime accuracy" });
  assertEquals(await reject.connection.ended, { kind: "refused", text: "SendingTime accuracy" });

  const silent = new Peer({ logonTimeoutMs: 5_000 });
  await silent.sent();
  await silent.clock.advance(5_000);
  assertEquals((await silent.connection.ended).kind, "silent");

  const failing = new Peer({ role: { side: "initiator", logon: () => Promise.reject(new Error("no key")) } });
  assertEquals(await failing.connection.ended, { kind: "refused", text: "no key" });

  const foreign = new Peer({ TargetCompID: "KalshiNR" });
  await foreign.sent();
  foreign.says({
    MsgType: "A",
    EncryptMethod: 0,
    HeartBtInt: 30,
    DefaultApplVerID: "9",
    RawData: Uint8Array.of(1),
  });
  assertEquals(await foreign.connection.ended, { kind: "refused", text: "CompID problem" });
  const alias = await new Peer({ TargetCompID: "KalshiNR", alsoTargetCompID: ["KalshiRT"] }).logOn();
  assertEquals(alias.session.active, true);
});

test("a gap is asked for, filled in order, and told", async () => {
  const peer = await new Peer().logOn();
  await peer.sent();
  peer.says(report("a"));
  peer.says(report("d"), { MsgSeqNum: 5 });
  peer.says(report("e"), { MsgSeqNum: 6 });
  assertEquals(await peer.line(), "2:2 3-0");
  assertEquals(peer.ids, ["a"]);
  peer.says(report("b"), { MsgSeqNum: 3, PossDupFlag: true });
  peer.says(report("c"), { MsgSeqNum: 4, PossDupFlag: true });
  peer.says(report("d"), { MsgSeqNum: 5, PossDupFlag: true });
  peer.says(report("e"), { MsgSeqNum: 6, PossDupFlag: true });
  assertEquals(peer.ids, ["a", "b", "c", "d", "e"]);
  assertEquals(peer.store.nextIncoming, 7);
  assertEquals(peer.events.map(({ type }) => type), [
    "logged-on",
    "gap",
    "gap-filled",
    "duplicate",
    "duplicate",
  ]);
  assertEquals(peer.events[1], { type: "gap", from: 3, to: 4, recoverable: true });
});

test("a refusal to send again ends the session at once, though it stands behind the gap", async () => {
  const peer = await new Peer().logOn();
  await peer.sent();
  peer.says(report("d"), { MsgSeqNum: 5 });
  assertEquals(await peer.line(), "2:2 2-0");
  peer.says({ MsgType: "3", RefSeqNum: 2, RefMsgType: "2", Text: "older than what is kept" }, {
    MsgSeqNum: 6,
  });
  assertEquals(peer.events.map(({ type }) => type), ["logged-on", "gap", "rejected"]);
  assertEquals((await peer.sent()).map(({ MsgType }) => MsgType), ["5"]);
  peer.says({ MsgType: "5" }, { MsgSeqNum: 7 });
  assertEquals(peer.ended()?.kind, "gap");
  assertEquals(/2 was asked for .* older than what is kept/.test(peer.ended()?.text ?? ""), true);
});

test("a ResendRequest that comes while a gap is open is served, and the gap closes by a GapFill", async () => {
  const peer = await new Peer({ sendAgain: () => true }).logOn();
  peer.session.send(order("mine"));
  await peer.sent();
  // Both ask at once.
  peer.says({ MsgType: "2", BeginSeqNo: 1, EndSeqNo: 0 }, { MsgSeqNum: 4 });
  assertEquals(await peer.line(), "1:4! to 2 2:D! 3:2 2-0");
  peer.says({ MsgType: "4", GapFillFlag: true, NewSeqNo: 5 }, { MsgSeqNum: 2, PossDupFlag: true });
  assertEquals(peer.store.nextIncoming, 5);
  peer.says(report("after"), { MsgSeqNum: 5 });
  assertEquals(peer.ids, ["after"]);
});

test("a SequenceReset overtakes a ResendRequest, and the session goes on", async () => {
  const peer = await new Peer().logOn();
  await peer.sent();
  peer.says(report("x"), { MsgSeqNum: 9 });
  assertEquals(await peer.line(), "2:2 2-0");
  peer.says({ MsgType: "4", NewSeqNo: 20 }, { MsgSeqNum: 9 });
  assertEquals(peer.store.nextIncoming, 20);
  peer.says(report("y"), { MsgSeqNum: 20 });
  // What came before the reset is true, and will not come again.
  assertEquals(peer.ids, ["x", "y"]);
  peer.says({ MsgType: "1", TestReqID: "still there" }, { MsgSeqNum: 21 });
  assertEquals(await peer.line(), "3:0");
});

test("a reset that lowers the number is refused, and what follows is taken", async () => {
  const peer = await new Peer().logOn();
  await peer.sent();
  peer.says(report("a"));
  peer.says({ MsgType: "4", NewSeqNo: 1 }, { MsgSeqNum: 3 });
  const [reject] = await peer.sent();
  assertEquals([reject?.MsgType, reject?.SessionRejectReason, reject?.RefMsgType], ["3", 5, "4"]);
  peer.says(report("b"), { MsgSeqNum: 3 });
  peer.says({ MsgType: "4", GapFillFlag: true, NewSeqNo: 2 }, { MsgSeqNum: 4 });
  peer.says(report("c"), { MsgSeqNum: 5 });
  assertEquals(peer.ids, ["a", "b", "c"]);
});

test("a session goes on after it sent again", async () => {
  const peer = await new Peer({ sendAgain: (type) => type !== "D" }).logOn();
  peer.session.send(order("one"));
  peer.session.send({ MsgType: "q", ClOrdID: "all", MassCancelRequestType: "6" });
  await peer.sent();
  peer.says({ MsgType: "2", BeginSeqNo: 1, EndSeqNo: 0 });
  assertEquals(await peer.line(), "1:4! to 3 3:q!");
  peer.says({ MsgType: "2", BeginSeqNo: 2, EndSeqNo: 2 });
  assertEquals(await peer.line(), "2:4! to 3");
  peer.says({ MsgType: "2", BeginSeqNo: 9, EndSeqNo: 0 });
  assertEquals(await peer.line(), "");
  peer.session.send(order("two"));
  peer.says({ MsgType: "1", TestReqID: "x" });
  assertEquals(await peer.line(), "4:D 5:0");
  // Silence after a resend would be told by the heartbeat that is missing.
  await peer.clock.advance(30_000);
  assertEquals(await peer.line(), "6:0");
});

test("without retransmission a gap ends the session and says what is missing", async () => {
  const peer = await new Peer({ retransmission: false }).logOn();
  await peer.sent();
  peer.says(report("a"));
  peer.says(report("d"), { MsgSeqNum: 6 });
  // What came is true, and told; then it is over.
  assertEquals(peer.ids, ["a", "d"]);
  assertEquals(peer.events.at(-1), { type: "gap", from: 3, to: 5, recoverable: false });
  assertEquals(await peer.line(), "2:5");
  peer.says({ MsgType: "5" });
  assertEquals(peer.ended()?.kind, "gap");
});

test("a number that was used before ends the session, unless it is marked", async () => {
  const peer = await new Peer().logOn();
  await peer.sent();
  peer.says(report("a"));
  peer.says(report("a"), { MsgSeqNum: 2, PossDupFlag: true });
  assertEquals(peer.ids, ["a"]);
  peer.says(report("again"), { MsgSeqNum: 2 });
  const [logout] = await peer.sent();
  assertEquals(logout?.Text, "MsgSeqNum too low, expecting 3 but received 2");
  await peer.clock.advance(2_000);
  assertEquals(peer.ended()?.kind, "sequence");
  assert(peer.closed);
});

test("heartbeats are sent in silence, a silent peer is asked and then cut", async () => {
  const peer = await new Peer().logOn();
  await peer.sent();
  await peer.clock.advance(29_000);
  assertEquals(await peer.line(), "");
  await peer.clock.advance(1_000);
  assertEquals(await peer.line(), "2:0");
  await peer.clock.advance(6_000);
  assertEquals(await peer.line(), "3:1");
  // Traffic is an answer too.
  peer.says(report("a"));
  await peer.clock.advance(29_000);
  assertEquals(peer.session.active, true);
  await peer.sent();
  await peer.clock.advance(7_000);
  const [test] = (await peer.sent()).filter(({ MsgType }) => MsgType === "1");
  peer.says({ MsgType: "0", TestReqID: test?.TestReqID as string });
  await peer.clock.advance(35_900);
  assertEquals(peer.session.active, true);
  await peer.clock.advance(100);
  await peer.clock.advance(30_000);
  assertEquals(peer.ended(), { kind: "silent", text: "no answer to a TestRequest" });
  assertEquals(peer.clock.pending, 0);
});

test("numbers go on over connections, and begin at 1 on each where that is asked for", async () => {
  const peer = await new Peer().logOn();
  peer.session.send(order("one"));
  peer.connection.lost("gone");
  peer.connect();
  const [logon] = await peer.sent();
  assertEquals(logon?.header.MsgSeqNum, 3);
  peer.says({
    MsgType: "A",
    EncryptMethod: 0,
    HeartBtInt: 30,
    DefaultApplVerID: "9",
    RawData: Uint8Array.of(1),
  });
  assertEquals(peer.store.nextIncoming, 3);

  const lost = new Peer({ resetOnLogon: true });
  for (let i = 0; i < 3; i++) {
    if (i > 0) lost.connect();
    const [logon] = await lost.sent();
    assertEquals(logon?.header.MsgSeqNum, 1);
    lost.next = 1;
    await lost.logOn();
    assertEquals([lost.store.nextOutgoing, lost.store.nextIncoming], [2, 2]);
    lost.connection.lost("gone");
  }
});

test("a logout is answered, and one of ours waits for its answer", async () => {
  const theirs = await new Peer().logOn();
  await theirs.sent();
  theirs.says({ MsgType: "5", Text: "maintenance" });
  assertEquals(await theirs.line(), "2:5");
  assertEquals(theirs.ended(), { kind: "peer-logout", text: "maintenance" });

  const ours = await new Peer().logOn();
  await ours.sent();
  ours.session.logout();
  ours.session.logout();
  assertEquals(await ours.line(), "2:5");
  ours.says(report("a last fill"));
  assertEquals(ours.ids, ["a last fill"]);
  ours.says({ MsgType: "5" });
  assertEquals(ours.ended(), { kind: "logout", text: "we logged out" });
  assertEquals(ours.store.nextIncoming, 4);
  assertEquals(ours.clock.pending, 0);

  const unanswered = await new Peer({ logoutTimeoutMs: 700 }).logOn();
  unanswered.session.logout();
  await unanswered.clock.advance(700);
  assertEquals(unanswered.ended()?.kind, "logout");
});

/** Two sessions whose connection breaks at any byte. */
class Pair {
  readonly clock = new ManualClock();
  readonly got: [string[], string[]] = [[], []];
  readonly sessions: readonly [FixSession, FixSession];
  #ends: [FixConnection, FixConnection] | undefined;
  #queues: [number[][], number[][]] = [[], []];

  constructor(chunk: number) {
    const session = (side: 0 | 1) =>
      new FixSession({
        role: side === 0
          ? {
            side: "initiator",
            logon: () => ({
              EncryptMethod: 0,
              RawData: Uint8Array.of(1),
              HeartBtInt: 30,
              DefaultApplVerID: "9",
            }),
          }
          : { side: "acceptor", accept: ({ header: _, MsgType: __, ...logon }) => ({ accept: logon }) },
        SenderCompID: side === 0 ? "a" : "b",
        TargetCompID: side === 0 ? "b" : "a",
        clock: this.clock,
        store: new MemoryFixStore(),
        retransmission: true,
        resendChunk: chunk,
        resendTimeoutMs: 1000,
        sendAgain: () => true,
        onMessage: (message) => void this.got[side].push((message as unknown as { ClOrdID: string }).ClOrdID),
      });
    this.sessions = [session(0), session(1)];
  }

  get up(): boolean {
    return this.sessions.every((session) => session.active);
  }

  connect(): void {
    this.#queues = [[], []];
    const queues = this.#queues;
    const link = (side: 0 | 1): FixLink => ({
      write: (bytes) => void queues[side].push([...bytes]),
      close: () => {},
    });
    const b = this.sessions[1].connect(link(1));
    this.#ends = [this.sessions[0].connect(link(0)), b];
  }

  /** Moves bytes over, at most so many each way; a break loses what was on its way. */
  async move(bytes: number): Promise<void> {
    await this.clock.advance(0);
    for (const side of [0, 1] as const) {
      let left = bytes;
      const queue = this.#queues[side];
      while (left > 0 && queue.length > 0) {
        const part = (queue[0] as number[]).splice(0, left);
        if (queue[0]?.length === 0) queue.shift();
        left -= part.length;
        this.#ends?.[1 - side]?.receive(Uint8Array.from(part));
      }
    }
  }

  break(): void {
    this.#ends?.[0].lost("broken");
    this.#ends?.[1].lost("broken");
    this.#ends = undefined;
  }
}

test("over any breaks every message arrives once and in order, both ways", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ a: fc.nat(4), b: fc.nat(4), bytes: fc.nat(900), down: fc.boolean() }), {
        maxLength: 25,
      }),
      fc.constantFrom(0, 2, 7),
      async (steps, chunk) => {
        const pair = new Pair(chunk);
        const sent: [string[], string[]] = [[], []];
        const send = (side: 0 | 1, count: number) => {
          for (let i = 0; i < count; i++) {
            if (!pair.sessions[side].active) return;
            const id = `${side}-${sent[side].length}`;
            sent[side].push(id);
            pair.sessions[side].send(order(id));
          }
        };
        pair.connect();
        await pair.move(1e6);
        for (const { a, b, bytes, down } of steps) {
          send(0, a);
          send(1, b);
          await pair.move(bytes);
          if (!down) continue;
          pair.break();
          pair.connect();
          await pair.move(bytes);
        }
        for (let turn = 0; turn < 40; turn++) {
          await pair.move(1e6);
          if (turn % 10 === 9) await pair.clock.advance(1000);
        }
        if (!pair.up) {
          pair.break();
          pair.connect();
          for (let turn = 0; turn < 40; turn++) await pair.move(1e6);
        }
        assert(pair.up, "both are logged on in the end");
        assertEquals(pair.got[1], sent[0]);
        assertEquals(pair.got[0], sent[1]);
      },
    ),
    { numRuns: 40 },
  );
});

test("a Logon that is refused resets nothing, whatever its flag says", async () => {
  const store = new MemoryFixStore();
  store.setOutgoing(30);
  store.setIncoming(20);
  const server = new Peer({ store, role: { side: "acceptor", accept: () => ({ refuse: "bad signature" }) } });
  server.says(logon({ ResetSeqNumFlag: true }), { MsgSeqNum: 1 });
  const [answer] = await server.sent();
  assertEquals([answer?.MsgType, answer?.Text, answer?.header.MsgSeqNum], ["5", "bad signature", 30]);
  assertEquals([store.nextOutgoing, store.nextIncoming], [31, 20]);
  assertEquals(server.ended(), { kind: "refused", text: "bad signature" });
});

test("what came behind a gap is acted on when the peer fills over it", async () => {
  const peer = await new Peer().logOn();
  await peer.sent();
  peer.says(report("c"), { MsgSeqNum: 4 });
  peer.says({ MsgType: "1", TestReqID: "there?" }, { MsgSeqNum: 5 });
  assertEquals(await peer.line(), "2:2 2-0");
  peer.says({ MsgType: "4", GapFillFlag: true, NewSeqNo: 7 }, { MsgSeqNum: 2, PossDupFlag: true });
  assertEquals([peer.ids, await peer.line(), peer.store.nextIncoming], [["c"], "3:0", 7]);
  assertEquals(peer.events.at(-1), { type: "gap-filled" });
  peer.says(report("c"), { MsgSeqNum: 4, PossDupFlag: true });
  assertEquals(peer.ids, ["c"]);
});

test("a ResendRequest without a beginning, or that ends before it, is rejected", async () => {
  const peer = await new Peer().logOn();
  await peer.sent();
  peer.says({ MsgType: "2", EndSeqNo: 0 } as never);
  peer.says({ MsgType: "2", BeginSeqNo: 5, EndSeqNo: 3 });
  const rejects = await peer.sent();
  assertEquals(
    rejects.map(({ MsgType, RefTagID, SessionRejectReason }) => [MsgType, RefTagID, SessionRejectReason]),
    [
      ["3", 7, 1],
      ["3", 16, 5],
    ],
  );
  peer.says(report("a"));
  assertEquals(peer.ids, ["a"]);
});

test("a Reject that is wrong itself is passed over, not rejected in turn", async () => {
  const peer = await new Peer({ strict: kalshiDictionary }).logOn();
  await peer.sent();
  peer.says({ MsgType: "3", RefSeqNum: 1, extra: [[9999, "nobody knows this"]] });
  assertEquals([await peer.line(), peer.store.nextIncoming], ["", 3]);
  assertEquals(peer.events.at(-1)?.type, "refused");
  peer.says(report("a"));
  assertEquals(peer.ids, ["a"]);
  peer.says({ ...report("b"), extra: [[9999, "nor this"]] } as never);
  assertEquals(await peer.line(), "2:3");
});

test("an option of a session that is unknown, missing or wrong is refused by its name", () => {
  const good = {
    role: { side: "initiator", logon: () => logon() },
    SenderCompID: "us",
    TargetCompID: "them",
    store: new MemoryFixStore(),
    retransmission: true,
    onMessage: () => {},
  } as const;
  assertEquals(new FixSession(good).state, "disconnected");
  const wrong: Readonly<Record<string, unknown>> = {
    role: { side: "initiator" },
    SenderCompID: "a\x01b",
    TargetCompID: "",
    store: {},
    retransmission: "yes",
    onMessage: undefined,
    beginString: "8=FIX",
    resendChunk: -1,
    resendAttempts: 0,
    logonTimeoutMs: Infinity,
    mostHeld: 1.5,
    strict: {},
    heartbeat: 30,
  };
  for (const [name, value] of Object.entries(wrong)) {
    assertThrows(() => new FixSession({ ...good, [name]: value } as never), KalshiConfigError, name);
  }
});
