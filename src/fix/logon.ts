/** Kalshi's Logon: signed over what its header says. */
import type { KalshiAuth } from "../auth/kalshi_auth.ts";
import { EncryptMethod } from "../contract/fix/codes.ts";
import type { Logon } from "../contract/fix/messages.ts";
import type { LogonFacts } from "./session_types.ts";

/** What a user may ask for at the logon; left out, Kalshi's defaults hold. */
export type LogonOptions = Partial<
  Pick<
    Logon,
    | "CancelOrdersOnDisconnect"
    | "ListenerSession"
    | "ReceiveSettlementReports"
    | "MessageRetentionPeriod"
    | "UseDollars"
    | "SkipPendingExecReports"
    | "UseExpiredOrdStatus"
    | "EnableIocCancelReport"
    | "PreserveOriginalOrderQty"
    | "AlwaysEmitNewBeforeTrade"
    | "SplitCollateralReturn"
    | "UseCapReservation"
  >
>;

/** What a Logon's signature covers: SendingTime, MsgType, MsgSeqNum, SenderCompID, TargetCompID, joined by SOH. */
export function logonText({ SendingTime, MsgSeqNum, SenderCompID, TargetCompID }: LogonFacts): string {
  return [SendingTime, "A", MsgSeqNum, SenderCompID, TargetCompID].join("\x01");
}

/** Makes each Logon of a session, signed anew. */
export function signedLogon(
  auth: Pick<KalshiAuth, "sign">,
  heartbeatSeconds: number,
  options: LogonOptions,
): (facts: LogonFacts) => Promise<Omit<Logon, "MsgType">> {
  return async (facts) => ({
    EncryptMethod: EncryptMethod.None,
    RawData: new TextEncoder().encode(await auth.sign(logonText(facts))),
    HeartBtInt: heartbeatSeconds,
    DefaultApplVerID: "9",
    ...options,
  });
}
