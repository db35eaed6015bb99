/** Messages that QuickFIX takes under the dictionary of the event products: some of each kind. */
import fc from "fast-check";
import { encodeMessage } from "../../src/contract/fix/codec.ts";
import type { FixMessage } from "../../src/contract/fix/messages.ts";
import { FixWriter } from "../../src/contract/fix_writer.ts";
import { allowedValue, messageKinds } from "./arbitrary_messages.ts";
import { type KfixKit, verdicts } from "./kfix.ts";

/** A message, and its body as a line for QuickFIX's own sending: `35=D|11=...|`. */
export interface Sample {
  readonly name: string;
  readonly message: FixMessage;
  readonly body: string;
  /** What QuickFIX said of it under the dictionary of each product. */
  readonly event: string;
  readonly margin: string;
}

/** So many of each kind, judged. */
export function samples(kit: KfixKit, ofEach: number): Sample[] {
  const writer = new FixWriter({ beginString: "FIXT.1.1", SenderCompID: "a-key", TargetCompID: "KalshiRT" });
  const drawn = messageKinds(allowedValue).flatMap(({ name, arbitrary }) =>
    fc.sample(arbitrary, ofEach).map((message) => {
      encodeMessage(writer, { MsgSeqNum: 1, sendingTimeMs: Date.UTC(2026, 10, 29, 12) }, message);
      const frame = writer.bytes.slice(writer.start, writer.end);
      const fields = new TextDecoder().decode(frame).split("\x01").slice(2, -2);
      const body = fields.filter((field) => !/^(49|56|34|52)=/.test(field)).join("|");
      return { name, message, body, frame };
    })
  );
  const frames = drawn.map(({ frame }) => frame);
  const [event, margin] = [verdicts(kit, frames, "event"), verdicts(kit, frames, "margin")];
  return drawn.map(({ name, message, body }, n) => ({
    name,
    message,
    body,
    event: event[n] ?? "",
    margin: margin[n] ?? "",
  }));
}

/** One of each kind of application message that QuickFIX takes without a remark. */
export function oneOfEach(kit: KfixKit): Sample[] {
  const found = new Map<string, Sample>();
  for (const sample of samples(kit, 40)) {
    const { name, message, event } = sample;
    const fits = event === "OK" || / combo /.test(name) && event.startsWith("OK");
    if (message.MsgType.length > 1 || /[^0-5A]/.test(message.MsgType)) { if (fits) found.set(name, sample); }
  }
  return [...found.values()];
}
