/** Sending again: a kept frame with PossDupFlag, OrigSendingTime and a new SendingTime, every other byte as it was. */
import { FixFields } from "../contract/fix_fields.ts";
import { FixFramer } from "./framer.ts";

/** Messages of the session itself: they are never sent again, a GapFill stands for them. */
export const adminTypes: ReadonlySet<string> = new Set(["0", "1", "2", "3", "4", "5", "A"]);

const utf8 = new TextEncoder();

/** A frame that was sent, read again from a store. */
export interface KeptFrame {
  readonly msgType: string;
  readonly sequence: number;
  /** The frame as it goes out once more. */
  again(sendingTime: string): Uint8Array;
}

/** Reads a kept frame; undefined when the store gave back something else than one whole frame with this number. */
export function readKept(frame: Uint8Array, sequence: number): KeptFrame | undefined {
  const framer = new FixFramer({ maxFrameBytes: frame.length });
  const fields = new FixFields();
  framer.push(frame);
  if (!framer.next(fields) || fields.end - fields.start !== frame.length || fields.malformed !== undefined) {
    return undefined;
  }
  fields.session();
  if (fields.sequence !== sequence || fields.type === "") return undefined;
  return { msgType: fields.type, sequence, again: (sendingTime) => again(fields, sendingTime) };
}

function again(fields: FixFields, sendingTime: string): Uint8Array {
  const { bytes, start, tags, starts, ends, count } = fields;
  const parts: Uint8Array[] = [];
  for (let k = 0; k < count; k++) {
    const tag = tags[k] as number;
    if (tag === 43 || tag === 122) continue;
    if (tag === 52) {
      const first = utf8.encode(`52=${sendingTime}\x0143=Y\x01122=`);
      parts.push(first, bytes.subarray(start + (starts[k] as number), start + (ends[k] as number) + 1));
      continue;
    }
    parts.push(
      bytes.subarray(start + (starts[k] as number) - `${tag}=`.length, start + (ends[k] as number) + 1),
    );
  }
  return wrap(bytes.subarray(start, bytes.indexOf(1, start) + 1), parts);
}

/** A frame of a body's parts: BodyLength before them, CheckSum behind. */
function wrap(beginString: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = utf8.encode(`9=${length}\x01`);
  const frame = new Uint8Array(beginString.length + head.length + length + 7);
  let at = 0;
  for (const part of [beginString, head, ...parts]) {
    frame.set(part, at);
    at += part.length;
  }
  let sum = 0;
  for (let i = 0; i < at; i++) sum += frame[i] as number;
  frame.set(utf8.encode(`10=${String(sum & 255).padStart(3, "0")}\x01`), at);
  return frame;
}
