/**
 * From what a line says back to the line, for what is no frame: a table keeps it, and a reader reads it as it reads lines.
 *
 * @module
 */
import { eventLine, headerLine, type LineTime, textLine } from "../format.ts";
import type { RecordedItem } from "../items.ts";

/** What stands in a line; frames and damage have no line of their own. */
export type LineItem = Exclude<RecordedItem, { readonly kind: "frame" | "damaged" }>;

/** The line, without its end. */
export function lineOf(item: LineItem): string {
  return write(item).trimEnd();
}

function write(item: LineItem): string {
  const time: LineTime = { atMs: item.atMs, us: item.us };
  switch (item.kind) {
    case "text":
      return textLine(time, item.text);
    case "start":
      return headerLine(time, item.header);
    case "other":
      return JSON.stringify(item.value);
    case "market": {
      const { ticker, market, event, series } = item;
      return eventLine(time, "market", { ticker, market, ofEvent: event, series });
    }
    default: {
      const { kind, file: _, line: _1, atMs: _2, us: _3, ...more } = item;
      return eventLine(time, kind, more);
    }
  }
}
