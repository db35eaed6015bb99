import { assert, assertEquals } from "@std/assert";
import { FixFields } from "../../src/contract/fix_fields.ts";
import { FixFramer } from "../../src/fix/framer.ts";
import { test } from "../support/test.ts";
import { Dice, mutated, readMutations, wholeFrames } from "./mutations.ts";
import { Peer, report } from "./peer.ts";

test("damaged frames are read without a throw, and what waits is bounded", { timeoutMs: 300_000 }, () => {
  const { frames, taken, refused, faults, mostWaiting, sound, found } = readMutations(30_000, 7);
  assertEquals(frames, 30_000);
  // Damage of every kind reaches every reader.
  assert(taken > 5_000 && refused > 5_000 && faults > 5_000, `${taken} ${refused} ${faults}`);
  assert(mostWaiting < 3 * 8_192, `${mostWaiting} bytes waited`);
  // A length that tells too much may swallow a sound frame; most come through.
  assert(found > sound, `${found} sound frames of 2 x ${sound}`);
});

test(
  "a session takes damaged frames of its peer: it goes on, or ends with a reason",
  { timeoutMs: 300_000 },
  async () => {
    const dice = new Dice(11);
    const frames = wholeFrames(2, 11);
    const peer = await new Peer({ mostHeld: 50, maxFrameBytes: 8_192 }).logOn();
    let ends = 0;
    for (let n = 0; n < 2_000; n++) {
      // As if the peer had sent it next, so that it is acted on.
      const frame = mutated(frames, dice);
      peer.connection.receive(frame);
      peer.next = peer.store.nextIncoming;
      peer.says(report(`sound ${n}`));
      if (n % 50 === 0) await peer.clock.advance(1_000);
      if (peer.session.state === "active") continue;
      await peer.clock.advance(3_000);
      assertEquals(peer.session.state, "disconnected");
      const end = peer.ended();
      assert(end !== undefined && end.text !== "", JSON.stringify(end));
      ends++;
      peer.connect();
      await peer.sent();
      peer.next = peer.store.nextIncoming;
      await peer.logOn();
    }
    assert(ends > 10 && peer.ids.length > 400, `${ends} ends, ${peer.ids.length} messages`);
  },
);

test("bytes that all look like the beginning of a long frame are read in one pass, not one for each", () => {
  // Each beginning tells a length that leads to the end of some other, and no sum is right.
  const unit = "8=FIXT.1.1\x019=320000\x0135=0\x0110=999\x01";
  // A body of this length, begun in one unit, ends at the `10=` of another.
  const ahead = unit.indexOf("35=");
  const length = 9_000 * unit.length + unit.indexOf("10=") - ahead;
  const text = unit.replace("320000", String(length)).repeat(30_000);
  let faults = 0;
  const framer = new FixFramer({ maxFrameBytes: 1_048_576, onFault: () => faults++ });
  const fields = new FixFields();
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 65_536) {
    framer.push(bytes.subarray(at, at + 65_536));
    while (framer.next(fields));
  }
  assert(faults < 100, `${faults} false beginnings were looked at`);
  assert(framer.waiting <= 1_048_576);
});
