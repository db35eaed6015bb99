/** What differs between Kalshi's sessions. */

/** A session of Kalshi's. */
export type FixSessionName =
  | "order-entry"
  | "order-entry-rt"
  | "drop-copy"
  | "post-trade"
  | "rfq"
  | "market-data";

/** How a session treats its numbers. */
export interface FixSessionTraits {
  /** TargetCompID(56). */
  readonly targetCompId: string;
  /** Numbers begin at 1 with every connection: ResetSeqNumFlag(141) is a must. */
  readonly resetSeqNum: boolean;
  /** Numbers go on, and what is missing is sent again. */
  readonly retransmission: boolean;
}

const anew = { resetSeqNum: true, retransmission: false } as const;
const goesOn = { resetSeqNum: false, retransmission: true } as const;

/** By the session's name. */
export const sessionTraits: Readonly<Record<FixSessionName, FixSessionTraits>> = {
  "order-entry": { targetCompId: "KalshiNR", ...anew },
  "order-entry-rt": { targetCompId: "KalshiRT", ...goesOn },
  "drop-copy": { targetCompId: "KalshiDC", ...anew },
  "post-trade": { targetCompId: "KalshiPT", ...goesOn },
  rfq: { targetCompId: "KalshiRFQ", ...anew },
  "market-data": { targetCompId: "KalshiMD", ...anew },
};
