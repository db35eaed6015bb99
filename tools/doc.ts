/** Writes the reference of every entry as HTML: `deno task doc`. */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

const { name, exports }: { name: string; exports: Record<string, string> } = JSON.parse(
  readFileSync("deno.json", "utf8"),
);
const folder = ".build/doc";
rmSync(folder, { recursive: true, force: true });
const { status } = spawnSync(
  "node_modules/deno/deno",
  ["doc", "--html", `--name=${name}`, `--output=${folder}`, "--quiet", ...Object.values(exports)],
  { stdio: ["ignore", "inherit", "inherit"] },
);
if (status !== 0) process.exit(status ?? 1);
console.log(
  `The reference of ${Object.keys(exports).length} entries: ${pathToFileURL(resolve(folder, "index.html"))}`,
);
