import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Screen } from "../../src/cli/screen.ts";
import { cutText, padText, textWidth } from "../../src/cli/text_width.ts";
import { test } from "../support/test.ts";
import { Terminal } from "./support/terminal.ts";

/** A screen on a terminal of memory. */
function onTerminal() {
  const terminal = new Terminal();
  terminal.feed("$ before\r\n");
  let written = "";
  const screen = new Screen({
    write: (text) => {
      written = text;
      terminal.feed(text);
      return Promise.resolve();
    },
  });
  return { terminal, screen, written: () => written };
}

test("whatever was drawn before, the terminal shows the last picture, and then what was there before", async () => {
  const picture = fc.array(fc.stringMatching(/^[a-z ]{0,12}$/), { minLength: 1, maxLength: 8 });
  await fc.assert(fc.asyncProperty(fc.array(picture, { minLength: 1, maxLength: 6 }), async (pictures) => {
    const { terminal, screen } = onTerminal();
    const before = terminal.text;
    for (const lines of pictures) {
      await screen.draw(lines);
      assertEquals(
        lines.map((_, row) => terminal.lines[row] ?? ""),
        lines.map((line) => line.trimEnd()),
      );
      assertEquals(terminal.lines.slice(lines.length).join("").trim(), "");
      assertEquals([terminal.isSecondPage, terminal.isCursorShown], [true, false]);
    }
    await screen.leave();
    await screen.leave();
    assertEquals([terminal.text, terminal.isSecondPage, terminal.isCursorShown], [before, false, true]);
    assertEquals(terminal.opened, 1);
  }));
});

test("only lines that differ are written", async () => {
  const { screen, written } = onTerminal();
  await screen.draw(["one", "two", "three"]);
  await screen.draw(["one", "TWO", "three"]);
  assertEquals(written().includes("one") || written().includes("three"), false);
  assertEquals(written().includes("TWO"), true);
  const last = written();
  await screen.draw(["one", "TWO", "three"]);
  assertEquals(written(), last);
});

test("a screen that drew nothing gives nothing back", async () => {
  const { screen, written } = onTerminal();
  await screen.clear();
  await screen.leave();
  assertEquals(written(), "");
});

test("text is as wide as a terminal shows it", () => {
  assertEquals(textWidth("Zürich"), 6);
  assertEquals(textWidth("e\u0301"), 1);
  assertEquals(textWidth("東京"), 4);
  assertEquals(textWidth("🏈"), 2);
  assertEquals(cutText("Will it rain?", 8), "Will it…");
  assertEquals(cutText("東京東京", 4), "東…");
  assertEquals(cutText("fits", 4), "fits");
  assertEquals(cutText("no room", 0), "");
  assertEquals([padText("7", 3, "left"), padText("東", 3, "right")], ["  7", "東 "]);
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 0, max: 30 }), (text, columns) => {
    assertEquals(textWidth(cutText(text, columns)) <= columns, true);
  }));
});
