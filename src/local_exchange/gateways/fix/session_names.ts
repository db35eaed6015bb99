/** What the kinds of sessions are called. */

/** TargetCompID(56) of a kind of session, which is its name. */
export type SessionId = "KalshiNR" | "KalshiRT" | "KalshiDC" | "KalshiPT" | "KalshiRFQ" | "KalshiMD";

/** The name of a kind of session in a configuration. */
export type FixSessionName =
  | "order-entry"
  | "order-entry-rt"
  | "drop-copy"
  | "post-trade"
  | "rfq"
  | "market-data";

/** The kinds by those names. */
export const sessionNames: Readonly<Record<FixSessionName, SessionId>> = {
  "order-entry": "KalshiNR",
  "order-entry-rt": "KalshiRT",
  "drop-copy": "KalshiDC",
  "post-trade": "KalshiPT",
  "rfq": "KalshiRFQ",
  "market-data": "KalshiMD",
};
