/**
 * The lines of a recording. Each is one object of JSON: `atMs` and `us` say when, one more name says what it is.
 *
 * @module
 */

/** What a recording of this library calls itself. */
export const FORMAT = "kalshi-recording";
/** The version of the lines that are written here. Readers take every version up to it, and later lines they do not know. */
export const FORMAT_VERSION = 1;

/** Messages of these types answer commands: whatever their channel is, they are none of its data. */
export const ANSWERS: ReadonlySet<unknown> = new Set(["subscribed", "unsubscribed", "ok", "error"]);

/** The end of what a `Date` can hold. */
const MOST_MS = 8.64e15;

/** Whether a `Date` can be made of it. */
export const isTime = (value: unknown): value is number =>
  typeof value === "number" && Math.abs(value) <= MOST_MS;

/** What the file before this one of the same session holds. */
export interface PreviousFile {
  /** Its name. */
  readonly file: string;
  /** Its lines. */
  readonly lines: number;
  /** The frames among them. */
  readonly frames: number;
  /** The earliest time in it, in Unix milliseconds. */
  readonly fromMs: number;
  /** The latest time in it, in Unix milliseconds. */
  readonly toMs: number;
}

/** The first line of a file: what was recorded, and with what. It holds no key. */
export interface RecordingHeader {
  /** Always `kalshi-recording`. */
  readonly format: string;
  /** The version of the format: 1. */
  readonly version: number;
  /** Names the run of the recorder that the file belongs to. */
  readonly session: string;
  /** The file's place in its session, from 1. */
  readonly part: number;
  /** When the session began, in Unix milliseconds. */
  readonly startedAtMs: number;
  /** The package and its version. */
  readonly sdk: string;
  /** `production`, `demo`, `loopback` (a server on the same machine) or `unknown`. */
  readonly environment: string;
  /** The WebSocket's origin, such as `wss://external-api-ws.kalshi.com`. */
  readonly host: string;
  /** The markets that were asked for; undefined where none were named. */
  readonly tickers?: readonly string[] | undefined;
  /** The channels that were asked for, each with its parameters. */
  readonly channels: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The file before it, in the second and later files of a session. */
  readonly previous?: PreviousFile | undefined;
}

/** When a line was written. */
export interface LineTime {
  /** By the machine's clock, in Unix milliseconds. */
  readonly atMs: number;
  /** By a clock that never steps back, in microseconds since the session began. */
  readonly us: number;
}

const begin = ({ atMs, us }: LineTime) => `{"atMs":${atMs},"us":${us},`;

/** A frame, as it came: its text is JSON on one line. */
export function frameLine(time: LineTime, text: string): string {
  return `${begin(time)}"frame":${text}}\n`;
}

/** What came and is no frame that fits a line. */
export function textLine(time: LineTime, text: string): string {
  return `${begin(time)}"text":${JSON.stringify(text)}}\n`;
}

/** The first line of a file. */
export function headerLine(time: LineTime, header: RecordingHeader): string {
  return `${begin(time)}"header":${JSON.stringify(header)}}\n`;
}

/** What happened beside the frames. */
export function eventLine(time: LineTime, event: string, more: Readonly<Record<string, unknown>>): string {
  return `${begin(time)}${JSON.stringify({ event, ...more }).slice(1)}\n`;
}

const [AT, US, FRAME] = ['{"atMs":', ',"us":', ',"frame":'];
const [MINUS, ZERO, NINE] = [45, 48, 57];
/** Times have no more digits: what has is no time. */
const MOST_DIGITS = 15;

/**
 * A line of a frame, without a look into the frame; undefined for another line. Recordings are read by the hundred thousand
 * lines in a second, and a regular expression takes three times as long.
 */
export function splitFrame(line: string): LineTime & { readonly text: string } | undefined {
  if (!line.startsWith(AT)) return undefined;
  const isBefore = line.charCodeAt(AT.length) === MINUS;
  const atBegin = isBefore ? AT.length + 1 : AT.length;
  const atEnd = endOfDigits(line, atBegin);
  const usBegin = atEnd + US.length;
  if (!line.startsWith(US, atEnd)) return undefined;
  const usEnd = endOfDigits(line, usBegin);
  if (!line.startsWith(FRAME, usEnd) || !line.endsWith("}")) return undefined;
  const atMs = wholeIn(line, atBegin, atEnd);
  const us = wholeIn(line, usBegin, usEnd);
  if (Number.isNaN(atMs + us)) return undefined;
  return { atMs: isBefore ? -atMs : atMs, us, text: line.slice(usEnd + FRAME.length, -1) };
}

function endOfDigits(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code >= ZERO && code <= NINE; code = text.charCodeAt(at)) at++;
  return at;
}

/** The digits between two places as a number; NaN where there are none, or too many. */
function wholeIn(text: string, from: number, to: number): number {
  if (to === from || to - from > MOST_DIGITS) return NaN;
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + text.charCodeAt(at) - ZERO;
  return value;
}

const NAME = /^(\d{6,15})-.*\.jsonl(\.gz)?$/;

/** The number of a file of a recording, by its name; undefined for another file. */
export function numberOf(name: string): number | undefined {
  const found = NAME.exec(name);
  return found === null ? undefined : Number(found[1]);
}

/** The name of a file: its number, which says its place, and when it was begun, in UTC. */
export function nameOf(number: number, atMs: number): string {
  const time = new Date(atMs).toISOString().replace(/\.\d+|[-:]/g, "");
  return `${String(number).padStart(6, "0")}-${time}.jsonl.gz`;
}

/** When a file was begun, by its name, in Unix milliseconds; undefined where that does not tell. */
export function timeOf(name: string): number | undefined {
  const found = /-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\./.exec(name);
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second] = found;
  const atMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(atMs) ? undefined : atMs;
}
