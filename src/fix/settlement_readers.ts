/** Who reads the settlements of a session. */
import type { KalshiError } from "../base/errors.ts";
import { group, positiveMs, readOptions, type Rules, withPreset } from "../base/options.ts";
import { type QueueOptions, queueRules, readQueueOptions, StreamQueue } from "../base/queue.ts";
import type { AsyncItems } from "../base/web_types.ts";
import type { ReceivedMessage } from "../contract/fix/codec.ts";
import type { MarketSettlementReport } from "../contract/fix/messages.ts";
import { fixSessions } from "../contract/fix/sessions.ts";
import type { ClientPart } from "./client_part.ts";
import type { ClientSide } from "./client_side.ts";
import type { FixMarker } from "./items.ts";
import type { FixSessionEvent } from "./session_types.ts";
import { SettlementCollector, type SettlementItem } from "./settlements.ts";

/** How settlements are read. */
export interface SettlementsOptions {
  /**
   * How long the reports of one settlement may take from the first to the last, in milliseconds; then what has come of it
   * is told as incomplete.
   *
   * @default 60000
   */
  readonly lateMs?: number | undefined;
  /** The queue between the session and your loop. */
  readonly queue?: QueueOptions | undefined;
}

/** What an iterable of settlements yields: `type` tells a settlement from a marker where some may be missing. */
export type SettlementsItem = (SettlementItem | FixMarker) & {
  /** How many items a full queue dropped just before this one. */
  readonly dropped?: number | undefined;
};

/** What the options of an iterable of settlements may be. */
export const settlementsRules = {
  lateMs: withPreset(positiveMs(), 60_000),
  queue: group(queueRules),
} satisfies Rules<SettlementsOptions>;

interface Reader {
  readonly queue: StreamQueue<SettlementsItem>;
  readonly collector: SettlementCollector;
}

const symbolOf = (item: SettlementsItem): string | undefined =>
  item.type === "unreadable" ? item.report.Symbol : "Symbol" in item ? item.Symbol : undefined;

/** All of them. Each puts its settlements together from when it began to read. */
export class SettlementReaders implements ClientPart {
  readonly #side: ClientSide;
  readonly #readers = new Set<Reader>();

  constructor(side: ClientSide) {
    this.#side = side;
  }

  /** Settlements from now on. */
  open(given: SettlementsOptions): AsyncItems<SettlementsItem> {
    const { lateMs, queue: wanted } = readOptions("settlements", given, settlementsRules);
    const queue: StreamQueue<SettlementsItem> = new StreamQueue<SettlementsItem>({
      name: "settlements()",
      ...readQueueOptions(wanted, "error", 10_000),
      keyOf: symbolOf,
      onEnd: () => {
        this.#readers.delete(reader);
        collector.end("closed");
      },
    });
    const collector = new SettlementCollector(this.#side.clock, lateMs, (item) => queue.push(item));
    const reader: Reader = { queue, collector };
    this.#readers.add(reader);
    return queue;
  }

  take(message: ReceivedMessage): void {
    if (message.MsgType !== "UMS") return;
    for (const { collector } of this.#readers) collector.take(message as MarketSettlementReport);
  }

  event(event: FixSessionEvent): void {
    const { retransmission } = fixSessions[this.#side.config.session];
    // What was missed comes on the next connection, unless numbers begin anew.
    const isLost = event.type === "ended" && (!retransmission || event.end.kind === "gap") ||
      event.type === "reset" && retransmission;
    if (isLost) { for (const { collector } of this.#readers) collector.end("disconnected"); }
  }

  mark(marker: FixMarker): void {
    for (const { queue } of this.#readers) queue.push(marker);
  }

  closed(cause: KalshiError | undefined): void {
    for (const { queue, collector } of this.#readers) {
      collector.end("closed");
      queue.end(cause);
    }
    this.#readers.clear();
  }
}
