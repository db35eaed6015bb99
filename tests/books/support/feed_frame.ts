/** Books fed with frames of the event exchange. */
import { eventBookDecoder, type MarketBook } from "../../../src/books/mod.ts";

const decoder = eventBookDecoder();

/** A frame as a test writes it: it may be anything. */
export interface AnyFrame {
  readonly type: string;
  readonly seq?: number | undefined;
  readonly id?: number | undefined;
  readonly msg: Readonly<Record<string, unknown>>;
}

/** Feeds a book with what a frame says. */
export function feedFrame(book: MarketBook, frame: AnyFrame, by = decoder): void {
  const update = by.decode(frame);
  if (update === undefined) throw new Error(`${frame.type} is no frame of a book`);
  book.feed(update);
}
