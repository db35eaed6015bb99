/**
 * Weighs what users import, minified and gzipped with all dependencies in, and fails over budget or when a bundle
 * holds what it must not.
 *
 * A budget counts what an import loads. The figure beside it is a single file, which also holds what would be loaded
 * later, by a client that asks for it.
 */
import process from "node:process";
import { bundle, forbiddenIn, type Platform, weigh } from "./bundles.ts";

interface Case {
  readonly name: string;
  readonly code: string;
  /** What comes on top of this code. */
  readonly over?: string;
  /** Bytes, gzipped. */
  readonly budget: number;
}

const all = `export * from "./mod.ts";`;

const signedGet = `
import { signerFromPem, KalshiCore } from "./mod.ts";
const auth = await signerFromPem("id", globalThis.pem);
const core = new KalshiCore({ auth });
console.log(await core.request("GET", "/portfolio/balance"));
await core.close();
`;

const cases: readonly Case[] = [
  { name: "everything of `.`", code: all, budget: 56 * 1024 },
  { name: "one signed GET", code: signedGet, budget: 28 * 1024 },
  {
    name: "`./stream` adds",
    code: `${all} export * from "./src/stream/mod.ts";`,
    over: all,
    budget: 40 * 1024,
  },
];

const kB = (bytes: number) => `${(bytes / 1024).toFixed(2).padStart(5)} kB`;

let failed = false;
for (const platform of ["workerd", "browser"] satisfies Platform[]) {
  for (const { name, code, over, budget } of cases) {
    const figures: number[] = [];
    const found = new Set<string>();
    for (const file of ["split", "one"] as const) {
      const whole = await bundle(code, platform, file);
      figures.push(weigh(whole) - (over === undefined ? 0 : weigh(await bundle(over, platform, file))));
      for (const what of forbiddenIn(whole)) found.add(what);
    }
    const [size = 0, single = 0] = figures;
    if (size > budget || found.size > 0) failed = true;
    console.log(
      `${size > budget ? "OVER" : "ok  "} ${name.padEnd(18)} ${platform.padEnd(8)} ${kB(size)} of ` +
        `${(budget / 1024).toFixed(0)} kB, as a single file ${kB(single)}` +
        (found.size > 0 ? `   holds ${[...found].join(", ")}` : ""),
    );
  }
}
if (failed) process.exit(1);
