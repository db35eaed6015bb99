/**
 * Weighs what users import, minified and gzipped with all dependencies in, and fails where a bundle holds what it must
 * not or weighs more than its ceiling: `deno task size [--explain]`, which also says what each module weighs.
 *
 * A single file is what wrangler makes of it. What is loaded at once is that without the features behind `import()`
 * (streams, FIX, rate limiter, encrypted keys, sockets), which other bundlers split off.
 */
import process from "node:process";
import { bundle, CULPRITS, explain, type File, forbiddenIn, type Platform, weigh } from "./bundles.ts";

interface Case {
  readonly name: string;
  readonly code: string;
  readonly file: File;
  /** What comes on top of this code. */
  readonly over?: string;
  readonly culprits: keyof typeof CULPRITS;
  /** In kB, gzipped: what it is now and a little, so that growth is seen. Below it no reader pays for a byte. */
  readonly ceiling: number;
}

const all = `export * from "./mod.ts";`;
const stream = `${all} export * from "./src/stream/mod.ts";`;

const fix = `${all} export * from "./src/fix/mod.ts";`;

const perps = `${all} export * from "./src/perps/mod.ts";`;

const signedGet = `
import { signerFromPem, KalshiCore } from "./mod.ts";
const auth = await signerFromPem("id", globalThis.pem);
const core = new KalshiCore({ auth });
console.log(await core.request("GET", "/portfolio/balance"));
await core.close();
`;

const cases: readonly Case[] = [
  {
    name: "one signed GET through KalshiCore, single file",
    code: signedGet,
    file: "one",
    culprits: "core",
    ceiling: 24.1,
  },
  { name: "all of `.`, loaded at once", code: all, file: "split", culprits: "atOnce", ceiling: 56.3 },
  {
    name: "what `./stream` adds to it",
    code: stream,
    over: all,
    file: "split",
    culprits: "any",
    ceiling: 29.3,
  },
  {
    name: "what `./fix` adds to it",
    code: fix,
    over: all,
    file: "split",
    culprits: "fix",
    ceiling: 68.6,
  },
  {
    name: "what `./perps` adds to a single file",
    code: perps,
    over: all,
    file: "one",
    culprits: "any",
    ceiling: 12.4,
  },
  {
    name: "all of `.` with streams, FIX and limiter, single file",
    code: all,
    file: "one",
    culprits: "any",
    ceiling: 154.2,
  },
];

const kB = (bytes: number) => `${(bytes / 1024).toFixed(1).padStart(5)} kB`;

let failed = false;
for (const platform of ["workerd", "browser"] satisfies Platform[]) {
  console.log(`\nFor ${platform}, gzipped:`);
  for (const { name, code, file, over, culprits, ceiling } of cases) {
    const whole = await bundle(code, platform, file);
    const size = weigh(whole) - (over === undefined ? 0 : weigh(await bundle(over, platform, file)));
    const held = forbiddenIn(whole, CULPRITS[culprits]);
    const isOver = size > ceiling * 1024;
    if (isOver || held.length > 0) failed = true;
    console.log(`${isOver ? "OVER" : "ok  "} ${kB(size)} of ${ceiling} kB  ${name}`);
    for (const what of held) console.log(`HOLDS ${what}, which it must not`);
  }
}

if (process.argv.includes("--explain")) {
  for (const { name, code, file } of cases) {
    console.log(`\n${name}, for workerd: minified, and what it would be smaller by, gzipped`);
    const parts = await explain(code, "workerd", file);
    for (const { path, bytes, gzipped } of parts) {
      console.log(`${String(bytes).padStart(7)} ${String(gzipped).padStart(6)}  ${path}`);
    }
    const rooms = new Map<string, number>();
    for (const { path, gzipped } of parts) {
      const [room = "src"] = /^(src\/\w+(?=\/)|node_modules\/[^/]+)/.exec(path) ?? [];
      rooms.set(room, (rooms.get(room) ?? 0) + gzipped);
    }
    console.log("the same by room");
    for (const [room, gzipped] of [...rooms].sort(([, one], [, other]) => other - one)) {
      console.log(`${kB(gzipped)}  ${room}`);
    }
  }
}
if (failed) process.exit(1);
