/** A FIX client with QuickFIX C++ as its gateway, over TLS: what is lost on the way, and a gateway that dies. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiAuth } from "../../src/auth/kalshi_auth.ts";
import { KalshiAuthRejectedError } from "../../src/base/errors.ts";
import type { ExecutionReport } from "../../src/contract/fix/messages.ts";
import {
  FixClient,
  type FixClientEvent,
  FixConfig,
  KalshiFixLogonError,
  MemoryFixStore,
} from "../../src/fix/mod.ts";
import { onFreePort } from "../support/free_port.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { Kfix, kfixKit, missingForKfix } from "./kfix.ts";
import { keyId } from "./quickfix_sessions.ts";

const missing = missingForKfix();
const fields = { Symbol: "KXHIGHNY-26NOV29-T50", Side: "1", OrderQty: "10.00", Price: "0.5500" } as const;

if (missing !== undefined) {
  test(`QuickFIX did not meet a client: ${missing}`, () => {});
} else {
  test("a client at QuickFIX: refusals, orders, a gateway that is killed, and its end", {
    timeoutMs: 300_000,
  }, async () => {
    const kit = kfixKit();
    let port = 0;
    let kfix: Kfix | undefined;
    const settings = [`TargetCompID=${keyId}`, "SenderCompID=KalshiRT", "VerifyKey=client-rsa.pub"];
    const start = (store?: string) =>
      Kfix.start(kit, "acceptor", [...settings, `SocketAcceptPort=${port}`], {
        tls: true,
        ...(store === undefined ? {} : { store }),
      });
    await onFreePort(async (free) => {
      port = free;
      kfix = await start();
    });
    assert(kfix !== undefined);
    try {
      const config = new FixConfig({
        product: "event",
        session: "order-entry-rt",
        host: "localhost",
        port,
        ca: [kit.ca],
        retryBaseDelayMs: 10,
        alreadyOnlineMs: 0,
        requestTimeoutMs: 100_000,
        logon: { UseDollars: true, SkipPendingExecReports: true },
      });
      const auth = await KalshiAuth.fromPem(keyId, kit.clientKey);
      const store = new MemoryFixStore();
      const told: FixClientEvent[] = [];
      const options = { auth, config, store, onEvent: (event: FixClientEvent) => void told.push(event) };

      await kfix.does("refuse already exists");
      await assertRejects(
        () => FixClient.connect(options),
        KalshiFixLogonError,
        "One key has one connection",
      );
      await kfix.does("refuse signature verification failed");
      await assertRejects(() => FixClient.connect(options), KalshiAuthRejectedError, "private key");
      await kfix.does("accept");

      const client = await FixClient.connect(options);
      await kfix.heard(["VERIFIED "]);
      const order = await client.newOrderSingle({ ...fields, ClOrdID: "c-1" });
      assertEquals(order.report.ExecType, "0");
      kfix.say("fill c-1 4");
      const trade = (await order.reports().next()).value as ExecutionReport;
      assertEquals([trade.ExecType, trade.LastQty], ["F", "4.00"]);

      // It dies, and its successor goes on with its numbers: so does the client, by itself.
      const { store: kept } = kfix;
      await kfix.kill();
      await until(() => client.state.name === "waiting" || client.state.name === "connecting");
      kfix = await start(kept);
      await until(() => client.state.name === "active");
      const next = await client.newOrderSingle({ ...fields, ClOrdID: "c-2" });
      assertEquals(next.report.ExecType, "0");
      const canceled = await client.orderCancelRequest({
        Symbol: fields.Symbol,
        Side: fields.Side,
        OrigClOrdID: next.ClOrdID,
      });
      assertEquals([canceled.ExecType, next.isOpen], ["4", false]);
      assertEquals(
        told.filter(({ type }) => type === "refused" || type === "garbled" || type === "rejected"),
        [],
      );
      await client.close();
      await kfix.heard(["LOGOUT "]);
      assertEquals(kfix.lines.filter((line) => line.startsWith("ERROR")), []);
    } finally {
      await kfix[Symbol.asyncDispose]();
    }
  });
}
