/** What differs between the FIX of event contracts and that of perps, on the client's side: all of it from one table. */
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { eventFields, eventMessages } from "../../src/contract/fix/event_only.ts";
import { kalshiDictionary } from "../../src/contract/fix/dictionary.ts";
import { outgoingMessages } from "../../src/contract/fix/outgoing.ts";
import { fixLogonOptions, type FixProduct, fixSessions } from "../../src/contract/fix/sessions.ts";
import { checkOutgoing } from "../../src/contract/fix_outgoing.ts";
import type { FixConfigOptions } from "../../src/fix/config_options.ts";
import { FixConfig } from "../../src/fix/config.ts";
import {
  KalshiFixBusinessRejectError,
  KalshiFixCancelRejectError,
  KalshiFixOrderRejectError,
} from "../../src/fix/errors.ts";
import { order, report } from "./peer.ts";
import { configOf, connected, Gateway } from "./gateway_bed.ts";
import { test } from "../support/test.ts";

const products: readonly FixProduct[] = ["event", "margin"];
const idOf = (message: object): string => (message as { readonly ClOrdID?: string }).ClOrdID ?? "";
const margin = { product: "margin" } as const;

test("perps have the sessions of Kalshi's pages, and none for quotes and settlements", () => {
  const of = (product: FixProduct) =>
    Object.entries(fixSessions).filter(([, { places }]) => places[product] !== undefined).map(([name]) =>
      name
    );
  assertEquals(of("margin"), ["order-entry", "order-entry-rt", "drop-copy", "market-data"]);
  assertEquals(of("event"), Object.keys(fixSessions));
  for (const session of Object.keys(fixSessions) as (keyof typeof fixSessions)[]) {
    const make = () => new FixConfig({ product: "margin", session });
    if (of("margin").includes(session)) assertStringIncludes(make().host, "margin-");
    else assertThrows(make, KalshiConfigError, `\`session\` cannot be "${session}" for the product "margin"`);
  }
});

test("what a Logon of perps does not know is refused before it is sent", () => {
  const only = fixLogonOptions.event.filter((name) => !fixLogonOptions.margin.includes(name));
  assertEquals(only, [
    "ReceiveSettlementReports",
    "AlwaysEmitNewBeforeTrade",
    "SplitCollateralReturn",
    "UseCapReservation",
  ]);
  for (const name of only) {
    const options = { product: "margin", session: "order-entry", logon: { [name]: true } };
    assertThrows(
      () => new FixConfig(options as FixConfigOptions),
      KalshiConfigError,
      `\`logon.${name}\` is not known to the margin gateways`,
    );
  }
});

test("every message and every field that perps do not have is refused by its name", () => {
  const sent = outgoingMessages.event;
  const refused = (message: object) =>
    assertThrows(() => checkOutgoing(message, margin), KalshiConfigError).message;
  for (const MsgType of eventMessages.filter((type) => Object.hasOwn(sent, type))) {
    assertStringIncludes(refused({ MsgType }), "is not known to the margin gateways");
  }
  let fields = 0;
  for (const [MsgType, tags] of Object.entries(eventFields)) {
    if (!Object.hasOwn(sent, MsgType)) continue;
    for (const tag of tags) {
      const [name = ""] = kalshiDictionary.fields[tag] ?? [];
      assertStringIncludes(refused({ MsgType, [name]: "1" }), `unknown field \`${name}\``);
      assertStringIncludes(refused({ MsgType, [name]: "1" }), "the gateways of event contracts alone");
      fields++;
    }
  }
  assertEquals(fields, 8);
});

test("methods for what perps do not have are refused, and send nothing", async () => {
  const gateway = new Gateway("order-entry-rt");
  const client = await connected(gateway, { config: configOf("order-entry-rt", { product: "margin" }) });
  assertThrows(() => client.settlements(), KalshiConfigError, "settlements is for event contracts");
  assertThrows(() => client.quotes(), KalshiConfigError, "quotes is for event contracts");
  assertThrows(() => client.quoteRequests(), KalshiConfigError, "quoteRequests is for a session");
  assertThrows(() => client.quoteStatusReports(), KalshiConfigError, "quoteStatusReports is for a session");
  const QuoteID = crypto.randomUUID();
  const calls: readonly (() => Promise<unknown>)[] = [
    () => client.quoteRequest({ NoRelatedSym: [{ Symbol: "P", OrderQty: "1" }] }),
    () => client.acceptQuote({ QuoteID, Side: "1" }),
    () => client.rfqCancel({ RfqId: QuoteID }),
    () => client.quote({ QuoteReqID: QuoteID, Symbol: "P", BidPx: "1" }),
    () => client.quoteConfirm({ QuoteID }),
    () => client.quoteCancel({ QuoteID }),
  ];
  for (const call of calls) {
    const error = await assertRejects(call, KalshiConfigError);
    assertStringIncludes(error.message, "is not known to the margin gateways");
  }
  assertEquals(gateway.messages, []);
  await client.close();
});

test("orders of perps are whole contracts at dollars of any height", () => {
  const good = { ...order("a"), OrderQty: "3", Price: "94123.5001" };
  assertEquals(checkOutgoing(good, margin), good);
  for (
    const [more, says] of [
      [{ OrderQty: "2.5" }, "`OrderQty` takes whole contracts"],
      [{ OrderQty: "0" }, "`OrderQty` takes whole contracts"],
      [{ OrderQty: 2 }, 'Write "2", in quotes.'],
      [{ Price: "0" }, "`Price` takes dollars above 0"],
      [{ Price: "1.00001" }, "at most 4 decimal places"],
      [{ Price: "-1" }, "`Price` takes dollars above 0"],
      [{ ExecInst: "E" }, 'needs TimeInForce "3" (immediate or cancel) or "4" (fill or kill)'],
    ] as const
  ) {
    assertThrows(() => checkOutgoing({ ...good, ...more }, margin), KalshiConfigError, says);
  }
  // An order that REST made may have hundredths of a contract, and is changed here all the same.
  const { MsgType: _, ...fields } = good;
  const replace = { ...fields, MsgType: "G", OrigClOrdID: "b", OrderQty: "2.50" } as const;
  assertEquals(checkOutgoing(replace, margin), replace);
});

/** A refusal of an order, and what the error says in each product. */
const rejects: readonly (readonly [more: object, event: string, margin: string])[] = [
  [{ OrdRejReason: 8 }, "stale order. It came too late", "rejected: no reason given."],
  [{ OrdRejReason: 5 }, "rejected: no reason given.", "stale order. It came too late"],
  [{ OrdRejReason: 1 }, "unknown symbol. There is no such market", "unknown symbol. There is no such market"],
  [
    { OrdRejReason: 2 },
    "exchange closed. The market is inactive",
    "exchange closed. The market does not trade now",
  ],
  [{ OrdRejReason: 6 }, "duplicate order. The ClOrdID was used", "duplicate order. The ClOrdID was used"],
  [{ OrdRejReason: 13 }, "incorrect quantity. Check OrderQty.", "incorrect quantity. Check OrderQty."],
  [
    { Text: "EXCEEDED_PER_MARKET_RISK_LIMIT", OrdRejReason: 3 },
    "the position limit of the market",
    "the notional limit of the market",
  ],
  [
    { Text: "ORDER_GROUP_NOT_FOUND" },
    "give the AllocAccount it was made with",
    "those of event contracts are others",
  ],
  [{ Text: "MARKET_INACTIVE" }, "may open again", "outside of its hours"],
  [{ Text: "MARKET_ALREADY_CLOSED" }, "what rested is gone", "closed for good"],
  [{ Text: "INSUFFICIENT_BALANCE" }, "resting orders hold cash too", "too little margin"],
  [{ Text: "INTERNAL_ERROR" }, "surely had no effect", "surely had no effect"],
  [{ Text: "EXCHANGE_UNAVAILABLE" }, "unknown: look before", "unknown: look before"],
];

for (const product of products) {
  test(`refusals of ${product} say what they mean there, and what to do`, async () => {
    const gateway = new Gateway();
    const client = await connected(gateway, { config: configOf("order-entry", { product }) });
    const place = async (answer: (ClOrdID: string) => void) => {
      gateway.onMessage = (message) => answer(idOf(message));
      const placed = client.newOrderSingle({ Symbol: "P", Side: "1", OrderQty: "1", Price: "1" });
      placed.catch(() => {});
      for (let turn = 0; turn < 4; turn++) await gateway.clock.advance(0);
      return placed;
    };
    for (const [more, event, perps] of rejects) {
      const error = await assertRejects(
        () =>
          place((ClOrdID) =>
            gateway.says(Object.assign(report(ClOrdID), { ExecType: "8", OrdStatus: "8", ...more }))
          ),
        KalshiFixOrderRejectError,
      );
      assertStringIncludes(error.message, product === "event" ? event : perps);
      assertEquals(error.outcome, JSON.stringify(more).includes("UNAVAILABLE") ? "unknown" : "rejected");
    }
    await client.close();
  });

  test(`a budget of ${product} that is used up tells the limiter, by number or by words`, async () => {
    const refused: unknown[] = [];
    const limiter = {
      admit: () => {},
      refused: ({ template }: { template: { path: string } }) => void refused.push(template.path),
    };
    const gateway = new Gateway();
    const client = await connected(gateway, { config: configOf("order-entry", { product }), limiter });
    const answers = [
      { BusinessRejectReason: 8, Text: "no" },
      { BusinessRejectReason: 0, Text: "Rate limit exceeded" },
      { BusinessRejectReason: 0, Text: "something else" },
    ];
    for (const answer of answers) {
      gateway.onMessage = ({ header }) =>
        void gateway.says({ MsgType: "j", RefSeqNum: header.MsgSeqNum, RefMsgType: "F", ...answer });
      const cancel = client.orderCancelRequest({ OrigClOrdID: "a", Side: "1", Symbol: "P" });
      cancel.catch(() => {});
      for (let turn = 0; turn < 4; turn++) await gateway.clock.advance(0);
      const error = await assertRejects(() => cancel, KalshiFixBusinessRejectError);
      assertEquals(error.message.includes("budget"), answer !== answers[2]);
    }
    const path = product === "event" ? "/portfolio/events/orders/{order_id}" : "/margin/orders/{order_id}";
    assertEquals(refused, [path, path]);
    await client.close();
  });

  test(`a cancel that ${product} refuses says why, and a mass cancel as well`, async () => {
    const gateway = new Gateway();
    const client = await connected(gateway, { config: configOf("order-entry", { product }) });
    for (
      const [CxlRejReason, Text, says] of [
        [0, undefined, "The order is done"],
        [1, undefined, "Kalshi knows no such open order"],
        [2, "INVALID_AMEND_QTY_FOR_ORDER", "OrderQty is the new total"],
        [99, undefined, "no reason given"],
      ] as const
    ) {
      gateway.onMessage = (message) =>
        void gateway.says({
          MsgType: "9",
          OrderID: "o",
          ClOrdID: idOf(message),
          OrdStatus: "0",
          CxlRejResponseTo: "1",
          CxlRejReason,
          Text,
        });
      const cancel = client.orderCancelRequest({ OrigClOrdID: "a", Side: "1", Symbol: "P" });
      cancel.catch(() => {});
      for (let turn = 0; turn < 4; turn++) await gateway.clock.advance(0);
      assertStringIncludes((await assertRejects(() => cancel, KalshiFixCancelRejectError)).message, says);
    }
    gateway.onMessage = (message) =>
      void gateway.says({ MsgType: "r", ClOrdID: idOf(message), OrderID: "m", MassCancelResponse: "6" });
    const sweep = client.orderMassCancelRequest();
    for (let turn = 0; turn < 4; turn++) await gateway.clock.advance(0);
    assertEquals((await sweep).report.OrderID, "m");
    await client.close();
  });
}
