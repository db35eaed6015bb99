/** A secret is found in ways of writing that no server of the other tests uses: codes within codes, pieces with names. */
import { assert, assertEquals } from "@std/assert";
import { Secrets } from "../../src/base/redact.ts";
import { test } from "../support/test.ts";

type Spell = (text: string) => string;

const SECRET = "mIsJp3+Wp/q0ZzVb7tXk1Q9yDgE5uHhTcR2oLfN8aMwPiKvCj6xSdG4eUlBnYr0=";

const hex = (code: number, digits = 2) => code.toString(16).padStart(digits, "0");
const each = (spell: (code: number) => string): Spell => (text) =>
  Array.from(text, (letter) => spell(letter.charCodeAt(0))).join("");
const escaped = each((code) => `\\u${hex(code, 4)}`);
const digits = each((code) => hex(code));
const pieces = (text: string) => text.match(/.{1,5}/g) ?? [];

const SPELLINGS: Readonly<Record<string, Spell>> = {
  "bytes as Go shows them": (text) => `[]byte{${each((code) => `0x${hex(code)}, `)(text)}}`,
  "bytes by their places": (text) =>
    JSON.stringify(Object.fromEntries(Array.from(text, (letter, at) => [at, letter.charCodeAt(0)]))),
  "letters by their places": (text) => JSON.stringify(Object.fromEntries(Object.entries(text))),
  "pieces with names": (text) =>
    JSON.stringify(Object.fromEntries(pieces(text).map((_, at) => [`p${at}`, _]))),
  "pieces with names, as Python shows them": (text) =>
    `{${pieces(text).map((piece, at) => `'part_${at}': '${piece}'`).join(", ")}}`,
  "lines with numbers": (text) => pieces(text).map((piece, at) => `${at + 1}: ${piece}`).join("\n"),
  "lines with numbers in JSON": (text) =>
    JSON.stringify(pieces(text).map((piece) => `12) ${piece}`).join("\n")),
  "Perl's \\x{} escapes": each((code) => `\\x{${hex(code)}}`),
  "Python's \\U escapes": each((code) => `\\U${hex(code, 8)}`),
  "numbers of Unicode": each((code) => `U+${hex(code, 4)} `),
  "base64 of base64": (text) => btoa(btoa(text)),
  "base64 of base64 of base64": (text) => btoa(btoa(btoa(text))),
  "base64url of base64": (text) => btoa(btoa(text)).replaceAll("=", ""),
  "base64 of JSON": (text) => btoa(escaped(text)),
  "base64 of hexadecimal": (text) => btoa(digits(text)),
  "hexadecimal of base64": (text) => digits(btoa(text)),
  "hexadecimal of hexadecimal": (text) => digits(digits(text)),
  "base64 in a URL in JSON": (text) =>
    JSON.stringify({ url: `/x?y=${encodeURIComponent(btoa(escaped(text)))}` }),
  "its bytes": (text) => atob(text),
  "its bytes, escaped": (text) => each((code) => `\\x${hex(code)}`)(atob(text)),
  "its bytes as Go shows them": (text) => each((code) => `0x${hex(code)} `)(atob(text)),
};

for (const [name, spell] of Object.entries(SPELLINGS)) {
  test(`a secret is covered that is written as ${name}`, () => {
    const secrets = new Secrets();
    secrets.addHeaders({ "KALSHI-ACCESS-SIGNATURE": SECRET });
    const written = spell(SECRET);
    for (const text of [written, `was: ${written}, and no more`, JSON.stringify({ seen: [written] })]) {
      const left = secrets.redact(text);
      assert(left.includes("[redacted]"), left);
      // Its ends may stay, where nobody can tell what they are.
      assert(left.length < text.length / 2 + 60, left);
    }
  });
}

test("text that holds no secret stays what it is", () => {
  const secrets = new Secrets();
  secrets.addHeaders({ "KALSHI-ACCESS-SIGNATURE": SECRET });
  for (
    const text of [
      `{"code":"bad","message":"no such order","details":{"order_id":"${crypto.randomUUID()}"}}`,
      "1: a line\n2: another\n3: 0x1f 0x2e U+0041 \\x{41}",
      `a page: ${btoa("the quick brown fox jumps over the lazy dog".repeat(20))}`,
      digits("the quick brown fox jumps over the lazy dog".repeat(20)),
    ]
  ) assertEquals(secrets.redact(text), text);
});

test("a text that is long and always the same takes no longer than another", () => {
  const secrets = new Secrets();
  secrets.add(btoa("a secret of more letters than a few"));
  // Each would take hours if what is read were looked at again from each of its places.
  for (
    const part of [
      "\n",
      " ",
      "\n ",
      "\\n ",
      '"',
      '"name" ',
      "1\n",
      "<",
      "&",
      "&#0",
      "%25",
      "-----BEGIN ",
      "https://a?",
    ]
  ) {
    const text = part.repeat(300_000 / part.length);
    assertEquals(secrets.redact(text), text);
  }
});
