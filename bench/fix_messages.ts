/** The two messages of the FIX bench: a report of a trade with three groups, and an order. */
import process from "node:process";
import { encodeMessage } from "../src/contract/fix/codec.ts";
import type { ExecutionReport, FixMessage, NewOrderSingle } from "../src/contract/fix/messages.ts";
import { FixWriter } from "../src/contract/fix_writer.ts";

/** What Kalshi knows the trader by, and its own name on a session with retransmission. */
export const KEY_ID = "6f3a1a90-0000-4000-8000-0000000000aa";
export const VENUE = "KalshiRT";
/** Its name on a session without. */
export const VENUE_NR = "KalshiNR";
export const SENDING_TIME_MS: number = Date.UTC(2026, 10, 29, 0, 35, 2, 595);
export const SENDING_TIME = "20261129-00:35:02.595";

/** A trade: fees, one party, and what two legs of the position's collateral became; 570 bytes on the wire. */
export const report: ExecutionReport = {
  MsgType: "8",
  AvgPx: "0.5500",
  ClOrdID: "550e8400-e29b-41d4-a716-446655440000",
  CumQty: "4.00",
  ExecID: "123456;789;1",
  LastMkt: "1",
  LastPx: "0.5500",
  LastQty: "4.00",
  OrderID: "0f9c1c6e-7d5c-4f0e-9a6e-000000000001",
  OrderQty: "10.00",
  OrdStatus: "1",
  Price: "0.5500",
  Side: "1",
  Symbol: "KXHIGHNY-26NOV29-T50",
  TransactTime: SENDING_TIME,
  AllocAccount: 3,
  ExecType: "F",
  LeavesQty: "6.00",
  NoMiscFees: [{ MiscFeeAmt: "0.07", MiscFeeCurr: "USD", MiscFeeType: "4", MiscFeeBasis: 0 }],
  NoPartyIDs: [{ PartyID: "7e1f6f0a-2222-4333-8444-555555555555", PartyRole: 24 }],
  LongQty: "4.00",
  ShortQty: "0.00",
  ClearingBusinessDate: "20261129",
  TrdMatchID: "9b0c6b1e-3333-4444-8555-666666666666",
  AggressorIndicator: true,
  NoCollateralAmountChanges: [
    { CollateralAmountChange: "-2.27", CollateralAmountType: "BALANCE" },
    { CollateralAmountChange: "4.00", CollateralAmountType: "PAYOUT" },
  ],
};

/** A limit order; 274 bytes on the wire. */
export const order: NewOrderSingle = {
  MsgType: "D",
  ClOrdID: "550e8400-e29b-41d4-a716-446655440000",
  OrderQty: "10.00",
  OrdType: "2",
  Price: "0.5500",
  Side: "1",
  Symbol: "KXHIGHNY-26NOV29-T50",
  TimeInForce: "1",
  AllocAccount: 3,
  SecondaryClOrdID: "5d0c6b1e-1111-4222-8333-444444444444",
  SelfTradePreventionType: 2,
  CancelOrderOnPause: true,
};

/** Their sizes as an engine that shares no code with this one writes them. */
const SIZES: Readonly<Record<string, number>> = { "8": 570, D: 274 };

/** A message as it is on the wire. */
export function frameOf(message: FixMessage, MsgSeqNum: number): Uint8Array {
  const [SenderCompID, TargetCompID] = message.MsgType === "D" ? [KEY_ID, VENUE] : [VENUE, KEY_ID];
  const writer = new FixWriter({ beginString: "FIXT.1.1", SenderCompID, TargetCompID });
  encodeMessage(writer, { MsgSeqNum, sendingTimeMs: SENDING_TIME_MS }, message);
  const frame = writer.bytes.slice(writer.start, writer.end);
  if (frame.length !== SIZES[message.MsgType]) throw new Error(`${frame.length} bytes of ${message.MsgType}`);
  return frame;
}

/** Reports one after the other, each with a number of its own, so that no engine can keep one text of them. */
export function reports(
  count: number,
): { readonly joined: Uint8Array; readonly parts: readonly Uint8Array[] } {
  const parts = Array.from({ length: count }, (_, at) => frameOf(report, 10_000 + at % 90_000));
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return { joined, parts };
}

/** Seconds of processor time that this process has used, those of its collector and compilers with them. */
export function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
