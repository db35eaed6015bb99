/** Recordings that are written without a stream, on a clock that is moved by hand. */
import { join } from "node:path";
import { packBlock } from "../../../src/recordings/blocks.ts";
import {
  eventLine,
  frameLine,
  headerLine,
  nameOf,
  type RecordingHeader,
} from "../../../src/recordings/format.ts";
import { loadNodeFiles } from "../../../src/tables/node_files.ts";

/** A line with its time. */
export interface Line {
  readonly atMs: number;
  readonly text: string;
}

export const BEGUN = 1_790_000_000_000;

export const headerOf = (part: number, more: Partial<RecordingHeader> = {}): RecordingHeader => ({
  format: "kalshi-recording",
  version: 1,
  session: "one",
  part,
  startedAtMs: BEGUN,
  sdk: "@unofficial/kalshi 0.1.0",
  environment: "demo",
  host: "wss://demo",
  channels: {},
  ...more,
});

const timeOf = (atMs: number) => ({ atMs: BEGUN + atMs, us: atMs * 1_000 });
export const header = (atMs: number, part = 1, more: Partial<RecordingHeader> = {}): Line => ({
  atMs,
  text: headerLine(timeOf(atMs), headerOf(part, more)),
});
export const frame = (atMs: number, value: unknown): Line => ({
  atMs,
  text: frameLine(timeOf(atMs), JSON.stringify(value)),
});
export const trade = (atMs: number, ticker: string, seq: number): Line =>
  frame(atMs, { type: "trade", sid: 1, seq, msg: { market_ticker: ticker, count_fp: "1.00" } });
export const event = (atMs: number, name: string, more: Record<string, unknown>): Line => ({
  atMs,
  text: eventLine(timeOf(atMs), name, more),
});
export const end = (atMs: number, frames = 0): Line => event(atMs, "end", { reason: "closed", frames });

/** The bytes of a file of blocks of these lines. */
export async function fileOf(blocks: readonly (readonly Line[])[]): Promise<Uint8Array> {
  const files = await loadNodeFiles();
  const packed: Uint8Array[] = [];
  let firstLine = 1;
  for (const lines of blocks) {
    const times = lines.map(({ atMs }) => BEGUN + atMs);
    const head = { firstLine, lines: lines.length, fromMs: Math.min(...times), toMs: Math.max(...times) };
    packed.push(await packBlock(files, lines.map(({ text }) => text).join(""), head, 6));
    firstLine += lines.length;
  }
  return Uint8Array.from(packed.flatMap((block) => [...block]));
}

/** Where a file goes. */
export const placeOf = (dir: string, number: number): string => join(dir, nameOf(number, BEGUN));
