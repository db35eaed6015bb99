/** What a signature costs with each kind of key, one at a time, in turns: `deno task bench sign`. */
import { generateKeyPairSync } from "node:crypto";
import process from "node:process";
import { KalshiAuth } from "../src/auth/kalshi_auth.ts";
import { type Figure, median } from "./measure.ts";

const BLOCKS = 40;
const CALLS = 50;

function pem(kind: "rsa" | "ed25519"): string {
  const { privateKey } = kind === "rsa"
    ? generateKeyPairSync("rsa", { modulusLength: 2048 })
    : generateKeyPairSync("ed25519");
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

async function micros(auth: KalshiAuth): Promise<number> {
  const started = performance.now();
  for (let call = 0; call < CALLS; call++) await auth.headers("GET", "/trade-api/v2/portfolio/balance");
  return (performance.now() - started) * 1000 / CALLS;
}

const rsa = await KalshiAuth.fromPem("bench", pem("rsa"));
const ed25519 = await KalshiAuth.fromPem("bench", pem("ed25519"));
for (let warm = 0; warm < 5; warm++) await micros(rsa), await micros(ed25519);
const blocks: { readonly rsa: number; readonly ed25519: number }[] = [];
for (let block = 0; block < BLOCKS; block++) {
  blocks.push({ rsa: await micros(rsa), ed25519: await micros(ed25519) });
}
const times = median(blocks.map((block) => block.rsa / block.ed25519));
// Some runtimes sign on another thread, which costs more than an Ed25519 signature.
const atLeast = process.argv[2] === "deno" ? 5 : 2;
const figures: Figure[] = [{
  name: "a signature: microseconds with RSA, with Ed25519, and how many times cheaper that is",
  value: `${median(blocks.map((block) => block.rsa)).toFixed(0)}, ${
    median(blocks.map((block) => block.ed25519)).toFixed(0)
  }, ${times.toFixed(1)}`,
  budget: `at least ${atLeast} times`,
  ok: times >= atLeast,
}];
console.log(`RESULT ${JSON.stringify(figures)}`);
