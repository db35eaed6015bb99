/** A store that fails: what it cannot keep is not sent, and a session that cannot count ends. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FixClient } from "../../src/fix/client.ts";
import { KalshiFixStoreError } from "../../src/fix/errors.ts";
import { MemoryFixStore } from "../../src/fix/store.ts";
import { test } from "../support/test.ts";
import { connected, Gateway, optionsFor } from "./gateway_bed.ts";
import { order, Peer, report } from "./peer.ts";

/** A store on a disk that may be full. */
class FullStore extends MemoryFixStore {
  full = false;

  override append(frame: Uint8Array): void {
    this.#assertRoom();
    super.append(frame);
  }

  override setIncoming(next: number): void {
    this.#assertRoom();
    super.setIncoming(next);
  }

  override setOutgoing(next: number): void {
    this.#assertRoom();
    super.setOutgoing(next);
  }

  #assertRoom(): void {
    if (this.full) throw new KalshiFixStoreError("The disk is full.");
  }
}

test("a message that the store does not take is not sent, and its number is used by the next", async () => {
  const store = new FullStore();
  const peer = await new Peer({ store }).logOn();
  store.full = true;
  assertThrows(() => peer.session.send(order("a")), KalshiFixStoreError, "full");
  assertEquals(await peer.line(), "");
  assert(peer.session.active);
  store.full = false;
  assertEquals(peer.session.send(order("b")), 2);
  assertEquals(await peer.line(), "2:D");
});

test("a heartbeat, an incoming message, a Logout and a Logon that cannot be counted end the session", async () => {
  const ended = { kind: "store", text: "The disk is full." };
  const full = async (body: (peer: Peer) => unknown) => {
    const store = new FullStore();
    const peer = await new Peer({ store }).logOn();
    store.full = true;
    await body(peer);
    assertEquals(peer.ended(), ended);
    assertEquals([await peer.line(), peer.closed, peer.session.state], ["", true, "disconnected"]);
    assertEquals(peer.clock.pending, 0);
  };
  await full((peer) => peer.clock.advance(30_000));
  await full((peer) => peer.says(report("x")));
  // The ResendRequest for what is missing.
  await full((peer) => peer.says(report("x"), { MsgSeqNum: 9 }));
  await full((peer) => peer.says({ MsgType: "1", TestReqID: "t" }));
  await full((peer) => peer.session.logout());
  await full((peer) => peer.says({ MsgType: "5" }));

  const store = new FullStore();
  store.full = true;
  const first = new Peer({ store });
  assertEquals(await first.line(), "");
  assertEquals(first.ended(), ended);
  // A Logon that is refused gives its number back, where that can be written; the session ends as it would.
  const late = new FullStore();
  const refused = new Peer({ store: late });
  await refused.sent();
  late.full = true;
  refused.says({ MsgType: "5", Text: "MsgSeqNum too low, expecting 7 but received 1" });
  assertEquals(refused.ended()?.kind, "sequence");
});

test("a client whose store fails gives up and says why; what was to be sent was not", async () => {
  const gateway = new Gateway("order-entry-rt");
  const store = new FullStore();
  const client = await connected(gateway, { store });
  store.full = true;
  const placing = client.newOrderSingle({ Symbol: "KX-A", Side: "1", OrderQty: "1", Price: "56" });
  const error = await assertRejects(() => placing, KalshiFixStoreError);
  assertEquals([error.code, error.outcome], ["FIX_STORE", "not-sent"]);
  const before = gateway.connects;
  await gateway.clock.advance(60_000);
  assertEquals(client.state.name, "closed");
  assertEquals(gateway.connects, before);
  assert(client.state.name === "closed" && client.state.cause?.cause instanceof KalshiFixStoreError);
  await client.close();
  assertEquals(gateway.clock.pending, 0);

  const another = new Gateway("order-entry-rt");
  const none = new FullStore();
  none.full = true;
  const connecting = FixClient.connect(optionsFor(another, { store: none }));
  const failed = assertRejects(() => connecting, KalshiFixStoreError, "full");
  for (let turn = 0; turn < 4; turn++) await another.clock.advance(0);
  await failed;
  assertEquals(another.logons, []);
});
