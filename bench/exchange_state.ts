/**
 * What a state costs: orders over REST in process, without signatures, on an exchange with a state and on one without, in
 * turn; then how fast one is led through what was kept, and what an order takes in the file. In processor time.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { readOptions } from "../src/base/options.ts";
import { openFor } from "../src/local_exchange/accounts.ts";
import type { KeptKey } from "../src/local_exchange/command.ts";
import { RestGateway } from "../src/local_exchange/gateways/rest/gateway.ts";
import { publicKeyOf } from "../src/local_exchange/keys.ts";
import { exchangeRules } from "../src/local_exchange/options.ts";
import { createRandom } from "../src/local_exchange/random.ts";
import { settingsOf } from "../src/local_exchange/settings.ts";
import { callerFor } from "../src/local_exchange/signatures.ts";
import { openExchange } from "../src/local_exchange/state/restore.ts";
import type { LocalExchangeOptions } from "../src/local_exchange/types.ts";

const ORDERS = 5_000;
const WINDOWS = 8;
/** A public key, with which nobody signs. */
const SPKI = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";

const seconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** An exchange, and orders a second of one core. */
function made(state: string | undefined) {
  const options = readOptions<LocalExchangeOptions, typeof exchangeRules>(
    "LocalExchange",
    { marketMakers: false, markets: 0 },
    exchangeRules,
  );
  const { exchange, restore } = openExchange(settingsOf(options), state, new Set());
  const rest = new RestGateway(exchange);
  const restored = restore({ rest, fix: {} });
  return { exchange, rest, restored };
}

function perSecond({ exchange, rest }: ReturnType<typeof made>): () => Promise<number> {
  const tickers = [...exchange.catalog.markets.values()].filter(({ market }) => market.status === "active")
    .slice(0, 10).map(({ market }) => market.ticker);
  const callers = Array.from({ length: 10 }, (_, index) => {
    const terms = { cash: 1e13, inCents: false, tier: "basic", history: false, dropCopy: false } as const;
    const key: KeptKey = { id: `key-${index}`, name: "", type: "ed25519", spki: SPKI, scopes: [] };
    exchange.keep({ do: "account", terms, key });
    return callerFor(openFor(exchange, terms, key, publicKeyOf(key.type, key.spki)));
  });
  const random = createRandom(5);
  const order = () =>
    JSON.stringify({
      ticker: tickers[random.int(tickers.length)],
      side: random.int(2) === 0 ? "bid" : "ask",
      count: `${1 + random.int(20)}.00`,
      price: `0.${40 + random.int(21)}00`,
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "maker",
    });
  return async () => {
    const before = seconds();
    for (let index = 0; index < ORDERS; index++) {
      const { status, body } = await rest.answer({
        method: "POST",
        target: "/trade-api/v2/portfolio/events/orders",
        header: () => undefined,
        body: order(),
        caller: callers[random.int(callers.length)],
      });
      if (status !== 201) throw new Error(`An order was answered with ${status}: ${body}`);
    }
    return ORDERS / (seconds() - before);
  };
}

const folder = mkdtempSync(join(tmpdir(), "exchange-state-bench-"));
try {
  const path = join(folder, "exchange.state");
  const kept = made(path);
  const [without, withState] = [perSecond(made(undefined)), perSecond(kept)];
  await without();
  await withState();
  const [bare, stateful]: [number[], number[]] = [[], []];
  for (let window = 0; window < WINDOWS; window++) {
    bare.push(await without());
    stateful.push(await withState());
  }
  kept.exchange.close();
  const bytesPerOrder = statSync(path).size / ((WINDOWS + 1) * ORDERS);
  const before = seconds();
  const { restored, exchange } = made(path);
  const restoring = (restored?.commands ?? 0) / (seconds() - before);
  if (exchange.engine.steps !== kept.exchange.engine.steps) throw new Error("It is not the same exchange.");
  exchange.close();
  console.log(`RESULT ${JSON.stringify({ bare, stateful, restoring, bytesPerOrder })}`);
} finally {
  rmSync(folder, { recursive: true });
}
