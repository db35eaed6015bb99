/** Puts the specifications that this version follows into the package, for `kalshi spec diff` to compare with. */
import { readFacts } from "./generate_spec.ts";

const names = [
  "openapi.json",
  "perps-openapi.json",
  "klear-openapi.json",
  "asyncapi.json",
  "perps-asyncapi.json",
];

/** The file with its text. */
export function generateSpecs(): Map<string, string> {
  const entries = names.map((name) => {
    const text = JSON.stringify(JSON.parse(readFacts(name))).replace(/[\\`]|\$(?=\{)/g, "\\$&");
    return `  "${name}":\n    \`${text}\`,\n`;
  });
  return new Map([[
    "src/cli/spec_diff/specs.ts",
    `/**
 * The specifications that this version follows, as far as it goes by them, generated from src/contract/spec:
 * \`deno task generate\`.
 *
 * @module
 */

/** JSON by the name of its file. */
export const specs: Readonly<Record<string, string>> = {
${entries.join("")}};
`,
  ]]);
}
