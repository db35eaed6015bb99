#!/bin/sh
# Compiles for npm what the entries reach: ES2022 modules that Node 20 runs, with their types,
# into dist/ or the folder that is named.
set -e
cd "$(dirname "$0")/.."
out=${1:-$PWD/dist}
if [ ! -x node_modules/.bin/tsc ]; then
  echo "Nothing was built, so there is nothing to pack: run \`npm ci\` first, which brings the compiler." >&2
  exit 1
fi
rm -rf "$out"
mkdir -p .build
node -e '
  const { readFileSync, writeFileSync } = require("node:fs");
  const { exports } = JSON.parse(readFileSync("deno.json", "utf8"));
  const { bin, imports } = JSON.parse(readFileSync("package.json", "utf8"));
  const chosen = [...Object.values(imports["#runtime"]), ...Object.values(bin)].map((path) => path.replace("/dist/", "/").replace(/\.js$/, ".ts"));
  const files = [...new Set([...Object.values(exports), ...chosen])].map((path) => path.replace(/^\./, ".."));
  writeFileSync(".build/tsconfig.json", JSON.stringify({ extends: "../tsconfig.json", files, include: [] }));
'
node_modules/typescript-7/bin/tsc -p .build/tsconfig.json --outDir "$out"
# On npm the conditions of `#runtime` choose the adapter.
rm "$out/src/runtime/detect.js" "$out/src/runtime/detect.d.ts" "$out/src/runtime/detect.d.ts.map"
# Projects whose own `lib` is older get the types of `await using` with these declarations.
grep -rlE --include='*.d.ts' 'AsyncDisposable|Symbol\.asyncDispose' "$out" | while read -r file; do
  { echo '/// <reference lib="esnext.disposable" />'; cat "$file"; } > "$file.new"
  mv "$file.new" "$file"
  # The line above moves what the map speaks of one line down.
  sed 's/"mappings":"/"mappings":";/' "$file.map" > "$file.new"
  mv "$file.new" "$file.map"
done
# Maps lead from dist/ to the sources beside it, wherever this was built.
OUT=$out node -e '
  const { readdirSync, readFileSync, writeFileSync } = require("node:fs");
  const { dirname, join, relative, resolve } = require("node:path");
  for (const path of readdirSync(process.env.OUT, { recursive: true }).filter((path) => path.endsWith(".map"))) {
    const file = join(process.env.OUT, path);
    const map = JSON.parse(readFileSync(file, "utf8"));
    const source = resolve(dirname(file), map.sources[0]);
    map.sources = [relative(resolve("dist", dirname(path)), source)];
    writeFileSync(file, JSON.stringify(map));
  }
'
# An entry without its file would be a package that nobody can import.
OUT=$out node -e '
  const { existsSync, readFileSync } = require("node:fs");
  const { bin, exports, imports } = JSON.parse(readFileSync("package.json", "utf8"));
  const files = [bin, imports["#runtime"], ...Object.values(exports)].flatMap(Object.values);
  const built = files.filter((file) => file.startsWith("./dist/"));
  const missing = built.filter((file) => !existsSync(file.replace("./dist", process.env.OUT)));
  if (missing.length > 0) {
    console.error(`The package would lack ${missing.join(", ")}: package.json names them, the build made none.`);
    process.exit(1);
  }
'
echo "Built $(find "$out" -name '*.js' | wc -l) modules in $out."
