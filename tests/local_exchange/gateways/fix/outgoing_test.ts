/** What may be sent is what the exchange reads: no message that was checked is refused for its form. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { KalshiConfigError } from "../../../../src/base/errors.ts";
import type { FixMessage } from "../../../../src/contract/fix/messages.ts";
import { outgoingMessages } from "../../../../src/contract/fix/outgoing.ts";
import type { FixSessionKind } from "../../../../src/contract/fix/sessions.ts";
import { checkOutgoing } from "../../../../src/contract/fix_outgoing.ts";
import { LocalExchange } from "../../../../src/local_exchange/mod.ts";
import { until } from "../../../support/until.ts";
import { test } from "../../../support/test.ts";
import { outgoingFields } from "../../../fix/outgoing_messages.ts";
import { FixTester } from "./support/fix_client.ts";

/** Fields for FCMs alone. */
const ofFcms = ["SenderSubID", "NoPartyIDs"];

/** Messages of a type that pass the check; the others hold fields that do not go together. */
function checked(MsgType: string, session: FixSessionKind, useDollars: boolean): FixMessage[] {
  const fields = Object.fromEntries(
    Object.entries(outgoingMessages.event[MsgType]?.fields ?? {}).filter(([name]) => !ofFcms.includes(name)),
  );
  return fc.sample(outgoingFields(fields, "event", useDollars), 60).flatMap((given) => {
    const message = { MsgType, ...given, ...("Symbol" in given && { Symbol: "M" }) } as FixMessage;
    try {
      return [checkOutgoing(message, { product: "event", session, useDollars })];
    } catch (error) {
      assert(error instanceof KalshiConfigError, String(error));
      return [];
    }
  });
}

const sessions = ["order-entry", "order-entry-rt", "drop-copy", "rfq", "market-data"] as const;

for (const session of sessions) {
  for (const useDollars of [false, true]) {
    test(`${session}: what was checked is never refused for its form, in ${useDollars ? "dollars" : "cents"}`, async () => {
      await using exchange = LocalExchange.create({ markets: 0, marketMakers: false, fix: true });
      const { auth } = await exchange.createAccount();
      exchange.listMarket({ ticker: "M" });
      const runtime = exchange.createRuntime();
      const logon = { UseDollars: useDollars };
      await using fix = await FixTester.open(exchange, { auth, runtime, session, logon });
      let sent = 0;
      for (const [type, message] of Object.entries(outgoingMessages.event)) {
        // Mass cancels are let through once a second.
        if (!message.sessions.includes(session) || type === "q") continue;
        for (const one of checked(type, session, useDollars)) {
          fix.send(one);
          sent++;
        }
      }
      assert(sent > 20, `${sent}`);
      fix.send({ MsgType: "1", TestReqID: "the last" });
      await until(() =>
        fix.seen.some((message) =>
          message.MsgType === "0" && "TestReqID" in message && message.TestReqID === "the last"
        )
      );
      assertEquals(fix.seen.filter(({ MsgType }) => MsgType === "3"), []);
    });
  }
}
