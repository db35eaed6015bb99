/** The answer to a command that is not obeyed. */
import { errorMeanings } from "../../../contract/event/channels.ts";

/** A command is refused, with the code that Kalshi answers and what it means. */
export class CommandError extends Error {
  /** Kalshi's code. */
  readonly code: number;

  constructor(code: number, why?: string) {
    super(why === undefined ? errorMeanings[code] : `${errorMeanings[code]}: ${why}`);
    this.code = code;
  }
}
