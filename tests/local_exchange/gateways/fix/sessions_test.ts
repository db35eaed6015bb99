/** What sessions get of what happens, and what can go wrong with them. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { KalshiConfigError } from "../../../../src/base/errors.ts";
import { KalshiClient } from "../../../../src/client.ts";
import type { FixMessage } from "../../../../src/contract/fix/messages.ts";
import type { FixSessionEvent, FixSessionKind, LogonOptions } from "../../../../src/fix/mod.ts";
import { MemoryFixStore } from "../../../../src/fix/mod.ts";
import {
  type FixFault,
  LocalExchange,
  type LocalExchangeOptions,
} from "../../../../src/local_exchange/mod.ts";
import { ManualClock } from "../../../../src/testing/manual_clock.ts";
import { test } from "../../../support/test.ts";
import { Session } from "../../support/session.ts";
import { type ClientOptions, FixTester, order } from "./support/fix_client.ts";

const quiet: LogonOptions = { SkipPendingExecReports: true };
const listener: LogonOptions = { ...quiet, ListenerSession: true };

async function setUp(options: LocalExchangeOptions = {}) {
  const clock = new ManualClock();
  const exchange = LocalExchange.create({ clock, markets: 0, marketMakers: false, fix: true, ...options });
  const account = await exchange.createAccount();
  exchange.listMarket({ ticker: "M" });
  const runtime = exchange.createRuntime();
  const open = (more: Partial<ClientOptions> = {}) =>
    FixTester.open(exchange, { auth: account.auth, runtime, logon: quiet, ...more });
  const key = async (scopes: readonly ("read" | "write")[] = ["read", "write"]) =>
    (await exchange.createKey(account.id, { scopes })).auth;
  const rest = new KalshiClient({ auth: account.auth, config: exchange.config, runtime, clock });
  return { clock, exchange, account, open, key, rest };
}

const atRest = { time_in_force: "good_till_canceled", self_trade_prevention_type: "taker_at_cross" } as const;

test("a listener hears of every order of its account, another session of those of its key", async () => {
  const { clock, exchange, open, key, rest } = await setUp();
  await using _ = exchange;
  await using first = await open();
  await using second = await open({ auth: await key() });
  await using hears = await open({ auth: await key(["read"]), logon: listener });
  first.send(order("first", "M"));
  await first.next();
  second.send(order("second", "M"));
  await second.next();
  await rest.orders.create({
    ...atRest,
    ticker: "M",
    side: "bid",
    count: "1.00",
    price: "0.1000",
    client_order_id: "rest",
  });
  await clock.advance(0);
  assertEquals(await hears.lines(3), ["00 first 10/0/10", "00 second 10/0/10", "00 rest 1/0/1"]);
  assertEquals([first.messages.length, second.messages.length], [0, 0]);
  // What a session does itself it is told, whoever entered the order.
  first.send({ MsgType: "F", ClOrdID: "c", OrigClOrdID: "rest", Side: "1", Symbol: "M" });
  assertEquals(await first.lines(1), ["44 c<rest 0/0/0"]);
  assertEquals(await hears.lines(1), ["44 c<rest 0/0/0"]);
});

test("an order that came in without a ClOrdID goes by its OrderID", async () => {
  const { exchange, account, open } = await setUp();
  await using _ = exchange;
  await using client = await open();
  const body = { ...atRest, ticker: "M", side: "bid", count: "1.00", price: "0.1000" };
  const { value } = await new Session(exchange, account.auth).post("/portfolio/events/orders", body);
  client.send({ MsgType: "F", ClOrdID: "c", OrigClOrdID: value.order_id, Side: "1", Symbol: "M" });
  assertEquals(await client.lines(1), [`44 c<${value.order_id} 0/0/0`]);
});

test("a listener may not trade", async () => {
  const { exchange, open, key } = await setUp();
  await using _ = exchange;
  await using hears = await open({ auth: await key(["read"]), logon: listener });
  const asks: FixMessage[] = [
    order("a", "M"),
    { MsgType: "F", ClOrdID: "c", OrigClOrdID: "a", Side: "1", Symbol: "M" },
    { MsgType: "UOG", OrderGroupAction: 1, OrderGroupContractsLimit: 1 },
    { MsgType: "q", ClOrdID: "all", MassCancelRequestType: "6" },
  ];
  for (const message of asks) {
    const [refusal] = await hears.ask(message);
    assertEquals(
      [refusal?.MsgType, refusal?.BusinessRejectReason, refusal?.RefMsgType],
      ["j", 6, message.MsgType],
    );
  }
});

test("orders are canceled on disconnect for who asked: those of the key, a Logout or not", async () => {
  const { clock, exchange, open, rest } = await setUp({ fix: { onlineMs: 0 } });
  await using _ = exchange;
  await rest.orders.create({ ...atRest, ticker: "M", side: "bid", count: "1.00", price: "0.1000" });
  const resting = async () => (await rest.orders.list({ status: "resting" })).items.length;
  for (const asks of [false, true]) {
    for (const goes of ["logout", "abandon"] as const) {
      const client = await open({ logon: { ...quiet, CancelOrdersOnDisconnect: asks } });
      const id = `${asks} ${goes}`;
      client.send(order(id, "M"));
      await client.next();
      client.session[goes]("bye");
      await client.ended();
      await clock.advance(0);
      assertEquals(await resting(), asks ? 1 : 2, id);
      if (!asks) await rest.orders.cancelAll();
      if (!asks) {
        await rest.orders.create({ ...atRest, ticker: "M", side: "bid", count: "1.00", price: "0.1000" });
      }
    }
  }
});

test("what is no message of the session's kind, or no message, is refused", async () => {
  const { exchange, open } = await setUp();
  await using _ = exchange;
  await using client = await open({ session: "market-data" });
  const [business] = await client.ask(order("a", "M"));
  assertEquals(
    [business?.MsgType, business?.BusinessRejectReason, business?.Text, business?.RefMsgType],
    ["j", 3, "Unsupported Message Type", "D"],
  );
  client.session.logout();
  await client.ended();
  await using entry = await open();
  entry.send(order("a", "M", { extra: [[9_999, "x"]] }));
  entry.send(order("a", "M", { AllocAccount: 64 }));
  entry.send(order("x".repeat(65), "M"));
  entry.send(order("a", "M", { OrderQty: "many" }));
  entry.send({ MsgType: "ZZ" } as unknown as FixMessage);
  entry.send(order("b", "M"));
  assertEquals(await entry.lines(1), ["00 b 10/0/10"]);
  const rejects = entry.events.flatMap((event) => event.type === "rejected" ? [event.reject] : []);
  assertEquals(
    rejects.map(({ Text, RefTagID, RefMsgType, SessionRejectReason }) => [
      Text?.slice(0, 26),
      RefTagID,
      RefMsgType,
      SessionRejectReason,
    ]),
    [
      ["Undefined tag received", 9_999, "D", 3],
      ["AllocAccount is not from 0", 79, "D", 5],
      ["ClOrdID has more than 64 c", 11, "D", 5],
      ["Incorrect data format for ", 38, "D", 6],
      ["Invalid MsgType", undefined, "ZZ", 11],
    ],
  );
});

test("a number that is too high is asked for on KalshiRT, and ends the others; too low ends both", async () => {
  const { clock, exchange, open } = await setUp({ fix: { onlineMs: 0 } });
  await using _ = exchange;
  const store = new MemoryFixStore();
  await using rt = await open({ session: "order-entry-rt", store });
  rt.send(order("a", "M"));
  await rt.next();
  // As if one had been lost on its way: it is filled over, for orders are not sent twice.
  store.setOutgoing(store.nextOutgoing + 1);
  rt.send(order("b", "M"));
  assertEquals(await rt.lines(1), ["00 b 10/0/10"]);
  assert(rt.types.includes("2"));
  store.setOutgoing(1);
  rt.send(order("c", "M"));
  assert((await rt.ended()).text.includes("too low"));
  await clock.advance(0);
  const other = new MemoryFixStore();
  await using nr = await open({ store: other });
  other.setOutgoing(other.nextOutgoing + 1);
  nr.send(order("d", "M"));
  assert((await nr.ended()).text.includes("too high"));
});

/** What a client notices of a fault, in short: what its session tells, which orders it hears of, and how it ends. */
async function noticed(fault: FixFault, session: FixSessionKind): Promise<string> {
  const { clock, exchange, open } = await setUp({ fix: { onlineMs: 0 } });
  await using _ = exchange;
  const client = await open({ session, heartbeatSeconds: 5 });
  exchange.fix.fail(fault);
  client.send(order("a", "M"));
  await clock.advance(0);
  if (client.end === undefined) client.send(order("b", "M"));
  await clock.advance(12_500);
  const told = client.events.map(({ type }: FixSessionEvent) => type)
    .filter((type) => type !== "logged-on" && type !== "ended");
  const heard = client.messages.map(({ ClOrdID }) => ClOrdID);
  const end = client.end?.kind ?? "still there";
  client.session.abandon("over");
  await clock.advance(0);
  return [...told, ...heard, end].join(" ");
}

test("each fault is what it is called, with and without retransmission", async () => {
  const again = "gap gap-filled duplicate a b still there";
  const faults: [FixFault, onRt: string, onNr: string][] = [
    [{ fault: "drop" }, again, "gap b gap"],
    [{ fault: "drop", msgType: "j" }, "a b still there", "a b still there"],
    [{ fault: "repeat" }, "a sequence", "a sequence"],
    [{ fault: "corrupt" }, `garbled ${again}`, "garbled gap b gap"],
    [{ fault: "checksum" }, `garbled ${again}`, "garbled gap b gap"],
    [{ fault: "length" }, `garbled ${again}`, "garbled gap b gap"],
    [{ fault: "jump", by: 3 }, again, "gap a gap"],
    [{ fault: "delay", forMs: 2_000 }, "a b still there", "a b still there"],
    [{ fault: "silent" }, "silent", "silent"],
    [{ fault: "half-open" }, "silent", "silent"],
    [{ fault: "cut" }, "lost", "lost"],
    [{ fault: "logout", text: "maintenance" }, "peer-logout", "peer-logout"],
  ];
  for (const [fault, onRt, onNr] of faults) {
    const name = JSON.stringify(fault);
    assertEquals(await noticed(fault, "order-entry-rt"), onRt, `${name} on KalshiRT`);
    assertEquals(await noticed(fault, "order-entry"), `reset ${onNr}`, `${name} on KalshiNR`);
  }
});

test("faults meet the sessions of one account, and can be forgotten", async () => {
  const { clock, exchange, account, open } = await setUp();
  await using _ = exchange;
  const other = await exchange.createAccount();
  await using mine = await open();
  await using theirs = await open({ auth: other.auth });
  exchange.fix.fail({ fault: "cut" }, other.id);
  await theirs.ended();
  exchange.fix.fail({ fault: "silent" }, account.id);
  exchange.fix.fail({ fault: "drop", times: Infinity });
  exchange.fix.clearFaults();
  mine.send(order("a", "M"));
  await clock.advance(0);
  assertEquals(await mine.lines(1), ["00 a 10/0/10"]);
  const pem = "-----BEGIN X-----";
  const wrong: [() => void, string][] = [
    [() => exchange.fix.fail({ fault: "corupt" } as unknown as FixFault), 'Did you mean "corrupt"?'],
    [() => exchange.fix.fail({ fault: "jump" } as unknown as FixFault), "needs `by`"],
    [() => exchange.fix.fail({ fault: "cut", times: 2 } as unknown as FixFault), 'no option "times"'],
    [() => exchange.fix.fail({ fault: "cut" }, "nobody"), "id of an account"],
    [() => exchange.fix.refuse({ answer: "cut", text: "x" }), "belongs to an answer"],
    [() => exchange.fix.refuse({ reason: 8 }), 'belongs to the answer "reject"'],
    [() => void LocalExchange.create({ markets: 0 }).fix, "{ fix: true }"],
    [() => void LocalExchange.create({ fix: { tls: { cert: pem, key: pem } } }), "leave `fix.tls` out"],
    [() => void LocalExchange.create({ fix: { tls: { cert: pem, key: "x" } } }), "takes PEM as text"],
    [() => void LocalExchange.create({ fix: 5 as unknown as boolean }), "fix"],
    [() => void exchange.fixConfig("orders" as FixSessionKind), "order-entry"],
  ];
  for (const [call, text] of wrong) {
    assert(assertThrows(call, KalshiConfigError).message.includes(text), text);
  }
});

test("messages are refused or ignored on request, done or not", async () => {
  const { clock, exchange, open, rest } = await setUp();
  await using _ = exchange;
  await using client = await open();
  exchange.fix.fail({ fault: "refuse", text: "INTERNAL_ERROR", msgType: "D" });
  client.send(order("a", "M"));
  assertEquals(await client.lines(1), ["88 a 10/0/0 INTERNAL_ERROR"]);
  exchange.fix.fail({ fault: "refuse", text: "EXCHANGE_UNAVAILABLE", afterProcessing: true });
  client.send(order("b", "M"));
  assertEquals(await client.lines(1), ["88 b 10/0/0 EXCHANGE_UNAVAILABLE"]);
  const { items } = await rest.orders.list({ status: "resting" });
  assertEquals(items.map(({ client_order_id }) => client_order_id), ["b"]);
  exchange.fix.fail({ fault: "refuse", text: "ORDER_AMEND_IN_PROGRESS", msgType: "F" });
  const cancel: FixMessage = { MsgType: "F", ClOrdID: "c", OrigClOrdID: "b", Side: "1", Symbol: "M" };
  assertEquals(await client.ask(cancel).then(([refusal]) => [refusal?.Text, refusal?.CxlRejReason]), [
    "ORDER_AMEND_IN_PROGRESS",
    2,
  ]);
  exchange.fix.fail({ fault: "ignore", afterProcessing: true });
  client.send(cancel);
  await clock.advance(0);
  assertEquals((await rest.orders.list({ status: "resting" })).items.length, 0);
  assertEquals(client.messages, []);
});
