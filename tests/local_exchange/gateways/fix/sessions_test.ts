/** What sessions get of what happens, and what can go wrong with them. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { KalshiConfigError } from "../../../../src/base/errors.ts";
import type { FixMessage, NewOrderSingle } from "../../../../src/contract/fix/messages.ts";
import type { FixSessionEvent, FixSessionKind, LogonOptions } from "../../../../src/fix/mod.ts";
import { MemoryFixStore } from "../../../../src/fix/mod.ts";
import {
  type FixFault,
  LocalExchange,
  type LocalExchangeOptions,
} from "../../../../src/local_exchange/mod.ts";
import { ManualClock } from "../../../../src/testing/manual_clock.ts";
import { test } from "../../../support/test.ts";
import { there } from "../../../../tools/there.ts";
import { Session } from "../../support/session.ts";
import { type ClientOptions, FixTester, order as inCents } from "./support/fix_client.ts";
import { benches, type FixBench } from "./support/products.ts";

const quiet: LogonOptions = { SkipPendingExecReports: true };
const listener: LogonOptions = { ...quiet, ListenerSession: true };

async function setUp(bench: FixBench, options: LocalExchangeOptions = {}) {
  const { product } = bench;
  const clock = new ManualClock();
  const exchange = LocalExchange.create({ clock, ...bench.exchange, ...options });
  const account = await exchange.createAccount(bench.account);
  bench.list(exchange, "M");
  const runtime = exchange.createRuntime();
  const open = (more: Partial<ClientOptions> = {}) =>
    FixTester.open(exchange, {
      auth: account.auth,
      runtime,
      product,
      ...more,
      logon: { ...bench.dollars, ...more.logon ?? quiet },
    });
  const key = async (scopes: readonly ("read" | "write")[] = ["read", "write"]) =>
    (await exchange.createKey(account.id, { scopes })).auth;
  const rest = new Session(exchange, account.auth);
  const resting = async () => (await bench.rest.orders(rest)).filter(({ rests }) => rests);
  return { clock, exchange, account, open, key, rest, resting };
}

/** An order of ten contracts at 0.55 dollars. */
const order = (ClOrdID: string, Symbol: string, more: Partial<NewOrderSingle> = {}): NewOrderSingle =>
  inCents(ClOrdID, Symbol, { Price: "0.55", ...more });

const cheap = { ticker: "M", count: "1.00", price: "0.5000", id: "cheap" } as const;

/** What a client notices of a fault, in short: what its session tells, which orders it hears of, and how it ends. */
async function noticed(bench: FixBench, fault: FixFault, session: FixSessionKind): Promise<string> {
  const { clock, exchange, open } = await setUp(bench, { fix: { onlineMs: 0 } });
  await using _ = exchange;
  const client = await open({ session, heartbeatSeconds: 5 });
  bench.fix(exchange).fail(fault);
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

for (const bench of benches) {
  test(`${bench.product}: a listener hears of every order of its account, another session of those of its key`, async () => {
    const { clock, exchange, open, key, rest } = await setUp(bench);
    await using _ = exchange;
    await using first = await open();
    await using second = await open({ auth: await key() });
    await using hears = await open({ auth: await key(["read"]), logon: listener });
    first.send(order("first", "M"));
    await first.next();
    second.send(order("second", "M"));
    await second.next();
    await bench.rest.place(rest, { ...cheap, id: "rest" });
    await clock.advance(0);
    assertEquals(await hears.lines(3), ["00 first 10/0/10", "00 second 10/0/10", "00 rest 1/0/1"]);
    assertEquals([first.messages.length, second.messages.length], [0, 0]);
    // What a session does itself it is told, whoever entered the order.
    first.send({ MsgType: "F", ClOrdID: "c", OrigClOrdID: "rest", Side: "1", Symbol: "M" });
    assertEquals(await first.lines(1), ["44 c<rest 0/0/0"]);
    assertEquals(await hears.lines(1), ["44 c<rest 0/0/0"]);
  });

  test(`${bench.product}: a listener may not trade`, async () => {
    const { exchange, open, key } = await setUp(bench);
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
        ["j", bench.product === "event" ? 6 : 0, message.MsgType],
      );
    }
  });

  test(`${bench.product}: orders are canceled on disconnect for who asked: those of the key, a Logout or not`, async () => {
    const { clock, exchange, open, rest, resting } = await setUp(bench, { fix: { onlineMs: 0 } });
    await using _ = exchange;
    await bench.rest.place(rest, cheap);
    for (const asks of [false, true]) {
      for (const goes of ["logout", "abandon"] as const) {
        const client = await open({ logon: { ...quiet, CancelOrdersOnDisconnect: asks } });
        const id = `${asks} ${goes}`;
        client.send(order(id, "M"));
        await client.next();
        client.session[goes]("bye");
        await client.ended();
        await clock.advance(0);
        assertEquals((await resting()).length, asks ? 1 : 2, id);
        for (const { id, ClOrdID } of await resting()) {
          if (ClOrdID !== "cheap") await bench.rest.cancel(rest, id);
        }
      }
    }
  });

  test(`${bench.product}: what is no message of the session's kind, or no message, is refused`, async () => {
    const { exchange, open } = await setUp(bench);
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

  test(`${bench.product}: a number that is too high is asked for on KalshiRT, and ends the others; too low ends both`, async () => {
    const { clock, exchange, open } = await setUp(bench, { fix: { onlineMs: 0 } });
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

  test(`${bench.product}: each fault is what it is called, with and without retransmission`, async () => {
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
      assertEquals(await noticed(bench, fault, "order-entry-rt"), onRt, `${name} on KalshiRT`);
      assertEquals(await noticed(bench, fault, "order-entry"), `reset ${onNr}`, `${name} on KalshiNR`);
    }
  });

  test(`${bench.product}: faults meet the sessions of one account, and can be forgotten`, async () => {
    const { clock, exchange, account, open } = await setUp(bench);
    await using _ = exchange;
    const other = await exchange.createAccount();
    await using mine = await open();
    await using theirs = await open({ auth: other.auth });
    bench.fix(exchange).fail({ fault: "cut" }, other.id);
    await theirs.ended();
    bench.fix(exchange).fail({ fault: "silent" }, account.id);
    bench.fix(exchange).fail({ fault: "drop", times: Infinity });
    bench.fix(exchange).clearFaults();
    mine.send(order("a", "M"));
    await clock.advance(0);
    assertEquals(await mine.lines(1), ["00 a 10/0/10"]);
    const pem = "-----BEGIN X-----";
    const wrong: [() => void, string][] = [
      [() => bench.fix(exchange).fail({ fault: "corupt" } as unknown as FixFault), 'Did you mean "corrupt"?'],
      [() => bench.fix(exchange).fail({ fault: "jump" } as unknown as FixFault), "needs `by`"],
      [
        () => bench.fix(exchange).fail({ fault: "cut", times: 2 } as unknown as FixFault),
        'no option "times"',
      ],
      [() => bench.fix(exchange).fail({ fault: "cut" }, "nobody"), "id of an account"],
      [() => bench.fix(exchange).refuse({ answer: "cut", text: "x" }), "belongs to an answer"],
      [() => bench.fix(exchange).refuse({ reason: 8 }), 'belongs to the answer "reject"'],
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

  test(`${bench.product}: messages are refused or ignored on request, done or not`, async () => {
    const { clock, exchange, open, resting } = await setUp(bench);
    await using _ = exchange;
    await using client = await open();
    bench.fix(exchange).fail({ fault: "refuse", text: "INTERNAL_ERROR", msgType: "D" });
    client.send(order("a", "M"));
    assertEquals(await client.lines(1), ["88 a 10/0/0 INTERNAL_ERROR"]);
    bench.fix(exchange).fail({ fault: "refuse", text: "EXPIRED", msgType: "D" });
    const [late] = await client.ask(order("late", "M"));
    assertEquals([late?.Text, late?.OrdRejReason], ["EXPIRED", bench.product === "event" ? 8 : 5]);
    bench.fix(exchange).fail({ fault: "refuse", text: "EXCHANGE_UNAVAILABLE", afterProcessing: true });
    client.send(order("b", "M"));
    assertEquals(await client.lines(1), ["88 b 10/0/0 EXCHANGE_UNAVAILABLE"]);
    assertEquals((await resting()).map(({ ClOrdID }) => ClOrdID), ["b"]);
    bench.fix(exchange).fail({ fault: "refuse", text: "ORDER_AMEND_IN_PROGRESS", msgType: "F" });
    const cancel: FixMessage = { MsgType: "F", ClOrdID: "c", OrigClOrdID: "b", Side: "1", Symbol: "M" };
    assertEquals(await client.ask(cancel).then(([refusal]) => [refusal?.Text, refusal?.CxlRejReason]), [
      "ORDER_AMEND_IN_PROGRESS",
      bench.product === "event" ? 2 : 99,
    ]);
    bench.fix(exchange).fail({ fault: "ignore", afterProcessing: true });
    client.send(cancel);
    await clock.advance(0);
    assertEquals((await resting()).length, 0);
    assertEquals(client.messages, []);
  });
}

test("an order that came in without a ClOrdID, which REST of perps does not take, goes by its OrderID", async () => {
  const bench = there(benches[0]);
  const { exchange, open, rest } = await setUp(bench);
  await using _ = exchange;
  await using client = await open();
  const value = await bench.rest.place(rest, { ...cheap, id: undefined });
  client.send({ MsgType: "F", ClOrdID: "c", OrigClOrdID: value.order_id, Side: "1", Symbol: "M" });
  assertEquals(await client.lines(1), [`44 c<${value.order_id} 0/0/0`]);
});
