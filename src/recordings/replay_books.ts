/**
 * A recording into order books.
 *
 * @module
 */
import type { BookReplay } from "../books/book_replay.ts";
import { eventProduct } from "../stream/event_product.ts";
import type { RecordedItem } from "./items.ts";

/** What a replay has fed. */
export interface ReplayedCounts {
  /** Frames. */
  readonly frames: number;
  /** Times that something was missing: gaps, lost connections, pauses of the recorder, what it left out, damage. */
  readonly losses: number;
}

const BOOKS = eventProduct.books.decoder.channel;

/** What an item says of the books: that frames are missing, or that the connection is another one. */
function lossOf(item: RecordedItem): "gap" | "disconnected" | undefined {
  switch (item.kind) {
    case "start":
      return item.isSession ? "disconnected" : undefined;
    case "status":
      return item.state === "open" || item.state === "reconnecting" ? "disconnected" : undefined;
    case "reconnected":
    case "gap":
      return item.channel === BOOKS ? "gap" : undefined;
    case "ended":
      return item.channel === BOOKS ? "disconnected" : undefined;
    case "dropped":
    case "damaged":
    case "text":
      return "gap";
    default:
      return undefined;
  }
}

/** Feeds books; tells `onItem` of each item after that. */
export async function feedBooks(
  books: BookReplay,
  items: AsyncIterable<RecordedItem>,
  onItem?: (item: RecordedItem) => void | Promise<void>,
): Promise<ReplayedCounts> {
  let frames = 0;
  let losses = 0;
  for await (const item of items) {
    if (item.kind === "frame") {
      frames++;
      books.feed(item.frame);
    } else {
      const loss = lossOf(item);
      if (loss !== undefined) books.lost(loss);
      // What begins with the recording is no loss, and a lost connection is one, when it is back.
      const isFirst = item.kind === "start" && frames === 0;
      if (loss !== undefined && item.kind !== "status" && !isFirst) losses++;
    }
    const told = onItem?.(item);
    if (told !== undefined) await told;
  }
  return { frames, losses };
}
