/**
 * A logon and orders over real sockets, on every runtime: in workerd through `cloudflare:sockets`. The exchange runs in
 * a process that can listen.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiClient } from "../../src/client.ts";
import { KalshiAuth } from "../../src/auth/mod.ts";
import { FixClient, FixConfig, MemoryFixStore } from "../../src/fix/mod.ts";
import { startThing, type Thing } from "../support/bed.ts";
import { runtimeName, test } from "../support/test.ts";
import { until } from "../support/until.ts";

interface Address {
  readonly host: string;
  readonly port: number;
  readonly ca?: readonly string[];
}

interface Bed extends AsyncDisposable {
  readonly thing: Thing;
  readonly auth: KalshiAuth;
  readonly ticker: string;
  readonly baseUrl: string;
  config(session: "order-entry" | "order-entry-rt"): FixConfig;
}

async function start(fix: "tcp" | "tls"): Promise<Bed> {
  const thing = await startThing("exchange", { markets: 0, marketMakers: false, fix });
  const { keyId, privateKey } = await thing.call<{ keyId: string; privateKey: string }>("createAccount", {});
  const ticker = await thing.call<string>("listMarket", { ticker: "M" });
  const { host, port, ca } = await thing.call<Address>("fixAddress");
  const { baseUrl } = await thing.call<{ baseUrl: string }>("urls");
  // A Worker takes no authority; the tests' workerd trusts this one.
  const trust = runtimeName === "workers" ? {} : { ca };
  return {
    ...{ thing, ticker, baseUrl },
    auth: await KalshiAuth.fromPem(keyId, privateKey),
    config: (session) =>
      new FixConfig({
        ...{ product: "event", session, host, port, tls: fix === "tls" },
        ...trust,
        logon: { UseDollars: true },
      }),
    [Symbol.asyncDispose]: () => thing[Symbol.asyncDispose](),
  };
}

for (const fix of ["tcp", "tls"] as const) {
  test(`FIX over ${fix}: log on, place an order, fill a part, cancel it, log out`, async () => {
    await using bed = await start(fix);
    const { auth, ticker, thing } = bed;
    const client = await FixClient.connect({ auth, config: bed.config("order-entry") });
    const order = await client.newOrderSingle({
      Symbol: ticker,
      Side: "1",
      OrderQty: "10",
      Price: "0.5600",
    });
    const first = order.report;
    assertEquals([first.ExecType, first.LeavesQty], ["0", "10.00"]);
    // REST sees it.
    await using rest = new KalshiClient({ auth, config: { baseUrl: bed.baseUrl } });
    assertEquals((await rest.orders.get(first.OrderID)).client_order_id, order.ClOrdID);

    const fills = client.executionReports()[Symbol.asyncIterator]();
    await thing.call("placeCounterOrder", { ticker, side: "ask", price: "0.5600", count: "4.00" });
    const { value: fill } = await fills.next();
    assert(fill !== undefined && "ExecType" in fill);
    assertEquals([fill.ExecType, fill.LastQty, fill.LeavesQty], ["F", "4.00", "6.00"]);

    const canceled = await client.orderCancelRequest({
      OrigClOrdID: order.ClOrdID,
      Symbol: ticker,
      Side: "1",
    });
    assertEquals([canceled.ExecType, canceled.LeavesQty], ["4", "0.00"]);
    await client.close();
    await client.close();
    await until(async () => await thing.call("openFixSessions") === 0);
  });
}

test("FIX over TCP: numbers go on with the store of the last connection", async () => {
  await using bed = await start("tcp");
  const store = new MemoryFixStore();
  const config = bed.config("order-entry-rt");
  const fields = { Symbol: bed.ticker, Side: "1", OrderQty: "1", Price: "0.1000" } as const;
  let each: number | undefined;
  for (let round = 1; round <= 2; round++) {
    const client = await FixClient.connect({ auth: bed.auth, config, store });
    assertEquals((await client.newOrderSingle(fields)).report.ExecType, "0");
    await client.close();
    // As many messages each time, and none of them begins at 1.
    each ??= store.nextOutgoing - 1;
    assertEquals(store.nextOutgoing, 1 + each * round);
    await until(async () => await bed.thing.call("openFixSessions") === 0);
  }
  // A store that was lost: the gateway expects more than it has.
  await assertRejects(
    () => FixClient.connect({ auth: bed.auth, config, store: new MemoryFixStore() }),
    Error,
    "sequence numbers",
  );
});
