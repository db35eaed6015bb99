/** What an option is where it is left out is written once, in its rule: the docstrings say the same. */
import { assertEquals } from "@std/assert";
import { readFileSync } from "node:fs";
import { DEFAULTS } from "../../src/config/settings.ts";
import { FIX_DEFAULTS } from "../../src/fix/config_options.ts";
import { OPTION_TABLES } from "../support/option_tables.ts";
import { test } from "../support/test.ts";

/** The `@default` of each member of an interface, as it is written. */
function documented(place: string): Map<string, string | undefined> {
  const [path = "", name = ""] = place.split("#");
  const text = readFileSync(path, "utf8");
  const begin = new RegExp(`^export interface ${name}\\b[^{]*\\{$`, "m").exec(text);
  if (begin === null) throw new Error(`There is no interface ${place}.`);
  const body = text.slice(begin.index + begin[0].length).split(/^\}$/m)[0] ?? "";
  const found = new Map<string, string | undefined>();
  let docs = "";
  for (const [part, doc, member = ""] of body.matchAll(/(\/\*\*[^]*?\*\/)|^ {2}readonly (\w+)\??:/gm)) {
    if (part === doc) docs = doc ?? "";
    else found.set(member, /@default ([^\n]*?)\s*(?:\*\/|$)/m.exec(docs)?.[1]?.trim());
  }
  return found;
}

const written = (preset: unknown) =>
  typeof preset === "number" ? String(preset) : JSON.stringify(preset)?.replaceAll(",", ", ");

for (const [table, { rules, of }] of Object.entries(OPTION_TABLES)) {
  if (of === undefined) continue;
  test(`${table}: the docstrings of ${of.split("#")[1]} say its presets`, () => {
    const wrong: string[] = [];
    for (const [name, said] of documented(of)) {
      const preset = rules[name]?.preset;
      // A part such as a clock is described in words.
      const must = typeof preset === "object" && !Array.isArray(preset) ? undefined : written(preset);
      if (said !== must) wrong.push(`${name}: @default ${said}, and its rule says ${must}`);
      if (rules[name] === undefined) wrong.push(`${name} has no rule`);
    }
    assertEquals(wrong, []);
  });
}

test("KalshiConfigOptions: the docstrings say the defaults", () => {
  const wrong: string[] = [];
  const interfaces = [
    ...documented("src/config/rest_config.ts#RestConfigOptions"),
    ...documented("src/config/client_config.ts#ClientConfigOptions"),
  ];
  for (const [name, said] of interfaces) {
    // The two URLs follow each other, and an environment variable may decide on hosts.
    const isWords = /^(baseUrl|wsBaseUrl|allowUnknownHost)$/.test(name);
    const must = isWords ? undefined : written(DEFAULTS[name as keyof typeof DEFAULTS]);
    if (said !== must) wrong.push(`${name}: @default ${said}, and the defaults say ${must}`);
  }
  assertEquals(wrong, []);
});

test("FixConfigOptions: the docstrings say the defaults", () => {
  const wrong: string[] = [];
  for (const [name, said] of documented("src/fix/config_options.ts#FixConfigOptions")) {
    // An environment variable may decide on hosts; the place follows the session.
    const must = name === "allowUnknownHost"
      ? undefined
      : written(FIX_DEFAULTS[name as keyof typeof FIX_DEFAULTS]);
    if (said !== must) wrong.push(`${name}: @default ${said}, and the defaults say ${must}`);
  }
  assertEquals(wrong, []);
});
