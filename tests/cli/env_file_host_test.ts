import { assertEquals, assertThrows } from "@std/assert";
import { parseEnvFile } from "../../src/cli/env_file.ts";
import { CliError } from "../../src/cli/exit_codes.ts";
import { test } from "../support/test.ts";

const read = (text: string) => ({ ...parseEnvFile(text, "a.env") });

test("a file of variables has comments, quotes, exports and keys of several lines", () => {
  assertEquals(
    read(`# A comment, and below an empty line.

A=1
 export  B = two words # and a comment
C="with # and \\"quotes\\"\\n"
D='as it is \\n $A'
E=
F=a#b
KEY="-----BEGIN
-----END" # a key
G=last\r
H=end`),
    {
      A: "1",
      B: "two words",
      C: 'with # and "quotes"\n',
      D: "as it is \\n $A",
      E: "",
      F: "a#b",
      KEY: "-----BEGIN\n-----END",
      G: "last",
      H: "end",
    },
  );
  assertEquals(read(""), {});
});

test("a line that is none is told by its number alone", () => {
  for (
    const [text, message] of [
      ["A=1\nMIIEow", "a.env, line 2: write NAME=value, or # before a comment."],
      ['A="1', "a.env, line 1: a quote is opened for A and not closed."],
      ["A='1' 2\nB=3", "a.env, line 1: something follows the value of A."],
    ] as const
  ) {
    const error = assertThrows(() => read(text), CliError);
    assertEquals([error.exit, error.message], ["usage", message]);
  }
});
