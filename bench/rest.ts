/**
 * Signed GETs and a page of 1,000 markets: bare `subtle.sign` + `fetch` + `json()`, this library, and the
 * official client, in turn, in one process. Arguments: the server's port, a PKCS#8 key file, and `official` where
 * that client is to run as well.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { KalshiAuth, KalshiClient } from "../mod.ts";
import { type Budget, compare, type Figure, type Run } from "./measure.ts";
import { KEY_ID } from "./rest_key.ts";

const [port, keyFile = "", withOfficial] = process.argv.slice(2);
const base = `http://127.0.0.1:${port}/trade-api/v2`;
const pem = readFileSync(keyFile, "utf8");

const der = Uint8Array.from(atob(pem.replace(/-----.*-----|\s/g, "")), (char) => char.charCodeAt(0));
const key = await crypto.subtle.importKey("pkcs8", der, { name: "RSA-PSS", hash: "SHA-256" }, false, [
  "sign",
]);
const encoder = new TextEncoder();

const bare: Run = async () => {
  const timestamp = String(Date.now());
  const text = `${timestamp}GET/trade-api/v2/portfolio/balance`;
  const signature = await crypto.subtle.sign({ name: "RSA-PSS", saltLength: 32 }, key, encoder.encode(text));
  const response = await fetch(`${base}/portfolio/balance`, {
    headers: {
      "KALSHI-ACCESS-KEY": KEY_ID,
      "KALSHI-ACCESS-TIMESTAMP": timestamp,
      "KALSHI-ACCESS-SIGNATURE": btoa(String.fromCharCode(...new Uint8Array(signature))),
    },
  });
  return await response.json();
};

async function officialRun(): Promise<Run> {
  const name = "kalshi-typescript";
  const { Configuration, PortfolioApi } = await import(name);
  const api = new PortfolioApi(new Configuration({ apiKey: KEY_ID, privateKeyPem: pem, basePath: base }));
  return () => api.getBalance();
}

const auth = await KalshiAuth.fromPem(KEY_ID, pem);
await using client = new KalshiClient({ auth, config: { baseUrl: base } });
// A page is public: neither side signs it.
await using open = new KalshiClient({ config: { baseUrl: base } });
const signed: Record<string, Run> = { bare, SDK: () => client.portfolio.balance() };
if (withOfficial === "official") signed["official"] = await officialRun();

function budgets(what: string): Budget[] {
  const figure = `signed GET, ${what}: times`;
  const found: Budget[] = [{
    figure: `${figure} bare`,
    of: "SDK",
    to: "bare",
    atMost: "Deno" in globalThis || "Bun" in globalThis ? 1.05 : 1,
  }];
  if ("official" in signed) {
    found.push({
      figure: `${figure} that kalshi-typescript 3.30.0 takes longer`,
      of: "official",
      to: "SDK",
      atLeast: 2.5,
    });
  }
  return found;
}

const figures: Figure[] = [
  ...await compare(signed, budgets("sequential"), { calls: 12, wide: 1, blocks: 100 }),
  ...await compare(signed, budgets("32 at once"), { calls: 128, wide: 32, blocks: 24 }),
  ...await compare(
    {
      bare: async () => await (await fetch(`${base}/markets?limit=1000`)).json(),
      SDK: () => open.markets.list({ limit: 1000 }),
    },
    [{ figure: "page of 1,000 markets: times bare", of: "SDK", to: "bare", atMost: 1.05 }],
    {
      calls: 4,
      wide: 1,
      blocks: 50,
    },
  ),
];
console.log(`RESULT ${JSON.stringify(figures)}`);
