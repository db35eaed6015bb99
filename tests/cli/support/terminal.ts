/** A terminal of memory: what a person would see of what a program writes. */

// deno-lint-ignore no-control-regex
const SEQUENCE = /\u001b\[(\??)([\d;]*)([A-Za-z])/y;

interface Page {
  rows: string[][];
  row: number;
  column: number;
}

const emptyPage = (): Page => ({ rows: [], row: 0, column: 0 });

/** Understands what a screen that is drawn in place needs, and refuses anything else. */
export class Terminal {
  #page: Page = emptyPage();
  /** The page before, while the second one is shown. */
  #first: Page | undefined;
  isCursorShown = true;
  /** How often the second page was opened. */
  opened = 0;

  get isSecondPage(): boolean {
    return this.#first !== undefined;
  }

  /** What is seen, without spaces at the ends of lines. */
  get lines(): string[] {
    return this.#page.rows.map((row) => Array.from(row, (cell) => cell ?? " ").join("").trimEnd());
  }

  get text(): string {
    return this.lines.join("\n");
  }

  feed(text: string): void {
    for (let at = 0; at < text.length;) {
      SEQUENCE.lastIndex = at;
      const found = SEQUENCE.exec(text);
      if (found !== null) {
        this.#obey(found[1] === "?", found[2] ?? "", found[3] ?? "");
        at += found[0].length;
        continue;
      }
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
      this.#put(character);
      at += character.length;
    }
  }

  #put(character: string): void {
    const page = this.#page;
    if (character === "\n") page.row++;
    else if (character === "\r") page.column = 0;
    else if (character < " ") throw new Error(`A control character: ${JSON.stringify(character)}`);
    else (page.rows[page.row] ??= [])[page.column++] = character;
    for (let row = 0; row <= page.row; row++) page.rows[row] ??= [];
  }

  #obey(isPrivate: boolean, numbers: string, command: string): void {
    const page = this.#page;
    if (isPrivate) return this.#mode(numbers, command === "h");
    switch (command) {
      case "m":
        return;
      case "H": {
        const [row = 1, column = 1] = numbers === "" ? [] : numbers.split(";").map(Number);
        page.row = row - 1;
        page.column = column - 1;
        return;
      }
      case "G":
        page.column = Number(numbers || 1) - 1;
        return;
      case "K":
        if (page.rows[page.row] !== undefined) {
          page.rows[page.row] = numbers === "2" ? [] : page.rows[page.row]?.slice(0, page.column) ?? [];
        }
        return;
      case "J":
        page.rows = [
          ...page.rows.slice(0, page.row),
          ...(page.column > 0 ? [page.rows[page.row]?.slice(0, page.column) ?? []] : []),
        ];
        return;
      default:
        throw new Error(`The terminal does not know ${numbers}${command}.`);
    }
  }

  #mode(number: string, isSet: boolean): void {
    if (number === "25") this.isCursorShown = isSet;
    else if (number === "1049" && isSet) {
      this.#first = this.#page;
      this.#page = emptyPage();
      this.opened++;
    } else if (number === "1049") {
      this.#page = this.#first ?? this.#page;
      this.#first = undefined;
    } else if (number !== "2026") throw new Error(`The terminal does not know the mode ${number}.`);
  }
}
