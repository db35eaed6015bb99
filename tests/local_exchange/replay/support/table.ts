/** Reads the table of a case. */

/** A change of a level of the book. */
export interface LevelChange {
  readonly does: "change";
  readonly market: string;
  readonly side: "bid" | "ask";
  readonly price: string;
  readonly delta: string;
}

/** What the recording says at a time. */
export type Recorded =
  | {
    readonly does: "book";
    readonly market: string;
    readonly bids: readonly (readonly [string, string])[];
    readonly asks: readonly (readonly [string, string])[];
  }
  | LevelChange
  | {
    readonly does: "trade";
    readonly market: string;
    /** Who took: who bought or who sold. */
    readonly taker: "bid" | "ask";
    readonly price: string;
    readonly count: string;
    /** By what it is known again; it is another one than all others where left out. */
    readonly id?: string | undefined;
  }
  | { readonly does: "gap" }
  | { readonly does: "result"; readonly market: string; readonly result: string }
  | { readonly does: "settled"; readonly market: string };

/** What the bot sends at a time. */
export type Deed =
  | {
    readonly does: "place";
    readonly id: string;
    readonly market: string;
    readonly side: "bid" | "ask";
    readonly count: string;
    readonly price: string;
    readonly force: "good_till_canceled" | "immediate_or_cancel" | "fill_or_kill";
    readonly postOnly: boolean;
    readonly prevention: "taker_at_cross" | "maker";
    /** In seconds of the table. */
    readonly until: number | undefined;
  }
  | { readonly does: "cancel"; readonly id: string }
  | { readonly does: "amend"; readonly id: string; readonly count: string; readonly price: string };

/** A line of a table. */
export interface Line {
  /** In milliseconds from the begin. */
  readonly atMs: number;
  readonly recorded: readonly Recorded[];
  readonly deeds: readonly Deed[];
  /** What is expected, each as `outcome` of player.ts writes it. */
  readonly outcomes: readonly string[];
}

/** A table. */
export interface Table {
  readonly lines: readonly Line[];
  /** What is at the end. */
  readonly end: readonly string[];
}

const NUMBER = String.raw`\d+(?:\.\d+)?`;
const MARKET = "M";

/** Reads a table; throws for a word that it does not know, so that no line is passed over. */
export function readTable(text: string): Table {
  const lines: Line[] = [];
  let end: readonly string[] = [];
  for (const row of text.split("\n").filter((line) => line.includes("|"))) {
    const [when = "", recorded = "", bot = "", outcomes = ""] = row.split("|").map((cell) => cell.trim());
    if (when === "s") continue;
    if (when === "end") end = partsOf(outcomes).map(plainEnd);
    else {
      lines.push({
        atMs: Math.round(Number(when) * 1_000),
        recorded: partsOf(recorded).map(readRecorded),
        deeds: partsOf(bot).map(readDeed),
        outcomes: partsOf(outcomes).map(plainNumbers),
      });
    }
  }
  return { lines, end };
}

const partsOf = (cell: string): string[] =>
  cell.split(";").map((part) => part.trim()).filter((part) => part !== "");

/** Numbers as they are compared: without zeros at the end. */
export const plainNumbers = (text: string): string =>
  text.replace(/\d+\.\d+/g, (number) => number.replace(/\.?0+$/, ""));

/** Positions and rests of the market `M` are written without its name. */
const plainEnd = (text: string): string => plainNumbers(text);

function marketOf(text: string): readonly [string, string] {
  const match = /^(M2) (.*)$/.exec(text);
  return match === null ? [MARKET, text] : [match[1] ?? "", match[2] ?? ""];
}

function levelsOf(text: string): readonly (readonly [string, string])[] {
  if (text === "none") return [];
  return text.split(" ").map((level) => {
    const [price = "", count = ""] = level.split("x");
    return [price, count];
  });
}

function readRecorded(text: string): Recorded {
  const [market, said] = marketOf(text);
  if (said === "gap") return { does: "gap" };
  if (said === "settled") return { does: "settled", market };
  const result = /^result (.+)$/.exec(said);
  if (result !== null) return { does: "result", market, result: result[1] ?? "" };
  const book = new RegExp(String.raw`^bids (none|[\dx. ]+?), asks (none|[\dx. ]+)$`).exec(said);
  if (book !== null) {
    return { does: "book", market, bids: levelsOf(book[1] ?? ""), asks: levelsOf(book[2] ?? "") };
  }
  const change = new RegExp(`^(bid|ask) (${NUMBER}) ([+-]${NUMBER})$`).exec(said);
  if (change !== null) {
    const side = change[1] === "bid" ? "bid" : "ask";
    return {
      does: "change",
      market,
      side,
      price: change[2] ?? "",
      delta: (change[3] ?? "").replace("+", ""),
    };
  }
  const trade = new RegExp(`^(sold|bought) (${NUMBER}) at (${NUMBER})(?: as (\\w+))?$`).exec(said);
  if (trade === null) throw new Error(`a recording does not say ${JSON.stringify(text)}`);
  const taker = trade[1] === "bought" ? "bid" : "ask";
  return { does: "trade", market, taker, count: trade[2] ?? "", price: trade[3] ?? "", id: trade[4] };
}

const forces = { "": "good_till_canceled", "ioc ": "immediate_or_cancel", "fok ": "fill_or_kill" } as const;

function readDeed(text: string): Deed {
  const cancel = /^cancel ([A-Z])$/.exec(text);
  if (cancel !== null) return { does: "cancel", id: cancel[1] ?? "" };
  const amend = new RegExp(`^amend ([A-Z]) to (${NUMBER}) at (${NUMBER})$`).exec(text);
  if (amend !== null) {
    return { does: "amend", id: amend[1] ?? "", count: amend[2] ?? "", price: amend[3] ?? "" };
  }
  const [id = "", rest = ""] = text.split(": ");
  const [market, said] = marketOf(rest);
  const order = new RegExp(
    `^(post-only |maker |)(ioc |fok |)(buy|sell) (${NUMBER}) at (${NUMBER})(?: until (${NUMBER}))?$`,
  ).exec(said);
  if (order === null) throw new Error(`a bot does not send ${JSON.stringify(text)}`);
  const [, how = "", force = "", verb, count = "", price = "", until] = order;
  return {
    does: "place",
    id,
    market,
    side: verb === "buy" ? "bid" : "ask",
    count,
    price,
    force: forces[force as keyof typeof forces],
    postOnly: how === "post-only ",
    prevention: how === "maker " ? "maker" : "taker_at_cross",
    until: until === undefined ? undefined : Number(until),
  };
}
