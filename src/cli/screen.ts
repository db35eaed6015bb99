/**
 * A picture on a terminal that is drawn in place, on the terminal's second screen: what was there before is there
 * again after it.
 *
 * @module
 */

const ENTER = "\u001b[?1049h\u001b[?25l\u001b[H\u001b[J";
const LEAVE = "\u001b[?25h\u001b[?1049l";
/** The terminal shows nothing of a picture that is half drawn, where it knows how. */
const BEGIN = "\u001b[?2026h";
const END = "\u001b[?2026l";

/** What a screen writes to. */
export interface ScreenOutput {
  write(text: string): Promise<void>;
}

/** One picture; `leave` must be called however it ends. */
export class Screen {
  readonly #output: ScreenOutput;
  #isEntered = false;
  #shown: readonly string[] = [];

  constructor(output: ScreenOutput) {
    this.#output = output;
  }

  /** Draws lines, the first one on top; only those that differ from the picture before are written. */
  async draw(lines: readonly string[]): Promise<void> {
    let text = this.#isEntered ? "" : ENTER;
    this.#isEntered = true;
    const changed = lines.flatMap((line, index) =>
      line === this.#shown[index] ? [] : [`\u001b[${index + 1};1H${line}\u001b[K`]
    );
    text += changed.join("");
    if (lines.length < this.#shown.length) text += `\u001b[${lines.length + 1};1H\u001b[J`;
    this.#shown = [...lines];
    if (text !== "") await this.#output.write(`${BEGIN}${text}${END}`);
  }

  /** Forgets what is on the screen, as after a resize: the next picture is drawn whole. */
  async clear(): Promise<void> {
    this.#shown = [];
    if (this.#isEntered) await this.#output.write("\u001b[H\u001b[J");
  }

  /** Gives the terminal back as it was. A second call is harmless. */
  async leave(): Promise<void> {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    this.#shown = [];
    await this.#output.write(LEAVE);
  }
}
