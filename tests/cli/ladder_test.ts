import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { BookLevel } from "../../src/books/mod.ts";
import { ladderLines, type LadderView, levelsThatFit } from "../../src/cli/ladder.ts";
import { levelKey } from "../../src/cli/own_orders.ts";
import { textWidth } from "../../src/cli/text_width.ts";
import { test } from "../support/test.ts";

const view: LadderView = {
  ticker: "RAIN-TODAY",
  title: "Will it rain today?",
  state: "live",
  ageMs: 200,
  depth: {
    bids: [{ price: 5_600, size: 1_000 }, { price: 5_500, size: 4_000 }, { price: 100, size: 250 }],
    asks: [{ price: 5_800, size: 1_250 }, { price: 6_000, size: 500 }],
  },
  own: new Map([[levelKey("bid", 5_500), 1_500], [levelKey("ask", 9_900), 100]]),
  ownIsKnown: true,
};
const plain = (_colour: unknown, text: string) => text;
const painted = (colour: string | undefined, text: string) =>
  colour === undefined ? text : `<${colour}>${text}`;
const room = { columns: 60, depth: 10, paint: plain };

test("a ladder has the asks above, the bids below, totals, bars and one's own orders", () => {
  assertEquals(ladderLines(view, room), [
    "RAIN-TODAY  Will it rain today?",
    "live",
    "   price   size  total     own",
    "  0.6000   5.00  17.50          ████",
    "  0.5800  12.50  12.50          █████████",
    "  ------  spread 0.0200, middle 0.5700",
    "  0.5600  10.00  10.00          ███████",
    "  0.5500  40.00  50.00  *15.00  ████████████████████████████",
    "  0.0100   2.50  52.50          ██",
    "* your own orders, at 2 levels, 1 of them outside this view",
  ]);
});

test("on a terminal the spread stays in its place, and what has no room is counted", () => {
  const lines = ladderLines(view, { ...room, rows: 9 });
  assertEquals(levelsThatFit({ ...room, rows: 9 }), 2);
  assertEquals(lines.length, 9);
  assert(lines[5]?.includes("spread"));
  assertEquals(
    lines[8],
    "1 more level; * your own orders, at 2 levels, 1 of them out…",
  );
});

test("a book that is not live says so, and no price of it has a colour", () => {
  const stale = ladderLines({ ...view, state: "stale", reason: "gap", ageMs: 3_400 }, {
    ...room,
    columns: 100,
    paint: painted,
  });
  assertEquals(
    stale[1],
    "<yellow>STALE: a frame is missing; these prices may be wrong, last right 3 s ago",
  );
  assert(stale.every((line) => !/<(?:red|green|cyan)>/.test(line)));
  const live = ladderLines(view, { ...room, paint: painted }).map((line) => /^<\w+>/.exec(line)?.[0]);
  assertEquals(live, [
    "<bold>",
    undefined,
    "<dim>",
    "<red>",
    "<red>",
    "<dim>",
    "<green>",
    "<cyan>",
    "<green>",
    "<dim>",
  ]);
  const [, resyncing] = ladderLines({ ...view, state: "resyncing", reason: "disconnected" }, room);
  assertEquals(resyncing, "RESYNCING: the connection broke; these prices may be wrong …");
  const [, waiting] = ladderLines(
    { ...view, state: "waiting", depth: { bids: [], asks: [] }, connection: "reconnecting, attempt 2" },
    room,
  );
  assertEquals(waiting, "waiting for the first snapshot; reconnecting, attempt 2");
  const [, quiet] = ladderLines({ ...view, ageMs: 17_345 }, room);
  assertEquals(quiet, "live, last heard of 17 s ago");
});

test("an empty side is said, and so is that own orders are not known", () => {
  const lines = ladderLines(
    { ...view, depth: { bids: [], asks: view.depth.asks }, own: new Map(), ownIsKnown: false },
    room,
  );
  assert(lines.includes("nobody bids"));
  assert(lines.includes("  ------  no spread: a side is empty"));
  assertEquals(lines.at(-1), "own orders are not known without a key");
});

test("a middle between two ten-thousandths is exact", () => {
  const lines = ladderLines({
    ...view,
    depth: { bids: [{ price: 5_600, size: 100 }], asks: [{ price: 5_601, size: 100 }] },
  }, room);
  assert(lines.includes("  ------  spread 0.0001, middle 0.56005"));
});

test("nothing that a server wrote steers the terminal", () => {
  const lines = ladderLines({ ...view, title: "\u001b]0;owned\u0007a\r\nb\u202ec" }, room);
  assertEquals(lines[0], "RAIN-TODAY   ]0;owned a b c");
});

const levels = (from: number, step: 1 | -1) =>
  fc.array(fc.integer({ min: 1, max: 100_000_000 }), { maxLength: 30 }).map((sizes): BookLevel[] =>
    sizes.map((size, index) => ({ price: from + step * index * 100, size }))
  );

test("whatever the book and the room, no line is too wide and none too many", () => {
  fc.assert(fc.property(
    levels(5_000, -1),
    levels(5_100, 1),
    fc.integer({ min: 1, max: 200 }),
    fc.integer({ min: 1, max: 60 }),
    fc.string({ unit: "grapheme" }),
    (bids, asks, columns, rows, title) => {
      const own = new Map([[levelKey("bid", 5_000), 100]]);
      const lines = ladderLines({ ...view, title, depth: { bids, asks }, own }, {
        columns,
        rows,
        depth: 20,
        paint: plain,
      });
      assert(lines.length <= rows);
      for (const line of lines) {
        assert(textWidth(line) <= columns, JSON.stringify(line));
        assert(!/\p{Cc}/u.test(line));
      }
    },
  ));
});
