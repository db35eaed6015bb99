/** What a log is told of a session: every frame in and out, and every event, without secrets. */
import type { Secrets } from "../base/redact.ts";

/** One line of a log. */
export interface FixLogLine {
  /** A frame that came, a frame that went out, or something that happened. */
  readonly kind: "in" | "out" | "event";
  /** When, in Unix milliseconds by the client's clock. */
  readonly atMs: number;
  /** The frame with `|` in place of SOH, or the event as JSON. RawData(96) and passwords are `[redacted]`. */
  readonly text: string;
}

/** Takes the lines of a log. What it throws is told on the console, and changes nothing else. */
export interface FixLog {
  (line: FixLogLine): void;
  /** Called once, when the client has closed. */
  close?(): void | Promise<void>;
}

/** Lengths of data, and the data behind them. */
const dataOf: Readonly<Record<number, number>> = { 95: 96, 93: 89, 1401: 1402, 1403: 1404 };
/** RawData, Signature, Password, NewPassword and their encrypted forms. */
const secret: ReadonlySet<number> = new Set([96, 89, 554, 925, 1402, 1404]);

const utf8 = new TextDecoder();

/** A frame as a line of text that can be shown. */
export function shownFrame(frame: Uint8Array, secrets: Secrets): string {
  let text = "";
  let dataTag = 0;
  let dataLength = 0;
  let type = "";
  for (let at = 0; at < frame.length;) {
    const equals = frame.indexOf(61, at);
    const tag = equals < 0 ? NaN : Number(utf8.decode(frame.subarray(at, equals)));
    const value = equals < 0 ? at : equals + 1;
    // Data may hold SOH: its length says where it ends.
    const from = tag === dataTag && value + dataLength < frame.length ? value + dataLength : value;
    const soh = frame.indexOf(1, from);
    const end = soh < 0 ? frame.length : soh;
    const shown = secret.has(tag) ? "[redacted]" : utf8.decode(frame.subarray(value, end));
    text += equals < 0 ? shown : `${tag}=${shown}`;
    if (soh >= 0) text += "|";
    if (tag === 35) type = shown;
    dataTag = dataOf[tag] ?? 0;
    dataLength = dataTag === 0 ? 0 : Number(shown);
    at = end + 1;
  }
  // What refuses something may quote the Logon, in its Text(58).
  return type === "3" || type === "5" || text.includes("|58=") ? secrets.redact(text) : text;
}

/** An event as a line of text that can be shown. */
export function shownEvent(event: object, secrets: Secrets): string {
  const secretNames = /^(RawData|Signature|.*Password)$/;
  const text = JSON.stringify(event, (name, value) => secretNames.test(name) ? "[redacted]" : value);
  return secrets.redact(text);
}
