import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { WireFrameReader } from "../../../../src/local_exchange/gateways/ws/framing.ts";
import { ProtocolError } from "../../../../src/local_exchange/gateways/ws/protocol_error.ts";
import { frame } from "../../../../src/local_exchange/gateways/ws/client_frames.ts";
import { test } from "../../../support/test.ts";

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

/** A frame that is not the last of its message. */
function fragment(opcode: number, payload: Uint8Array): Uint8Array {
  const bytes = frame(opcode, payload);
  bytes[0] = opcode;
  return bytes;
}

test("messages come out as they went in, however they are cut, fragments and all", () => {
  const payload = fc.uint8Array({ maxLength: 70_000, size: "max" });
  const message = fc.array(payload, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 4 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (messages, cuts) => {
        const sent = join(messages.flatMap((parts) =>
          parts.map((part, index) => {
            const opcode = index === 0 ? 2 : 0;
            return index === parts.length - 1 ? frame(opcode, part) : fragment(opcode, part);
          })
        ));
        const at = [0, ...cuts.map((cut) => cut % (sent.length + 1)).sort((a, b) => a - b), sent.length];
        const reader = new WireFrameReader(1_000_000);
        const got = at.slice(1).flatMap((end, index) => reader.push(sent.subarray(at[index], end)));
        assertEquals(got.map(({ payload }) => payload), messages.map(join));
      },
    ),
    { numRuns: 40 },
  );
});

test("a message that is too long is refused, also in fragments, and so are fragments without end", () => {
  const refused = (what: () => unknown) => assertEquals(assertThrows(what, ProtocolError).code, 1009);
  refused(() => new WireFrameReader(100).push(frame(2, new Uint8Array(101))));
  const reader = new WireFrameReader(100);
  reader.push(fragment(2, new Uint8Array(60)));
  refused(() => reader.push(fragment(0, new Uint8Array(60))));
  const small = new WireFrameReader(1_000_000);
  small.push(fragment(2, new Uint8Array(1)));
  const many = join(Array.from({ length: 1000 }, () => fragment(0, new Uint8Array(1))));
  refused(() => {
    for (let sent = 0; sent < 100; sent++) small.push(many);
  });
});

test("empty fragments are nothing, however many there are", () => {
  const reader = new WireFrameReader(100);
  reader.push(fragment(2, new Uint8Array([1])));
  const empty = join(Array.from({ length: 1000 }, () => fragment(0, new Uint8Array(0))));
  for (let sent = 0; sent < 100; sent++) assertEquals(reader.push(empty), []);
  assertEquals(reader.push(frame(0, new Uint8Array([2])))[0]?.payload, new Uint8Array([1, 2]));
});
