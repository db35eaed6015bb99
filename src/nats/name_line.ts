/**
 * What is delivered of one name of a channel: every frame, and of a book what follows a whole one.
 *
 * @module
 */

import type { BooksRule } from "../stream/product.ts";
import type { Line, LineSink } from "./feed_session.ts";

/** One name of a channel, or all of it. */
export class NameLine implements Line {
  readonly name: string | undefined;
  readonly sink: LineSink;
  readonly #isBook: boolean;
  readonly #snapshotStart: string;
  readonly #refresh: (line: NameLine, id: number | undefined) => void;
  readonly #leave: (line: NameLine, isWish: boolean) => void;
  /** Commands that wait for a whole book. */
  readonly #asked: number[] = [];
  /** The whole book that came last, while nothing has changed it. */
  #whole: string | undefined;
  isOpen = true;
  /** Whether anything has come; of a book, whether it has begun with a snapshot. */
  hasBegun = false;

  constructor(
    name: string | undefined,
    sink: LineSink,
    books: BooksRule | undefined,
    refresh: (line: NameLine, id: number | undefined) => void,
    leave: (line: NameLine, isWish: boolean) => void,
  ) {
    this.name = name;
    this.sink = sink;
    this.#isBook = books !== undefined;
    this.#snapshotStart = `{"type":"${books?.snapshotType}"`;
    this.#refresh = refresh;
    this.#leave = leave;
  }

  frame(text: string): void {
    if (this.#isBook) {
      if (text.startsWith(this.#snapshotStart)) return this.whole(text);
      // A change of a book that nobody here has.
      if (!this.hasBegun) return;
      this.#whole = undefined;
    }
    this.hasBegun = true;
    this.sink.frame(text);
  }

  /** A whole book, as of its place among the frames. */
  whole(text: string): void {
    const asked = this.#asked.splice(0);
    // Written for whoever comes late.
    if (this.hasBegun && asked.length === 0 && text === this.#whole) return;
    this.hasBegun = true;
    this.#whole = text;
    if (asked.length === 0) this.sink.frame(text);
    for (const id of asked) this.sink.frame(text, id);
  }

  again(id: number | undefined): void {
    if (this.#isBook && id !== undefined) this.#asked.push(id);
    this.#refresh(this, id);
  }

  close(isWish: boolean): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#leave(this, isWish);
  }
}
