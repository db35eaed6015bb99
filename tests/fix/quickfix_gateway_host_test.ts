/**
 * QuickFIX C++ as a client of the local exchange's FIX gateway, and as the exchange of a FIX client, plain and over
 * TLS, with the kit's dictionary switched on. Where it cannot be made, nothing is played, which is said.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { resolve } from "node:path";
import { KalshiAuth } from "../../src/auth/kalshi_auth.ts";
import type { ExecutionReport } from "../../src/contract/fix/messages.ts";
import {
  FixClient,
  FixConfig,
  type FixSessionKind,
  KalshiFixCancelRejectError,
  MemoryFixStore,
} from "../../src/fix/mod.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { onFreePort } from "../support/free_port.ts";
import { certificates } from "../support/things/peers/certificates.mjs";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import type { FixProduct } from "../../src/contract/fix/sessions.ts";
import { benches, type FixBench } from "../local_exchange/gateways/fix/support/products.ts";
import { Session } from "../local_exchange/support/session.ts";
import { Kfix, type KfixKit, kfixKit, missingForKfix } from "./kfix.ts";
import { keyId } from "./quickfix_sessions.ts";

const missing = missingForKfix();
const limit = { timeoutMs: 300_000 } as const;

/** A tag of the last line that QuickFIX took from the gateway. */
const tagOf = (line: string, tag: number) => new RegExp(`\\|${tag}=([^|]*)\\|`).exec(line)?.[1] ?? "";

/** The kit's dictionaries of a product. */
const dictionariesOf = (product: FixProduct) => [
  `TransportDataDictionary=KALSHI-${product}-FIXT11.xml`,
  `AppDataDictionary=KALSHI-${product}-FIX50SP2.xml`,
];

/** An exchange, with the QuickFIX sessions of one account. */
async function withGateway(
  bench: FixBench,
  tls: boolean,
  body: (
    exchange: LocalExchange,
    /** A session of the account, or of another one. */
    meet: (TargetCompID: string, whose?: "its own" | "another") => Promise<Kfix>,
    rest: Session,
  ) => Promise<void>,
): Promise<void> {
  const kit = kfixKit();
  const fix = tls ? { tls: certificates() } : true;
  const authority = resolve(".build/certificates/ca.pem");
  await using exchange = await LocalExchange.start({ ...bench.exchange, fix });
  const { auth, id: accountId } = await exchange.createAccount({
    ...bench.account,
    keyId,
    privateKey: kit.clientKey,
  });
  const rest = new Session(exchange, auth);
  const open: Kfix[] = [];
  let keys = 0;
  try {
    await body(exchange, async (TargetCompID, whose = "its own") => {
      const { clientKey: privateKey } = kit;
      // One connection of a key: each further session has one of its own.
      const of = whose === "another" ? (await exchange.createAccount({ privateKey })).id : accountId;
      const id = keys++ === 0 ? keyId : (await exchange.createKey(of, { privateKey })).keyId;
      const { port } = bench.config(exchange, "order-entry");
      const kfix = await Kfix.start(kit, "initiator", [
        `SenderCompID=${id}`,
        `TargetCompID=${TargetCompID}`,
        "SignKey=client-rsa.key",
        ...dictionariesOf(bench.product),
        "SocketConnectHost=127.0.0.1",
        `SocketConnectPort=${port}`,
        ...(/(RT|PT)$/.test(TargetCompID) ? [] : ["ResetOnLogon=Y"]),
        ...(tls ? [`CertificationAuthoritiesFile=${authority}`] : []),
      ], { tls });
      open.push(kfix);
      await until(() => kfix.online);
      return kfix;
    }, rest);
    for (const kfix of open) {
      // It refused nothing, and every group came in the order of the dictionary.
      assertEquals(kfix.lines.filter((line) => line.startsWith("WARN") || /^OUT .*\|35=3\|/.test(line)), []);
    }
  } finally {
    for (const kfix of open) await kfix[Symbol.asyncDispose]();
  }
}

interface ClientMeeting extends AsyncDisposable {
  readonly client: FixClient;
  readonly kfix: Kfix;
}

/** A FIX client, and QuickFIX as its exchange. */
async function asClient(
  product: FixProduct,
  tls: boolean,
  session: FixSessionKind,
  SenderCompID: string,
): Promise<ClientMeeting> {
  const kit = kfixKit();
  const auth = await KalshiAuth.fromPem(keyId, kit.clientKey);
  const changes = [
    `TargetCompID=${keyId}`,
    `SenderCompID=${SenderCompID}`,
    "VerifyKey=client-rsa.pub",
    ...dictionariesOf(product),
  ];
  const { port, kfix } = await onFreePort(async (port) => ({
    port,
    kfix: await Kfix.start(kit, "acceptor", [...changes, `SocketAcceptPort=${port}`], { tls }),
  }));
  const config = FixConfig.demo({ product, session, ...at(kit, port, tls) });
  const client = await FixClient.connect({ auth, config });
  return {
    client,
    kfix,
    async [Symbol.asyncDispose]() {
      await client.close();
      await kfix[Symbol.asyncDispose]();
    },
  };
}

/** Where QuickFIX listens, and how soon a client comes back to it. */
const at = ({ ca }: KfixKit, port: number, tls: boolean) => ({
  host: tls ? "localhost" : "127.0.0.1",
  port,
  tls,
  ...(tls ? { ca: [ca] } : {}),
  logon: { UseDollars: true },
  retryBaseDelayMs: 50,
  retryMaxDelayMs: 200,
});

async function begins({ client, kfix }: ClientMeeting): Promise<void> {
  const reports = client.executionReports()[Symbol.asyncIterator]();
  const of = { Symbol: "KXHIGHNY-26NOV29-T50", Side: "1", OrderQty: "10.00", Price: "0.5500" } as const;
  const order = await client.newOrderSingle(of);
  const sweep = await client.orderMassCancelRequest();
  assertEquals(sweep.report.MassCancelResponse, "6");
  for await (const item of sweep.canceled) assertEquals((item as ExecutionReport).ExecType, "4");
  assertEquals(order.isOpen, false);
  // A gap cannot be filled here: it is told, and the next connection begins at 1 on both sides.
  await kfix.does("skip 3");
  await client.newOrderSingle(of).catch(() => {});
  const told: unknown[] = [];
  while (told.length < 20 && !told.includes("gap")) {
    const { value } = await reports.next();
    told.push(value?.MsgType === undefined ? value?.type : value.ExecType);
  }
  assert(told.includes("gap"), `${told}`);
  await kfix.heard(["OUT ", "|35=A|34=1|", "|141=Y|"], 2);
  await until(() => client.state.name === "active" && kfix.online);
}

async function reads({ client, kfix }: ClientMeeting): Promise<void> {
  const symbol = "KXHIGHNY-26NOV29-T50";
  const book = await client.orderBook(symbol);
  assertEquals([book.bestBid, book.bestAsk], [5_400, 5_600]);
  const level = "279=1|269=0|270=0.5500|271=10.00|272=20261129|273=12:00:00.000".replace(
    "|",
    `|55=${symbol}|`,
  );
  kfix.say(`send 35=X|268=1|${level}`);
  const best = () => book.state === "live" ? book.bestBid : undefined;
  await until(() => best() === 5_500);
  kfix.say("drop");
  await until(() => kfix.count("FROMAPP ", "|35=V|") === 2 && best() === 5_400);
}

/** How a product is reached. */
type Way = readonly [bench: FixBench, tls: boolean];

/**
 * A test of every product, over TCP and over TLS, all beside each other: it spends its time waiting until QuickFIX
 * connects again.
 */
function testEach(what: string, of: readonly FixBench[], body: (...way: Way) => Promise<void>): void {
  const ways = of.flatMap((bench): Way[] => [[bench, false], [bench, true]]);
  test(`${of.map(({ product }) => product).join(" and ")}, TCP and TLS: ${what}`, limit, async () => {
    const results = await Promise.allSettled(ways.map((way) => body(...way)));
    for (const [index, result] of results.entries()) {
      if (result.status === "fulfilled") continue;
      const [{ product }, tls] = ways[index] as Way;
      throw new Error(`${product} over ${tls ? "TLS" : "TCP"}`, { cause: result.reason });
    }
  });
}

if (missing !== undefined) {
  test(`QuickFIX did not meet the gateway: ${missing}`, () => {});
} else {
  testEach(
    "QuickFIX trades at the gateway, loses its connection, and goes on",
    benches,
    (bench, tls) =>
      withGateway(bench, tls, async (exchange, meet, rest) => {
        const ticker = bench.list(exchange, "M");
        const kfix = await meet("KalshiRT");
        const sells = (id: string, count: string) =>
          kfix.say(`send 35=D|11=${id}|38=${count}|40=2|44=0.5500|54=1|55=${ticker}|59=1`);
        sells("c-1", "10.00");
        const placed = await kfix.heard(["FROMAPP ", "|35=8|", "|11=c-1|", "|150=0|"]);
        const known = (await bench.rest.orders(rest)).find(({ id }) => id === tagOf(placed, 37));
        assertEquals(known?.ClOrdID, "c-1");
        bench.counter(exchange, { ticker, side: "ask", price: "0.5500", count: "4" });
        const trade = await kfix.heard(["FROMAPP ", "|35=8|", "|11=c-1|", "|150=F|"]);
        assertEquals([tagOf(trade, 14), tagOf(trade, 151)].map(Number), [4, 6]);
        assert(trade.includes("|136=") && trade.includes("|1703="), trade);
        kfix.say(`send 35=G|11=c-2|41=c-1|54=1|55=${ticker}|38=20.00|40=2|44=0.5600`);
        await kfix.heard(["FROMAPP ", "|150=5|", "|11=c-2|", "|41=c-1|"]);
        kfix.say(`send 35=F|11=c-3|41=c-2|54=1|55=${ticker}`);
        await kfix.heard(["FROMAPP ", "|150=4|", "|41=c-2|"]);
        kfix.say(`send 35=F|11=c-4|41=nothing|54=1|55=${ticker}`);
        await kfix.heard(["FROMAPP ", "|35=9|", "|11=c-4|", "|102=1|"]);
        // Numbers go on over a connection that is dropped; a gap of QuickFIX's is asked for and filled.
        const logons = () => kfix.lines.filter((line) => line.startsWith("LOGON ")).length;
        kfix.say("drop");
        await until(() => logons() === 2 && kfix.online);
        await kfix.does("skip 2");
        sells("c-5", "3.00");
        await kfix.heard(["FROMAPP ", "|11=c-5|", "|150=0|"]);
        await kfix.heard(["IN ", "|35=2|"]);
        // The gateway sends what it sent once more, with its groups as they were.
        const asked = kfix.count("IN ", "|43=Y|", "|150=F|");
        kfix.say("resend 2");
        const again = await kfix.heard(["IN ", "|43=Y|", "|122=", "|150=F|"], asked + 1);
        for (
          const group of [/\|136=1\|137=[^|]*\|138=USD\|139=4\|891=0\|/, /\|1703=\d\|1704=[^|]*\|1705=/]
        ) {
          assert(group.test(again), again);
        }
        kfix.say("test PING");
        await kfix.heard(["FROMADMIN ", "|35=0|", "|112=PING|"]);
        kfix.say("logout bye");
        await kfix.heard(["IN ", "|35=5|"]);
        await until(() => bench.fix(exchange).open === 0);
      }),
  );

  testEach(
    "QuickFIX sweeps, groups orders, reads the market and, where it settles, is told so at the gateway",
    benches,
    (bench, tls) =>
      withGateway(bench, tls, async (exchange, meet) => {
        const ticker = bench.list(exchange, "M");
        const isEvent = bench.product === "event";
        const [orders, market] = [await meet("KalshiNR"), await meet("KalshiMD")];
        const posts = isEvent ? await meet("KalshiPT") : undefined;
        market.say(`send 35=V|263=1|146=1|55=${ticker}`);
        await market.heard(["FROMAPP ", "|35=W|", `|55=${ticker}|`]);
        orders.say("send 35=UOG|20131=1|20132=50");
        const group = tagOf(await orders.heard(["FROMAPP ", "|35=UOH|"]), 20130);
        for (const id of ["m-1", "m-2"]) {
          orders.say(`send 35=D|11=${id}|38=5.00|40=2|44=0.4000|54=1|55=${ticker}|526=${group}`);
          await orders.heard(["FROMAPP ", `|11=${id}|`, "|150=0|"]);
        }
        await market.heard(["FROMAPP ", "|35=X|", `|55=${ticker}|`], 2);
        orders.say(`send 35=UOG|20131=5|20130=${group}|20132=60`);
        // Of perps the answer repeats no limit.
        await (isEvent
          ? orders.heard(["FROMAPP ", "|35=UOH|", "|20132=60|"])
          : orders.heard(["FROMAPP ", "|35=UOH|"], 2));
        orders.say("send 35=q|11=m-3|530=6");
        await orders.heard(["FROMAPP ", "|35=r|", "|531=6|"]);
        await orders.heard(["FROMAPP ", "|150=4|", "|11=m-"], 2);
        if (isEvent) market.say(`send 35=e|263=1|55=${ticker}`);
        orders.say(`send 35=D|11=h-1|38=5.00|40=2|44=0.4000|54=1|55=${ticker}`);
        await orders.heard(["FROMAPP ", "|11=h-1|", "|150=0|"]);
        bench.counter(exchange, { ticker, side: "ask", price: "0.4000", count: "5" });
        await orders.heard(["FROMAPP ", "|11=h-1|", "|150=F|"]);
        if (posts === undefined) return;
        exchange.determine(ticker, "yes", { settle: true });
        const settled = await posts.heard(["FROMAPP ", "|35=UMS|", `|55=${ticker}|`]);
        assert(/\|20108=1\|20109=/.test(await posts.heard(["IN ", "|35=UMS|"])), settled);
        await market.heard(["FROMAPP ", "|35=f|"]);
      }),
  );

  testEach(
    "QuickFIX asks for quotes and makes them at the gateway",
    benches.filter(({ product }) => product === "event"),
    (bench, tls) =>
      withGateway(bench, tls, async (exchange, meet) => {
        const ticker = bench.list(exchange, "M");
        const [creator, maker] = [await meet("KalshiRT"), await meet("KalshiRFQ", "another")];
        creator.say(`send 35=R|131=my-request|146=1|55=${ticker}|38=10.00`);
        const ack = await creator.heard(["FROMAPP ", "|35=b|"]);
        const request = await maker.heard(["FROMAPP ", "|35=R|"]);
        const rfq = tagOf(request, 131);
        assertEquals(tagOf(ack, 21023), rfq);
        const quote = "0b7e6f0e-3f1c-4f6c-9a53-0d6a0c1f7a11";
        maker.say(`send 35=S|117=${quote}|131=${rfq}|55=${ticker}|132=0.4000|133=0.5500`);
        await maker.heard(["FROMAPP ", "|35=AI|", `|117=${quote}|`]);
        await creator.heard(["FROMAPP ", "|35=S|", `|117=${quote}|`]);
        maker.say(`send 35=Z|117=${quote}|21023=${rfq}`);
        await until(() => maker.count("FROMAPP ", "|35=AI|") + maker.count("FROMAPP ", "|35=U9|") >= 2);
        creator.say(`send 35=UE|21023=${rfq}`);
        await creator.heard(["FROMAPP ", "|35=UB|"]);
      }),
  );

  testEach(
    "a FIX client begins anew, sweeps, and reads books with QuickFIX",
    benches,
    async ({ product }, tls) => {
      await using orders = await asClient(product, tls, "order-entry", "KalshiNR");
      await begins(orders);
      await using market = await asClient(product, tls, "market-data", "KalshiMD");
      await reads(market);
    },
  );

  testEach(
    "a FIX client trades with QuickFIX, and keeps its session when that is killed",
    benches,
    async ({ product }, tls) => {
      const kit = kfixKit();
      const auth = await KalshiAuth.fromPem(keyId, kit.clientKey);
      const changes = [
        `TargetCompID=${keyId}`,
        "SenderCompID=KalshiRT",
        "VerifyKey=client-rsa.pub",
        ...dictionariesOf(product),
      ];
      const { port, start, first } = await onFreePort(async (port) => {
        const start = (store?: string) =>
          Kfix.start(kit, "acceptor", [...changes, `SocketAcceptPort=${port}`], {
            tls,
            ...(store === undefined ? {} : { store }),
          });
        return { port, start, first: await start() };
      });
      let kfix = first;
      try {
        const store = new MemoryFixStore();
        await using client = await FixClient.connect({
          auth,
          store,
          config: FixConfig.demo({ product, session: "order-entry-rt", ...at(kit, port, tls) }),
        });
        const seen: string[] = [];
        const reading = (async () => {
          for await (const item of client.executionReports()) {
            if (item.MsgType === "8") seen.push(item.ExecID);
          }
        })();
        const of = {
          Symbol: "KXHIGHNY-26NOV29-T50",
          Side: "1",
          OrderQty: "10.00",
          Price: "0.5500",
        } as const;
        const { Symbol, Side } = of;
        // QuickFIX's sample reports all bear one OrderID: one order is open at a time.
        const trades = async () => {
          const order = await client.newOrderSingle(of);
          assertEquals(order.report.ExecType, "0");
          const { ClOrdID: OrigClOrdID } = order;
          const { ExecType } = await client.orderCancelRequest({ Symbol, Side, OrigClOrdID });
          assertEquals([ExecType, order.isOpen], ["4", false]);
        };
        const order = await client.newOrderSingle(of);
        kfix.say(`fill ${order.ClOrdID} 4`);
        for await (const item of order.reports()) {
          const { ExecType, LastQty, NoMiscFees, NoCollateralAmountChanges } = item as ExecutionReport;
          const groups = [NoMiscFees?.length, NoCollateralAmountChanges?.length];
          assertEquals([ExecType, LastQty, ...groups], ["F", "4.00", 1, 2]);
          break;
        }
        const { ClOrdID: OrigClOrdID } = order;
        const changed = { ...of, OrderQty: "20.00", Price: "0.5600", OrigClOrdID };
        assertEquals((await client.orderCancelReplaceRequest(changed)).ExecType, "5");
        await client.orderCancelRequest({ Symbol, Side, OrigClOrdID: order.ClOrdID });
        await assertRejects(
          () => client.orderCancelRequest({ Symbol, Side, OrigClOrdID: "nothing" }),
          KalshiFixCancelRejectError,
        );
        await kfix.does("skip 3");
        await trades();
        kfix.say("drop");
        await until(() => client.state.name !== "active");
        await until(() => client.state.name === "active");
        await trades();
        await kfix.kill();
        kfix = await start(kfix.store);
        await until(() => client.state.name === "active" && kfix.online);
        await trades();
        await until(async () => {
          const { out, in: into } = await kfix.numbers();
          return out === store.nextIncoming && into === store.nextOutgoing;
        });
        assertEquals(kfix.count("OUT ", "|35=3|"), 0);
        await client.close();
        await reading;
        await kfix.heard(["IN ", "|35=5|"]);
        // New, Trade, Replaced, Canceled, and New and Canceled of the other three, each once.
        assertEquals(seen.length, 10);
      } finally {
        await kfix[Symbol.asyncDispose]();
      }
    },
  );
}
