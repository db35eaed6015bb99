/**
 * How far long work has come: one line on stderr that is written over, where that is a terminal.
 *
 * @module
 */
import type { CliIo } from "./io.ts";
import { printable } from "./colours.ts";

/** A line that says how far it is. */
export interface Progress {
  /** Says it anew, ten times a second at most. */
  show(text: string): void;
  /** Takes the line away. */
  done(): Promise<void>;
}

const PAUSE_MS = 100;

/** Opens a line of progress; nothing is written where nobody looks. */
export function openProgress({ stderr, clock }: CliIo): Progress {
  if (!stderr.isTerminal) return { show: () => {}, done: () => Promise.resolve() };
  const now = () => clock?.monotonic() ?? performance.now();
  let shownAt = -Infinity;
  let isShown = false;
  return {
    show(text) {
      if (now() - shownAt < PAUSE_MS) return;
      shownAt = now();
      isShown = true;
      void stderr.write(`\r\x1b[2K${Array.from(printable(text)).slice(0, stderr.columns - 1).join("")}`);
    },
    async done() {
      if (isShown) await stderr.write("\r\x1b[2K");
      isShown = false;
    },
  };
}
