/** A client whose gateway, or whose own store, does not keep to the rules. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiClosedError, KalshiConfigError, KalshiConnectionError } from "../../src/base/errors.ts";
import type { ExecutionReport } from "../../src/contract/fix/messages.ts";
import type { FixSessionKind } from "../../src/contract/fix/sessions.ts";
import { FixClient } from "../../src/fix/client.ts";
import { KalshiFixClosedError, KalshiFixStoreError } from "../../src/fix/errors.ts";
import { MemoryFixStore } from "../../src/fix/store.ts";
import { test } from "../support/test.ts";
import { connected, Gateway, optionsFor } from "./gateway_bed.ts";

const fields = { ClOrdID: "mine", Symbol: "KX-A", Side: "1", OrderQty: "10.00", Price: "56" } as const;

const report = (more: Partial<ExecutionReport>): ExecutionReport => ({
  MsgType: "8",
  AvgPx: "0",
  ClOrdID: "mine",
  CumQty: "0.00",
  ExecID: "5;1",
  ExecType: "0",
  LeavesQty: "10.00",
  OrderID: "K1",
  OrderQty: "10.00",
  OrdStatus: "0",
  Side: "1",
  Symbol: "KX-A",
  ...more,
});

const traded = report({ ExecID: "5;3", ExecType: "F", OrdStatus: "1", CumQty: "4.00", LeavesQty: "6.00" });

async function closed(gateway: Gateway, client: FixClient): Promise<void> {
  const closing = client.close();
  for (let turn = 0; turn < 3; turn++) await gateway.clock.advance(2_000);
  await closing;
  assertEquals(gateway.clock.pending, 0);
}

test("an answer to the Logon cannot switch off what notices a dead gateway", async () => {
  for (const HeartBtInt of [0, 86_400]) {
    const gateway = new Gateway();
    gateway.answer = () => ({ accept: { EncryptMethod: 0, HeartBtInt, DefaultApplVerID: "9" } as never });
    const client = await connected(gateway);
    gateway.deaf = true;
    await gateway.clock.advance(36_000);
    await gateway.clock.advance(30_000);
    assertEquals(client.state.name, "waiting");
    gateway.deaf = false;
    await closed(gateway, client);
  }
});

test("reports that come twice or late do not take an order back to what it was", async () => {
  const gateway = new Gateway();
  gateway.onMessage = () => {
    gateway.says(report({}));
    gateway.says(traded);
  };
  const client = await connected(gateway);
  const placing = client.newOrderSingle(fields);
  await gateway.clock.advance(0);
  const order = await placing;
  const older = report({ ExecID: "5;2", ExecType: "F", OrdStatus: "1", CumQty: "1.00", LeavesQty: "9.00" });
  // As the drop copy sends them on the session that asks: new numbers, the same ExecIDs.
  for (const again of [report({}), traded, older, older]) gateway.says(again);
  await gateway.clock.advance(0);
  assertEquals([order.report.ExecID, order.report.CumQty, order.isOpen], ["5;3", "4.00", true]);
  gateway.says(report({ ExecID: "5;4", ExecType: "4", OrdStatus: "4", CumQty: "4.00", LeavesQty: "0.00" }));
  await gateway.clock.advance(0);
  const told = [];
  for await (const item of order.reports()) if (item.MsgType === "8") told.push(item.ExecID);
  // The one that had been missed is told, where it came.
  assertEquals(told, ["5;3", "5;2", "5;4"]);
  await closed(gateway, client);
});

test("a store of your own that throws ends the client: nothing is sent that it does not keep", async () => {
  const full = () => {
    throw new Error("ENOSPC: no space left on device");
  };
  const broken: ((client: FixClient, gateway: Gateway) => Promise<unknown>)[] = [
    (client) =>
      assertRejects(() => client.newOrderSingle(fields), KalshiFixStoreError, "no space left").then((
        error,
      ) => assertEquals(error.outcome, "not-sent")),
    // Set off by a timer.
    (_, gateway) => gateway.clock.advance(30_000),
    (_, gateway) => Promise.resolve(gateway.says(report({}))),
  ];
  for (const set of broken) {
    const gateway = new Gateway("order-entry-rt");
    const store = new MemoryFixStore();
    const client = await connected(gateway, { store });
    store.append = full;
    store.setIncoming = full;
    await set(client, gateway);
    // With the next heartbeat at the latest.
    for (let turn = 0; turn < 3; turn++) await gateway.clock.advance(30_000);
    assert(client.state.name === "closed");
    assert(client.state.cause instanceof KalshiFixClosedError);
    assert(client.state.cause.message.includes("The FIX store failed"), client.state.cause.message);
    assert(client.state.cause.cause instanceof KalshiFixStoreError);
    assertEquals(gateway.messages, []);
    await closed(gateway, client);
  }
});

test("closing a client whose store cannot be written ends", async () => {
  const gateway = new Gateway("order-entry-rt");
  const store = new MemoryFixStore();
  const client = await connected(gateway, { store });
  store.append = () => {
    throw new Error("EBADF: bad file descriptor");
  };
  await closed(gateway, client);
  assertEquals(client.state.name, "closed");
});

test("a store that another session wrote is refused before anything is sent", async () => {
  const store = new MemoryFixStore();
  const gateway = new Gateway("order-entry-rt");
  const client = await connected(gateway, { store });
  client.send({ ...fields, MsgType: "D", OrdType: "2" });
  // Messages of the session itself are not kept.
  for (let beat = 0; beat < 40; beat++) await gateway.clock.advance(30_000);
  await closed(gateway, client);
  const other = new Gateway("post-trade");
  await assertRejects(
    () => FixClient.connect(optionsFor(other, { store })),
    KalshiConfigError,
    "is that of a KalshiRT session",
  );
  const auth = { keyId: "another-key", sign: () => Promise.resolve("signed") };
  await assertRejects(
    () => FixClient.connect(optionsFor(gateway, { store, auth })),
    KalshiConfigError,
    "session of another key",
  );
  assertEquals([other.connects, gateway.connects], [0, 1]);
});

test("what is no object of fields, no options, no ledger and no type is refused, and nothing is sent", async () => {
  const wrong: readonly unknown[] = [null, 0, "text", [], Symbol("s"), () => 1, 10n, new Map()];
  const methods: Partial<Record<FixSessionKind, readonly string[]>> = {
    "order-entry": [
      ...["newOrderSingle", "orderCancelRequest", "orderCancelReplaceRequest", "orderMassCancelRequest"],
      ...["orderGroupRequest", "eventResendRequest", "fillGap", "messages", "send"],
    ],
    "order-entry-rt": ["quoteRequest", "acceptQuote", "rfqCancel"],
    "rfq": ["quote", "quoteConfirm", "quoteCancel"],
    "market-data": ["marketDataRequest", "orderBook", "securityStatus"],
  };
  for (const [session, names] of Object.entries(methods)) {
    const gateway = new Gateway(session as FixSessionKind);
    const client = await connected(gateway);
    const call = (name: string, ...args: readonly unknown[]) =>
      assertRejects(
        async () =>
          await (client as unknown as Record<string, (...args: unknown[]) => unknown>)[name]?.(...args),
        KalshiConfigError,
        undefined,
        `${name} ${args.map(String)}`,
      );
    for (const name of names) {
      // A text may be a type, or a ticker.
      const takesText = name === "messages" || session === "market-data";
      for (const value of wrong) if (!takesText || typeof value !== "string") await call(name, value);
    }
    if (session === "order-entry") {
      for (const signal of wrong) await call("orderMassCancelRequest", {}, { signal });
      for (const ClOrdID of wrong) if (ClOrdID !== "text") await call("orderMassCancelRequest", { ClOrdID });
    }
    assertEquals(gateway.messages, []);
    await closed(gateway, client);
  }
});

test("a mass cancel that cannot go out is refused at once, and takes no turn from the next one", async () => {
  const gateway = new Gateway();
  const client = await connected(gateway);
  await gateway.cut();
  for (let i = 0; i < 3; i++) {
    await assertRejects(() => client.orderMassCancelRequest(), KalshiConnectionError);
  }
  for (let turn = 0; turn < 4; turn++) await gateway.clock.advance(turn === 0 ? 600 : 0);
  assertEquals(client.state.name, "active");
  const work = client.orderMassCancelRequest();
  work.catch(() => {});
  await gateway.clock.advance(0);
  assertEquals(gateway.messages.map(({ MsgType }) => MsgType), ["q"]);
  await closed(gateway, client);
  await assertRejects(() => client.orderMassCancelRequest(), KalshiClosedError);
  assertEquals(gateway.clock.pending, 0);
});
