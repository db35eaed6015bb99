/**
 * QuickFIX C++, with dictionaries that other code made of Kalshi's pages, against this engine: its verdict on every
 * message, and sessions with it on either side, plain and TLS. Where it cannot be made, nothing is played, which is said.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { encodeMessage } from "../../src/contract/fix/codec.ts";
import { FixWriter } from "../../src/contract/fix_writer.ts";
import { test } from "../support/test.ts";
import { allowedValue, messageKinds } from "./arbitrary_messages.ts";
import { kfixKit, missingForKfix, verdicts } from "./kfix.ts";

const missing = missingForKfix();

if (missing !== undefined) {
  test(`QuickFIX did not run: ${missing}`, () => {});
} else {
  test("QuickFIX takes every message and variant as it is written", { timeoutMs: 300_000 }, () => {
    const kit = kfixKit();
    const writer = new FixWriter({
      beginString: "FIXT.1.1",
      SenderCompID: "a-key",
      TargetCompID: "KalshiRT",
    });
    const written = messageKinds(allowedValue).flatMap(({ name, arbitrary }) =>
      fc.sample(arbitrary, 60).map((message, n) => {
        encodeMessage(writer, { MsgSeqNum: n + 1, sendingTimeMs: Date.now() }, message);
        return { name, frame: writer.bytes.slice(writer.start, writer.end) };
      })
    );
    const frames = written.map(({ frame }) => frame);
    const [event, margin] = [verdicts(kit, frames, "event"), verdicts(kit, frames, "margin")];
    assertEquals([event.length, margin.length], [frames.length, frames.length]);
    const refused = new Map<string, string>();
    written.forEach(({ name, frame }, n) => {
      // Values and fields of both products are drawn; each message must be one of either.
      if (event[n] === "OK" || margin[n] === "OK") return;
      refused.set(
        `${name}: ${event[n]}, ${margin[n]}`,
        new TextDecoder().decode(frame).replaceAll("\x01", "|"),
      );
    });
    assertEquals([...refused].slice(0, 30), []);
    assert(frames.length > 2000);
  });
}
