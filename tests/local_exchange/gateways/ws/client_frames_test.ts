import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  closePayload,
  concat,
  frame,
  frameReader,
} from "../../../../src/local_exchange/gateways/ws/client_frames.ts";
import { ProtocolError } from "../../../../src/local_exchange/gateways/ws/protocol_error.ts";
import { test } from "../../../support/test.ts";

interface Seen {
  readonly kind: "message" | "control";
  readonly opcode: number;
  readonly data: number[];
}

function reading(): { seen: Seen[]; read: (chunk: Uint8Array) => void } {
  const seen: Seen[] = [];
  const keep = (kind: Seen["kind"], opcode: number, data: Uint8Array) =>
    void seen.push({ kind, opcode, data: [...data] });
  const read = frameReader({
    message: (opcode, bytes, start, end) => keep("message", opcode, bytes.subarray(start, end)),
    control: (opcode, data) => keep("control", opcode, data),
  }, concat);
  return { seen, read };
}

/** A frame as a server sends it, with a length in the form that `width` names. */
function serverFrame(opcode: number, data: Uint8Array, final = true, width = 0): Uint8Array {
  const { length } = data;
  const form = Math.max(width, length < 126 ? 0 : length < 65_536 ? 1 : 2);
  const head = [(final ? 0x80 : 0) | opcode];
  if (form === 0) head.push(length);
  else if (form === 1) head.push(126, length >> 8, length & 255);
  else head.push(127, 0, 0, 0, 0, length >>> 24, length >> 16 & 255, length >> 8 & 255, length & 255);
  return concat([new Uint8Array(head), data], head.length + length);
}

/** Cuts bytes into pieces of the given sizes, in turn. */
function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    pieces.push(bytes.slice(at, at + size));
    at += size;
  }
  return pieces;
}

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.constantFrom(125, 126, 127, 65_535, 65_536).map((length) => new Uint8Array(length).fill(length & 255)),
);
const message = fc.record({
  opcode: fc.constantFrom(1, 2),
  fragments: fc.array(bytes, { minLength: 1, maxLength: 4 }),
  between: fc.array(
    fc.record({ opcode: fc.constantFrom(8, 9, 10), data: fc.uint8Array({ maxLength: 125 }) }),
    {
      maxLength: 2,
    },
  ),
});

test("messages come out whole, however they are fragmented and cut into chunks", () => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 5 }),
      fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 70_000 })), {
        minLength: 1,
        maxLength: 6,
      }),
      (messages, sizes) => {
        const expected: Seen[] = [];
        const wire: Uint8Array[] = [];
        for (const { opcode, fragments, between } of messages) {
          for (const [index, data] of fragments.entries()) {
            const last = index === fragments.length - 1;
            if (index > 0) {
              for (const control of between) {
                wire.push(serverFrame(control.opcode, control.data));
                expected.push({ kind: "control", opcode: control.opcode, data: [...control.data] });
              }
            }
            wire.push(serverFrame(index === 0 ? opcode : 0, data, last));
          }
          const data = fragments.flatMap((part) => [...part]);
          expected.push({ kind: "message", opcode, data });
        }
        const all = concat(wire, wire.reduce((sum, part) => sum + part.length, 0));
        const { seen, read } = reading();
        for (const piece of cut(all, sizes)) read(piece);
        assertEquals(seen, expected);
      },
    ),
    { numRuns: 60 },
  );
});

test("whatever arrives, the reader fails with a protocol error or not at all", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
      (noise, sizes) => {
        const { read } = reading();
        try {
          for (const piece of cut(noise, sizes)) read(piece);
        } catch (error) {
          assert(error instanceof ProtocolError, String(error));
          assert(error.code === 1002 || error.code === 1009);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test("what breaks the protocol is refused", () => {
  const data = new Uint8Array(3);
  const cases: [string, Uint8Array, number][] = [
    ["a reserved bit", new Uint8Array([0xc1, 0]), 1002],
    ["a mask", new Uint8Array([0x81, 0x80, 0, 0, 0, 0]), 1002],
    ["an unknown opcode", serverFrame(3, data), 1002],
    ["an unknown control opcode", serverFrame(11, data), 1002],
    ["a continuation of nothing", serverFrame(0, data), 1002],
    ["a message within a message", concat([serverFrame(1, data, false), serverFrame(1, data)], 10), 1002],
    ["a fragmented ping", serverFrame(9, data, false), 1002],
    ["a long ping", serverFrame(9, new Uint8Array(126)), 1002],
    ["a message of 2^40 bytes", new Uint8Array([0x82, 127, 0, 0, 1, 0, 0, 0, 0, 0]), 1009],
    ["a message of 2^63 bytes", new Uint8Array([0x82, 127, 128, 0, 0, 0, 0, 0, 0, 0]), 1009],
  ];
  for (const [name, wire, code] of cases) {
    const error = assertThrows(() => reading().read(wire), ProtocolError);
    assertEquals(error.code, code, name);
  }
});

test("fragments do not add up beyond the largest message", () => {
  const { read } = reading();
  const part = new Uint8Array(16 * 1024 * 1024);
  read(serverFrame(2, part, false));
  for (let i = 0; i < 3; i++) read(serverFrame(0, part, false));
  assertEquals(assertThrows(() => read(serverFrame(0, new Uint8Array(1))), ProtocolError).code, 1009);
});

test("a frame of ours is masked, and reads back", () => {
  fc.assert(
    fc.property(bytes, (data) => {
      const wire = frame(2, data);
      const form = (wire[1] ?? 0) & 127;
      const head = form < 126 ? 2 : form === 126 ? 4 : 10;
      assertEquals(wire[0], 0x82);
      assert((wire[1] ?? 0) > 127);
      const mask = wire.subarray(head, head + 4);
      const payload = wire.slice(head + 4).map((byte, i) => byte ^ (mask[i & 3] ?? 0));
      assertEquals([...payload], [...data]);
      const { seen, read } = reading();
      read(serverFrame(2, payload));
      assertEquals(seen.length, 1);
    }),
    { numRuns: 50 },
  );
});

test("a close reason is cut to what a frame takes, between characters", () => {
  assertEquals([...closePayload(1000, "")], [3, 232]);
  const cutShort = closePayload(4001, "€".repeat(100));
  assertEquals(cutShort.length, 2 + 123);
  assertEquals(new TextDecoder("utf-8", { fatal: true }).decode(cutShort.subarray(2)), "€".repeat(41));
});
