import { assertEquals } from "@std/assert";
import * as eventOperations from "../../src/contract/event/operations.ts";
import type { Operation } from "../../src/contract/operation.ts";
import * as perpsOperations from "../../src/contract/perps/operations.ts";
import type { RestProduct } from "../../src/local_exchange/gateways/rest/route.ts";
import { marginRest } from "../../src/local_exchange/gateways/rest/margin/mod.ts";
import { eventRest } from "../../src/local_exchange/gateways/rest/mod.ts";
import { LocalExchange, type LocalExchangeOptions } from "../../src/local_exchange/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { type Contract, contractWatch, eventContract, perpsContract } from "./support/contract.ts";
import { Session } from "./support/session.ts";
import { visitEvents } from "./support/visits/events.ts";
import { visitPerps } from "./support/visits/perps.ts";
import type { Visits } from "./support/visits/visits.ts";

/** A product, and how all of it is visited. */
interface Product {
  readonly contract: Contract;
  readonly operations: Readonly<Record<string, unknown>>;
  readonly rest: RestProduct;
  readonly options: LocalExchangeOptions;
  readonly visits: Visits;
  /** What nobody may see without a key. */
  readonly guarded: string;
}

const products: Readonly<Record<string, Product>> = {
  event: {
    contract: eventContract,
    operations: eventOperations,
    rest: eventRest,
    options: {},
    visits: visitEvents,
    guarded: "/portfolio/balance",
  },
  perps: {
    contract: perpsContract,
    operations: perpsOperations,
    rest: marginRest,
    options: { perps: { marketMakers: false } },
    visits: visitPerps,
    guarded: "/margin/balance",
  },
};

for (const [name, { contract, operations, rest, options, visits, guarded }] of Object.entries(products)) {
  test(`${name}: every operation of the contract has exactly one handler`, () => {
    const names = new Map<unknown, string>(
      Object.entries(operations).map(([name, operation]) => [operation, name]),
    );
    const routed = rest.routes.map(({ operation }) => names.get(operation)).sort();
    assertEquals(routed, Object.keys(operations).sort());
    assertEquals(routed, [...contract.operationIds].sort());
  });

  test(`${name}: every answer of every operation is what the specification says, to the field`, async () => {
    const exchange = LocalExchange.create({ seed: 2, clock: new ManualClock(), ...options });
    exchange.step(40);
    const { watch, seen } = contractWatch(contract);
    const open = async () => {
      const account = await exchange.createAccount({ balance: "1000.00" });
      return { ...account, session: new Session(exchange, account.auth, watch) };
    };
    const { session, id: ownId } = await open();
    const { session: other, id: otherId } = await open();
    await visits({ exchange, session, ownId, other, otherId });

    // What takes nothing needs no visit of its own.
    for (const { method = "GET", path, params, body } of Object.values(operations) as Operation[]) {
      if (method === "GET" && (params ?? body) === undefined) await session.get(path);
    }
    await new Session(exchange, undefined, watch).get(guarded);

    assertEquals(contract.operationIds.filter((id) => !seen.has(id)), []);
  });
}
