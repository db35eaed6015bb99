import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  chooseColumns,
  chooseOrder,
  FirstRows,
  objectOf,
  type SortableColumn,
} from "../../src/cli/choose_columns.ts";
import { CliError } from "../../src/cli/exit_codes.ts";
import { test } from "../support/test.ts";

interface Row {
  readonly name: string;
  readonly volume: number | undefined;
}
const columns: readonly SortableColumn<Row>[] = [
  { name: "name", value: ({ name }) => name },
  { name: "volume", value: ({ volume }) => volume, sorts: "desc" },
  { name: "hidden", value: () => 1, inTable: false },
];
const rows: readonly Row[] = [
  { name: "b", volume: 5 },
  { name: "a", volume: undefined },
  { name: "c", volume: 10 },
];
const sorted = (order: string) =>
  [...rows].sort(chooseOrder(columns, order)).map(({ name }) => name).join("");

test("columns are chosen by name, in the order of the list, also those that a table leaves out", () => {
  const chosen = chooseColumns(columns, "volume, name,hidden");
  assertEquals(chosen.map(({ name, inTable }) => [name, inTable]), [
    ["volume", true],
    ["name", true],
    ["hidden", true],
  ]);
  assertEquals(objectOf(chosen, { name: "a", volume: undefined }), { volume: null, name: "a", hidden: 1 });
});

test("what is no column is refused with the nearest one, and so is one that comes twice", () => {
  for (
    const [list, says] of [
      ["volum", 'there is no column "volum"; did you mean volume? There are: name, volume, hidden.'],
      ["", "there is no column"],
      ["name,", "there is no column"],
      ["name,name", 'names "name" twice'],
      ["constructor", "there is no column"],
    ] as const
  ) {
    const error = assertThrows(() => chooseColumns(columns, list), CliError);
    assertEquals([error.exit, error.message.includes(says)], ["usage", true], error.message);
  }
  for (const order of ["volume:up", "volume:asc:desc", "", ":asc", "size"]) {
    assertThrows(() => chooseOrder(columns, order), CliError);
  }
});

test("rows are sorted as a column says, or the other way, those without a value last", () => {
  assertEquals(sorted("name"), "abc");
  assertEquals(sorted("name:desc"), "cba");
  assertEquals(sorted("volume"), "cba");
  assertEquals(sorted("volume:asc"), "bca");
});

test("the first rows of many are those of the whole list, sorted", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer(), { maxLength: 5_000 }),
      fc.integer({ min: 0, max: 20 }),
      (numbers, most) => {
        const first = new FirstRows<number>((a, b) => a - b, most);
        for (const number of numbers) first.add(number);
        assertEquals(first.take(), [...numbers].sort((a, b) => a - b).slice(0, most));
      },
    ),
    { numRuns: 30 },
  );
});
