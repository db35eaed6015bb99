/** What may be sent is what the exchange reads: no message that was checked is refused for its form. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { FixMessage } from "../../../../src/contract/fix/messages.ts";
import { outgoingMessages } from "../../../../src/contract/fix/outgoing.ts";
import { checkOutgoing } from "../../../../src/contract/fix_outgoing.ts";
import { KalshiConfigError } from "../../../../src/base/errors.ts";
import { LocalExchange } from "../../../../src/local_exchange/mod.ts";
import { until } from "../../../support/until.ts";
import { test } from "../../../support/test.ts";
import { outgoingFields } from "../../../fix/outgoing_messages.ts";
import { FixTester, order } from "./support/fix_client.ts";

/** Fields for FCMs alone. */
const ofFcms = ["SenderSubID", "NoPartyIDs"];

for (const useDollars of [false, true]) {
  test(`orders, changes and groups that were checked are never refused for their form, in ${useDollars ? "dollars" : "cents"}`, async () => {
    await using exchange = LocalExchange.create({ markets: 0, marketMakers: false, fix: true });
    const { auth } = await exchange.createAccount();
    const Symbol = exchange.listMarket({ ticker: "M" });
    const runtime = exchange.createRuntime();
    await using fix = await FixTester.open(exchange, { auth, runtime, logon: { UseDollars: useDollars } });
    let sent = 0;
    for (const MsgType of ["D", "F", "G", "UOG", "U1"]) {
      const fields = Object.fromEntries(
        Object.entries(outgoingMessages.event[MsgType]?.fields ?? {}).filter(([name]) =>
          !ofFcms.includes(name)
        ),
      );
      for (const given of fc.sample(outgoingFields(fields, "event", useDollars), 60)) {
        const message = { MsgType, ...given, ...("Symbol" in given && { Symbol }) } as FixMessage;
        try {
          fix.send(checkOutgoing(message, { product: "event", session: "order-entry", useDollars }));
          sent++;
        } catch (error) {
          // Fields that do not go together.
          assert(error instanceof KalshiConfigError, String(error));
        }
      }
    }
    assert(sent > 100, `${sent}`);
    fix.send(order("the-last", "M", { Price: useDollars ? "0.5600" : "56" }));
    await until(() => fix.messages.some(({ ClOrdID }) => ClOrdID === "the-last"));
    const refused = fix.seen.filter(({ MsgType }) => MsgType === "3");
    assertEquals(refused, []);
  });
}
