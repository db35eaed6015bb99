#!/bin/sh
# Compiles for npm what the entries of package.json reach: ES2022 modules that Node 20 runs, with their types,
# into dist/ or the folder that is named.
set -e
cd "$(dirname "$0")/.."
out=${1:-dist}
rm -rf "$out"
node_modules/.bin/tsc -p tsconfig.build.json --outDir "$out"
# On npm the conditions of `#runtime` choose the adapter.
rm "$out/src/runtime/detect.js" "$out/src/runtime/detect.d.ts"
# Projects whose own `lib` is older get the types of `await using` with these declarations.
grep -rlE --include='*.d.ts' 'AsyncDisposable|Symbol\.asyncDispose' "$out" | while read -r file; do
  { echo '/// <reference lib="esnext.disposable" />'; cat "$file"; } > "$file.new"
  mv "$file.new" "$file"
done
echo "Built $(find "$out" -name '*.js' | wc -l) modules in $out."
