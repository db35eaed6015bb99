/**
 * The rows of an item: which table it goes to, and with what.
 *
 * @module
 */
import type { Cell, TableColumn } from "../../tables/columns.ts";
import { ANSWERS } from "../format.ts";
import type { RecordedFrame, RecordedItem } from "../items.ts";
import { channelCells, channelColumns, levelsOf, marketCells, marketColumns } from "./channel_columns.ts";
import { EVENTS, MARKETS } from "./layout.ts";
import { lineOf } from "./lines.ts";

/** What every table has, in front: where an item stands in the recording, and when it came. */
const PLACE: readonly TableColumn[] = [
  { name: "item", type: "int32", isSorted: true },
  { name: "received_at", type: "timestamp" },
  { name: "us", type: "int64", isSorted: true },
  { name: "line", type: "int32", isSorted: true },
];

/** What tables of channels have behind that, and at their end. */
const FRAME: readonly TableColumn[] = [
  { name: "type", type: "string", isNullable: true },
  { name: "ticker", type: "string", isNullable: true },
  { name: "sid", type: "int64", isNullable: true },
  { name: "seq", type: "int64", isNullable: true },
  { name: "sent_at", type: "timestamp", isNullable: true },
];
const TEXT: TableColumn = { name: "frame", type: "string", isNullable: true };

const EVENT: readonly TableColumn[] = [
  { name: "kind", type: "string" },
  { name: "of_channel", type: "string", isNullable: true },
  { name: "ticker", type: "string", isNullable: true },
  { name: "reason", type: "string", isNullable: true },
  { name: "missed", type: "int64", isNullable: true },
  { name: "missed_from", type: "timestamp", isNullable: true },
  { name: "missed_to", type: "timestamp", isNullable: true },
  { name: "data", type: "string" },
];

/** The columns of a table. */
export function columnsOf(table: string): readonly TableColumn[] {
  if (table === EVENTS) return [...PLACE, ...EVENT];
  if (table === MARKETS) {
    return [...PLACE, { name: "ticker", type: "string" }, ...marketColumns, { name: "data", type: "string" }];
  }
  return [...PLACE, ...FRAME, ...channelColumns(table), TEXT];
}

/** The table of an item. */
export function tableOf(item: RecordedItem): string {
  if (item.kind === "market") return MARKETS;
  if (item.kind !== "frame" || item.channel === undefined || ANSWERS.has(item.frame.type)) return EVENTS;
  return item.channel;
}

/** The rows of an item in its table; `index` is its place among everything in its file. */
export function rowsOf(item: RecordedItem, index: number): readonly (readonly Cell[])[] {
  const place = [index, Math.floor(item.atMs), Math.floor(item.us), item.line];
  if (item.kind === "market") {
    const { ticker, market, event, series } = item;
    return [[...place, ticker, ...marketCells(market, event, series), lineOf(item)]];
  }
  if (item.kind !== "frame" || tableOf(item) === EVENTS) return [[...place, ...eventCells(item)]];
  return frameRows(item, item.channel ?? "", place);
}

const whole = (value: unknown): Cell => Number.isSafeInteger(value) ? value as number : null;
const words = (value: unknown): Cell => typeof value === "string" ? value : null;

function frameRows(
  { frame, ticker, text }: RecordedFrame,
  channel: string,
  place: readonly Cell[],
): readonly (readonly Cell[])[] {
  const { type, sid, seq, sending_ts_ms, msg } = frame;
  const own = [...place, words(type), ticker, whole(sid), whole(seq), whole(sending_ts_ms)];
  const payload = typeof msg === "object" && msg !== null ? msg as Readonly<Record<string, unknown>> : {};
  if (type !== "orderbook_snapshot") return [[...own, ...channelCells(channel, payload), text]];
  // One row for each level; the first has the frame.
  return levelsOf(payload).map((level, at) => [
    ...own,
    ...channelCells(channel, level),
    at === 0 ? text : null,
  ]);
}

type EventItem = Exclude<RecordedItem, { readonly kind: "market" }>;

/** What there is to know of an event, at its columns; `data` has all of it. */
function eventCells(item: EventItem): readonly Cell[] {
  const cells = (known: Readonly<Record<string, Cell>>, data: string) => [
    item.kind,
    ...["channel", "ticker", "reason", "missed", "from", "to"].map((name) => known[name]),
    data,
  ];
  switch (item.kind) {
    case "frame":
      return cells({ channel: item.channel, ticker: item.ticker, reason: words(item.frame.type) }, item.text);
    case "damaged": {
      const { reason, message } = item;
      return cells({ reason }, JSON.stringify({ reason, message }));
    }
    case "gap":
    case "reconnected": {
      const { channel, missedFromMs: from, missedToMs: to } = item;
      const isGap = item.kind === "gap";
      return cells(
        { channel, from, to, reason: isGap ? item.reason : null, missed: isGap ? whole(item.missed) : null },
        lineOf(item),
      );
    }
    case "dropped":
      return cells({ missed: item.frames, from: item.fromMs, to: item.toMs }, lineOf(item));
    case "ended":
      return cells({ channel: item.channel }, lineOf(item));
    case "end":
      return cells({ reason: item.reason }, lineOf(item));
    case "status":
      return cells({ reason: item.state }, lineOf(item));
    default:
      return cells({}, lineOf(item));
  }
}
