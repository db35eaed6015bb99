/**
 * Signed GETs and a page of 1,000 markets: bare `subtle.sign` + `fetch` + `json()`, this library, and the
 * official client, in turn, in one process. Arguments: the server's port and a PKCS#8 key file.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { KalshiAuth, KalshiClient } from "../mod.ts";

const [port, keyFile, withOfficial] = process.argv.slice(2);
const base = `http://127.0.0.1:${port}`;
const pem = readFileSync(keyFile ?? "", "utf8");
const keyId = "a952bcbe-ec3b-4b5b-b8f9-11dae589608c";

type Run = () => Promise<unknown>;

const der = Uint8Array.from(atob(pem.replace(/-----.*-----|\s/g, "")), (char) => char.charCodeAt(0));
const key = await crypto.subtle.importKey("pkcs8", der, { name: "RSA-PSS", hash: "SHA-256" }, false, [
  "sign",
]);
const encoder = new TextEncoder();

const bare: Run = async () => {
  const timestamp = String(Date.now());
  const text = `${timestamp}GET/trade-api/v2/portfolio/balance`;
  const signature = await crypto.subtle.sign({ name: "RSA-PSS", saltLength: 32 }, key, encoder.encode(text));
  const response = await fetch(`${base}/trade-api/v2/portfolio/balance`, {
    headers: {
      "KALSHI-ACCESS-KEY": keyId,
      "KALSHI-ACCESS-TIMESTAMP": timestamp,
      "KALSHI-ACCESS-SIGNATURE": btoa(String.fromCharCode(...new Uint8Array(signature))),
    },
  });
  return await response.json();
};
const barePage: Run = async () => await (await fetch(`${base}/trade-api/v2/markets?limit=1000`)).json();

const auth = await KalshiAuth.fromPem(keyId, pem);
await using client = new KalshiClient({ auth, config: { baseUrl: `${base}/trade-api/v2` } });
const sdk: Run = () => client.portfolio.balance();
const sdkPage: Run = () => client.markets.list({ limit: 1000 });

async function officialRun(): Promise<Run> {
  const name = "kalshi-typescript";
  const { Configuration, PortfolioApi } = await import(name);
  const api = new PortfolioApi(
    new Configuration({ apiKey: keyId, privateKeyPem: pem, basePath: `${base}/trade-api/v2` }),
  );
  return () => api.getBalance();
}

/** Microseconds a call, over `count` calls, `wide` at a time. */
async function time(run: Run, count: number, wide: number): Promise<number> {
  const started = performance.now();
  let left = count;
  const worker = async () => {
    while (left-- > 0) await run();
  };
  await Promise.all(Array.from({ length: wide }, worker));
  return (performance.now() - started) * 1000 / count;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** Runs the candidates in turn, block by block, and compares them within each block. */
async function compare(
  runs: readonly Run[],
  count: number,
  wide: number,
  blocks: number,
): Promise<[number[], number[]]> {
  const times = runs.map((): number[] => []);
  for (const run of runs) await time(run, Math.ceil(count / 2), wide);
  for (let block = 0; block < blocks; block++) {
    // The order turns round, so that no candidate always follows the same one.
    const order = runs.map((_, index) => block % 2 === 0 ? index : runs.length - 1 - index);
    for (const index of order) times[index]?.push(await time(runs[index] as Run, count, wide));
  }
  const [first = []] = times;
  return [
    times.map(median),
    times.map((series) => median(series.map((value, block) => value / (first[block] ?? NaN)))),
  ];
}

const results: Record<string, { micros: number[]; ratios: number[] }> = {};
const signed: Run[] = [bare, sdk];
if (withOfficial === "official") signed.push(await officialRun());
for (const [name, wide, count, blocks] of [["sequential", 1, 60, 25], ["32 at once", 32, 256, 15]] as const) {
  const [micros, ratios] = await compare(signed, count, wide, blocks);
  results[name] = { micros, ratios };
}
const [micros, ratios] = await compare([barePage, sdkPage], 10, 1, 25);
results["page of 1,000"] = { micros, ratios };
console.log(`RESULT ${JSON.stringify(results)}`);
