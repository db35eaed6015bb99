/** A Logon judged as Kalshi's gateway does it. */
import { decodeMessage } from "../../../contract/fix/codec.ts";
import { SessionRejectReason } from "../../../contract/fix/codes.ts";
import type { Logon } from "../../../contract/fix/messages.ts";
import type { FixFields } from "../../../contract/fix_fields.ts";
import { fault, FieldChecks, type FieldFault } from "../../../fix/checks.ts";
import { logonText } from "../../../fix/logon.ts";
import type { Received } from "../../../fix/session_types.ts";
import type { Exchange } from "../../exchange.ts";
import type { Account } from "../../engine/model.ts";
import { type ApiKey, isSigned } from "../../signatures.ts";
import { worded } from "./dictionary.ts";
import { MOST_RETENTION_HOURS, type Preferences, preferencesOf } from "./preferences.ts";
import type { Floor, Product } from "./product.ts";
import type { SessionType } from "./server_session.ts";
import { sessionTypeOf } from "./session_types.ts";

/** How far SendingTime may be from the time of the exchange. */
export const TOLERANCE_MS = 30_000;
/** Logons of one key a minute, while rate limits are on. */
const LOGONS_A_MINUTE = 10;
const MINUTE_MS = 60_000;
const BEGIN = "8=FIXT.1.1\x01";

/** Somebody who may come in. */
export interface Admitted {
  readonly key: ApiKey;
  /** Its account at the product. */
  readonly account: Account;
  readonly type: SessionType;
  readonly preferences: Preferences;
  readonly logon: Received<Logon>;
}

/** What a Logon gets. */
export type Verdict =
  | { readonly admit: Admitted }
  /** A Logout with this Text. */
  | { readonly logout: string }
  /** A Reject(3). */
  | { readonly reject: FieldFault }
  /** The end of the connection. */
  | { readonly close: string };

/** Judges the Logons of one exchange. */
export class LogonJudge {
  readonly #exchange: Exchange;
  readonly #product: Product;
  readonly #floor: Floor;
  readonly #checks: FieldChecks;
  /** When each key tried in the last minute, oldest first. */
  readonly #tries = new Map<string, number[]>();

  constructor(exchange: Exchange, product: Product, floor: Floor) {
    this.#exchange = exchange;
    this.#floor = floor;
    this.#product = product;
    this.#checks = new FieldChecks(product.dictionary);
  }

  /** Judges the first frame of a connection, which is read before this returns. */
  async judge(fields: FixFields): Promise<Verdict> {
    if (fields.type !== "A") return { close: "the first message is no Logon" };
    fields.read();
    if (!fields.text.startsWith(BEGIN)) return { close: "BeginString is not FIXT.1.1" };
    const wrong = this.#checks.find(fields);
    if (wrong !== undefined) return { reject: worded(wrong) };
    const sendingTimeMs = fields.sendingTimeMs;
    const logon = decodeMessage(fields) as Received<Logon>;
    const type = sessionTypeOf(this.#product.name, logon.header.TargetCompID);
    if (type === undefined) return { logout: "unknown TargetCompID" };
    const key = this.#exchange.keys.get(logon.header.SenderCompID);
    if (key === undefined) return { logout: "unknown SenderCompID: no such API key" };
    if (this.#isTooOften(key)) return { logout: "rate limit exceeded" };
    // Both are false for a time that is none.
    if (!(Math.abs(this.#exchange.wallClock() - sendingTimeMs) <= TOLERANCE_MS)) {
      return { reject: fault(10, 52) };
    }
    if (!await this.#isSigned(key, logon)) return { reject: badSignature };
    const account = this.#floor.accountOf(key);
    if (account === undefined) return { logout: `the account is not enabled for ${this.#product.name}` };
    const preferences = preferencesOf(logon, this.#product, type.settlements ?? false);
    const logout = refusalOf(key, type, logon, preferences, this.#product);
    return logout === undefined ? { admit: { key, account, type, preferences, logon } } : { logout };
  }

  #isSigned(key: ApiKey, { header, RawData }: Received<Logon>): Promise<boolean> {
    const signature = new TextDecoder().decode(RawData);
    return isSigned(this.#exchange.clock.base, key, signature, logonText(header));
  }

  #isTooOften({ id }: ApiKey): boolean {
    if (!this.#exchange.enforcesLimits) return false;
    const now = this.#exchange.wallClock();
    const tries = (this.#tries.get(id) ?? []).filter((at) => at > now - MINUTE_MS);
    if (tries.length < LOGONS_A_MINUTE) tries.push(now);
    else return true;
    this.#tries.set(id, tries);
    return false;
  }
}

const badSignature: FieldFault = {
  reason: SessionRejectReason.SignatureProblem,
  tag: 96,
  text: "Signature problem",
};

/** The first thing that a Logon may not ask for, as the Text of a Logout. */
function refusalOf(
  { scopes }: ApiKey,
  type: SessionType,
  logon: Received<Logon>,
  wants: Preferences,
  { name, heartbeat: { least, usual }, alwaysDollars }: Product,
): string | undefined {
  const has = (scope: string) => scopes.includes(scope) || scopes.includes(scope.split("::")[0] ?? scope);
  const { HeartBtInt = usual } = logon;
  if (logon.header.SenderSubID !== undefined) return "SenderSubID(50) does not belong on a Logon";
  if (logon.DefaultApplVerID !== "9") return "DefaultApplVerID(1137) must be 9";
  if (!has("read")) return "the API key lacks the scope read";
  if (!wants.listens && !has("write::trade")) return "the API key lacks the scope write::trade";
  if (HeartBtInt === undefined || !(HeartBtInt >= least)) {
    return `HeartBtInt(108) must be ${least} or more`;
  }
  if (alwaysDollars && logon.UseDollars === false) {
    return `UseDollars(21005) is always on for ${name}`;
  }
  if (!type.retransmission && logon.ResetSeqNumFlag !== true) {
    return `ResetSeqNumFlag(141) must be Y on ${type.id}`;
  }
  if (wants.listens && !type.mayListen) return `ListenerSession(20126) is not for ${type.id}`;
  if (wants.listens && !wants.skipsPending) {
    return "ListenerSession(20126) needs SkipPendingExecReports(21011)=Y";
  }
  if (wants.listens && wants.cancelsOnDisconnect) {
    return "ListenerSession(20126) does not go with CancelOrdersOnDisconnect(8013)";
  }
  if (logon.ReceiveSettlementReports === true && type.settlements === undefined) {
    return `ReceiveSettlementReports(20127) is not for ${type.id}`;
  }
  if (!(wants.retentionHours >= 1 && wants.retentionHours <= MOST_RETENTION_HOURS)) {
    return `MessageRetentionPeriod(20200) must be from 1 to ${MOST_RETENTION_HOURS} hours`;
  }
  if (logon.UseCapReservation === true) return "UseCapReservation(21032) is for FCMs";
  return undefined;
}
