// The Deno standard library goes by its JSR name in the sources; on npm it is published as `deno-std`.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const NAMES = { "@std/crypto/timing-safe-equal": "deno-std/crypto/timing_safe_equal.js" };

for (const file of readdirSync("dist", { recursive: true, encoding: "utf8" })) {
  if (!/\.(js|d\.ts)$/.test(file)) continue;
  const path = `dist/${file}`;
  const before = readFileSync(path, "utf8");
  let after = before;
  for (const [from, to] of Object.entries(NAMES)) after = after.replaceAll(`"${from}"`, `"${to}"`);
  if (after !== before) writeFileSync(path, after);
}
