#!/bin/sh
# Compiles for npm what the entries reach: ES2022 modules that Node 20 runs, with their types,
# into dist/ or the folder that is named.
set -e
cd "$(dirname "$0")/.."
out=${1:-$PWD/dist}
rm -rf "$out"
mkdir -p .build
node -e '
  const { readFileSync, writeFileSync } = require("node:fs");
  const { exports } = JSON.parse(readFileSync("deno.json", "utf8"));
  const files = Object.values(exports).map((path) => path.replace(/^\./, ".."));
  writeFileSync(".build/tsconfig.json", JSON.stringify({ extends: "../tsconfig.json", files, include: [] }));
'
node_modules/.bin/tsc -p .build/tsconfig.json --outDir "$out"
# On npm the conditions of `#runtime` choose the adapter.
rm "$out/src/runtime/detect.js" "$out/src/runtime/detect.d.ts"
# Projects whose own `lib` is older get the types of `await using` with these declarations.
grep -rlE --include='*.d.ts' 'AsyncDisposable|Symbol\.asyncDispose' "$out" | while read -r file; do
  { echo '/// <reference lib="esnext.disposable" />'; cat "$file"; } > "$file.new"
  mv "$file.new" "$file"
done
echo "Built $(find "$out" -name '*.js' | wc -l) modules in $out."
