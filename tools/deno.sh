#!/bin/sh
# Runs deno after making sure that the npm packages are there: sh tools/deno.sh <runtime|dev> <deno arguments>.
# A shell of its own, because `deno task` would run the native binary in node_modules/.bin as JavaScript.
set -e
packages=$1
shift
deno run --no-lock -A tools/setup.ts "$packages"
exec deno "$@"
