#!/bin/sh
# Compiles the sources for npm: dist/ holds ES2022 modules that Node 20 runs, with their types.
set -e
cd "$(dirname "$0")/.."
rm -rf dist
node_modules/.bin/tsc -p tsconfig.build.json
node tools/build_imports.mjs
