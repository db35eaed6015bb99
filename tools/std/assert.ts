// The Deno standard library as it is published to npm carries no types; these are the functions used here.
// @ts-types="./assert.d.ts"
export * from "npm:deno-std@1.4.0/assert/mod.js";
