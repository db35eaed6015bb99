import { assertEquals } from "@std/assert";
import { painter, printable } from "../../src/cli/colours.ts";
import { csvLine } from "../../src/cli/csv.ts";
import { type Column, openOutput } from "../../src/cli/output.ts";
import { test } from "../support/test.ts";
import { memoryIo } from "./support/memory_io.ts";

interface Row {
  readonly ticker: string;
  readonly title: string;
  readonly price: string;
}

const columns: readonly Column<Row>[] = [
  { name: "ticker", value: ({ ticker }) => ticker },
  { name: "title", value: ({ title }) => title, isShortened: true },
  { name: "yes_bid", value: ({ price }) => price, align: "right", colour: () => "green" },
  { name: "cents", value: ({ price }) => Number(price.slice(2, 4)), inTable: false },
];
const rows: readonly Row[] = [
  { ticker: "KXA", title: 'A "quoted", title', price: "0.5600" },
  { ticker: "KXBCD-1", title: "Two\nlines", price: "0.0100" },
];

async function print(
  io: ReturnType<typeof memoryIo>,
  options: { json?: boolean; csv?: boolean },
  isLive = false,
) {
  const printer = openOutput(io, options).rows(columns, { isLive });
  for (const row of rows) await printer.add(row);
  await printer.end();
  return io.stdout.text();
}

test("rows are a table whose columns fit, with numbers at the right", async () => {
  assertEquals(
    await print(memoryIo(), {}),
    "ticker   title              yes bid\n" +
      'KXA      A "quoted", title   0.5600\n' +
      "KXBCD-1  Two lines           0.0100\n",
  );
});

test("on a terminal titles give way to the width, and prices never do", async () => {
  const io = memoryIo({ isTerminal: true, columns: 28, env: { NO_COLOR: "1" } });
  assertEquals(
    await print(io, {}),
    "ticker   title       yes bid\n" +
      'KXA      A "quoted…   0.5600\n' +
      "KXBCD-1  Two lines    0.0100\n",
  );
});

test("rows that come one by one are printed at once", async () => {
  const io = memoryIo();
  const printer = openOutput(io, {}).rows(columns, { isLive: true });
  const [first, second] = rows;
  if (first !== undefined) await printer.add(first);
  assertEquals(io.stdout.text().split("\n").length, 3);
  if (second !== undefined) await printer.add(second);
  await printer.end();
  assertEquals(io.stdout.text().split("\n").length, 4);
});

test("--json prints one object a line, as it is", async () => {
  const text = await print(memoryIo(), { json: true });
  assertEquals(text, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
});

test("--csv is RFC 4180: a heading, CRLF, quotes doubled, and a heading where nothing came", async () => {
  assertEquals(
    await print(memoryIo(), { csv: true }),
    'ticker,title,yes_bid,cents\r\nKXA,"A ""quoted"", title",0.5600,56\r\nKXBCD-1,"Two\nlines",0.0100,1\r\n',
  );
  const io = memoryIo();
  await openOutput(io, { csv: true }).rows(columns).end();
  assertEquals(io.stdout.text(), "ticker,title,yes_bid,cents\r\n");
  assertEquals(csvLine([undefined, null, true, 0]), ",,true,0\r\n");
});

test("colours are for terminals, and NO_COLOR and a dumb terminal have none", () => {
  const painted = (io: ReturnType<typeof memoryIo>) => painter(io, io.stdout)("red", "text");
  assertEquals(painted(memoryIo({ isTerminal: true })), "\x1b[31mtext\x1b[0m");
  assertEquals(painted(memoryIo()), "text");
  assertEquals(painted(memoryIo({ isTerminal: true, env: { NO_COLOR: "1" } })), "text");
  assertEquals(painted(memoryIo({ isTerminal: true, env: { TERM: "dumb" } })), "text");
});

test("text of the exchange moves no cursor of a terminal", () => {
  assertEquals(printable("a\x1b[2Jb\r\nc\u202ed"), "a [2Jb c d");
});

test("notes are beside the result, and none for programs", async () => {
  for (const [options, said] of [[{}, "note\n"], [{ json: true }, ""], [{ csv: true }, ""]] as const) {
    const io = memoryIo();
    await openOutput(io, options).note("note");
    assertEquals([io.stdout.text(), io.stderr.text()], ["", said]);
  }
});

test("columns stay in line where characters are twice as wide, or take no room", async () => {
  const io = memoryIo();
  const printer = openOutput(io, {}).rows(columns);
  for (const title of ["東京に雨", "Zu\u0308rich", "🏈 game"]) {
    await printer.add({ ticker: "A", title, price: "0.5600" });
  }
  await printer.end();
  assertEquals(
    io.stdout.text(),
    "ticker  title     yes bid\n" +
      "A       東京に雨   0.5600\n" +
      "A       Zu\u0308rich     0.5600\n" +
      "A       🏈 game    0.5600\n",
  );
});

test("text from outside does nothing to a terminal, in JSON, CSV and notes either", async () => {
  const title = "\x1b[2Jred\u009b31m\u202eback";
  const row = { ticker: "KXA", title, price: "0.5600" };
  const printed = async (options: { json?: boolean; csv?: boolean }, isTerminal: boolean) => {
    const io = memoryIo({ isTerminal });
    await openOutput(io, options).record(columns, row);
    return io.stdout.text();
  };
  const json = await printed({ json: true }, true);
  assertEquals(json, await printed({ json: true }, false));
  assertEquals(json.includes("\\u001b[2Jred\\u009b31m\\u202eback"), true);
  assertEquals(JSON.parse(json), row);
  assertEquals(
    await printed({ csv: true }, true),
    csvLine(columns.map(({ name }) => name)) +
      "KXA, [2Jred 31m back,0.5600,56\r\n",
  );
  assertEquals((await printed({ csv: true }, false)).includes(title), true, "a file has it as it came");
  const io = memoryIo({ isTerminal: true });
  await openOutput(io, {}).note("one\ntwo\x1b]0;three\x07");
  assertEquals(io.stderr.text(), "one\ntwo ]0;three \n");
});
