#!/bin/sh
# Runs a command once the npm packages are there: sh tools/run.sh <runtime|dev> <command ...>.
# A shell of its own, because `deno task` would run the native programs in node_modules/.bin as JavaScript.
set -e
packages=$1
shift
deno run -A tools/setup.ts "$packages"
exec "$@"
