/** Why a connection could not be made or ended, as errors that say what to do. */
import {
  type ConnectFailure,
  KalshiAuthRejectedError,
  KalshiConnectionError,
  type KalshiError,
  KalshiTimeoutError,
} from "../base/errors.ts";
import { SessionRejectReason } from "../contract/fix/codes.ts";
import { KalshiFixLogonError, KalshiFixSequenceError, KalshiFixStoreError } from "./errors.ts";
import type { FixEnd } from "./session_types.ts";

/** What is known of a connection beside how it ended. */
export interface EndFacts {
  /** The session's name and address, for messages. */
  readonly where: string;
  /** Whether both sides had logged on. */
  readonly loggedOn: boolean;
  /** Whether missing messages are sent again on it. */
  readonly retransmission: boolean;
  /** SessionRejectReason(373) of what refused the Logon. */
  readonly rejectReason?: number | undefined;
  /** How far this machine's clock is ahead of the peer's, in milliseconds, where a refusal shows it. */
  readonly aheadMs?: number | undefined;
}

/** Whether the peer ended a connection since our number was used before: the store is not that of the last session. */
export const saysTooLow = ({ kind, text }: FixEnd): boolean =>
  kind === "sequence" || kind === "refused" && /MsgSeqNum.{0,20}too low|sequence.{0,20}too low/i.test(text);

interface Case {
  readonly of: (text: string, facts: EndFacts) => boolean;
  readonly isKey?: true;
  readonly advice: (facts: EndFacts) => string;
}

const says = (pattern: RegExp) => (text: string) => pattern.test(text);

/** What to do about each refusal of a Logon; the first that fits. */
const refusals: readonly Case[] = [
  {
    of: says(/already exists/i),
    advice: () =>
      "The key is online elsewhere, or its last session has not timed out yet, which takes up to 60 s. One key has one " +
      "connection: close the other one, or use another key.",
  },
  {
    of: says(/rate limit/i),
    advice: () => "Logons have a limit of their own: log on less often.",
  },
  { of: says(/service busy|retry with backoff/i), advice: () => "Kalshi is busy: try again in a while." },
  {
    of: (text, { rejectReason }) =>
      rejectReason === SessionRejectReason.SendingTimeAccuracy || /sending.?time|clock/i.test(text),
    advice: ({ aheadMs }) => {
      const off = aheadMs === undefined || Math.abs(aheadMs) < 1_000
        ? ""
        : ` It is about ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? "ahead" : "behind"}.`;
      return `Kalshi refuses a SendingTime that is off by more than 30 s: set this machine's clock (NTP).${off}`;
    },
  },
  {
    of: (text, { rejectReason }) =>
      rejectReason === SessionRejectReason.SignatureProblem || /signature|rawdata/i.test(text),
    isKey: true,
    advice: () =>
      "The private key does not belong to this key id, or the key to this environment: demo and production have keys of " +
      "their own, and so have the event and the margin exchange.",
  },
  {
    of: (text, { rejectReason }) =>
      rejectReason === SessionRejectReason.CompIDProblem ||
      /comp.?id|(unknown|invalid|no such|not found).*key|key.*not found/i.test(text),
    isKey: true,
    advice: () =>
      "Kalshi knows no such key here: check the key id, and that it belongs to this environment and product: demo and " +
      "production, event and margin have keys of their own.",
  },
  {
    of: says(/not (enabled|allowed|authori[sz]ed|permitted)|permission|scope|access|allowlist/i),
    isKey: true,
    advice: () =>
      "The key may not use this session: it needs the scopes read and write::trade (a listener: read), and KalshiRT and " +
      "KalshiPT are given by Kalshi on request.",
  },
];

/** The error of a Logon that was refused with these words. */
function refusedLogon(text: string, facts: EndFacts): KalshiError {
  const found = refusals.find(({ of }) => of(text, facts));
  const advice = found?.advice(facts) ?? "";
  const message = `The Logon to ${facts.where} was refused: ${sentence(text)}${advice && ` ${advice}`}`;
  const context = {
    outcome: "rejected",
    details: { Text: text, SessionRejectReason: facts.rejectReason },
  } as const;
  return found?.isKey
    ? new KalshiAuthRejectedError(message, context)
    : new KalshiFixLogonError(message, context);
}

const sentence = (text: string): string => /[.!?]$/.test(text) ? text : `${text}.`;

/** The error of a connection that ended. */
export function endError(end: FixEnd, facts: EndFacts): KalshiError {
  const { where, loggedOn, retransmission } = facts;
  if (saysTooLow(end)) {
    return new KalshiFixSequenceError(
      `The sequence numbers with ${where} do not fit: ${
        sentence(end.text)
      } The \`store\` is not that of the last ` +
        "session, or was lost. Connect with that store; or begin both numbers anew with `onSequenceMismatch: " +
        '"reset"\`, and ask the drop copy or REST what you missed: what Kalshi kept is then not sent again.',
      { outcome: "rejected" },
    );
  }
  if (end.kind === "gap" && retransmission) {
    return new KalshiFixSequenceError(
      `${where} does not send again what is missing: ${
        sentence(end.text)
      } Kalshi keeps messages for 24 hours, up to 72 ` +
        "with MessageRetentionPeriod. Ask the drop copy or REST what you missed, and begin both numbers anew with " +
        '`onSequenceMismatch: "reset"`.',
      { outcome: "unknown" },
    );
  }
  if (end.kind === "store") {
    return new KalshiFixStoreError(end.text, { outcome: loggedOn ? "unknown" : "not-sent" });
  }
  if (end.kind === "refused") return refusedLogon(end.text, facts);
  if (end.kind === "silent") {
    return new KalshiTimeoutError(
      loggedOn
        ? `${where} fell silent: ${sentence(end.text)}`
        : `${where} did not answer the Logon in time: ${
          sentence(end.text)
        } Check that host and port are those of the session.`,
      { outcome: loggedOn ? "unknown" : "not-sent" },
    );
  }
  if (loggedOn) {
    return new KalshiConnectionError(`The connection with ${where} ended: ${sentence(end.text)}`, {
      outcome: "unknown",
    });
  }
  const number = retransmission
    ? " Where numbers go on, this is also what happens to a Logon whose number is too low: check that `store` is that of " +
      "the last session."
    : "";
  return new KalshiConnectionError(
    `${where} closed the connection before it answered the Logon: ${
      sentence(end.text)
    } Check the key and that host and ` +
      `port are those of the session.${number}`,
  );
}

/** The error of a connection that did not come up. */
export function unreachable(cause: unknown, where: string, duringMaintenance: boolean): KalshiError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const reason = cause instanceof KalshiConnectionError ? cause.reason : undefined;
  const when = duringMaintenance ? " It is Kalshi's weekly maintenance (Thursday, 03:00 to 05:00 ET)." : "";
  const said = sentence(text.replace(/^Cannot connect to [^ ]+: /, ""));
  return new KalshiConnectionError(
    `Cannot connect to ${where}: ${said} ${adviceOn(reason, text)}${when}`,
    { cause, reason },
  );
}

function adviceOn(reason: ConnectFailure | undefined, text: string): string {
  if (reason === "pin") return "Ask the operator whether the new key is the server's, before you trust it.";
  // Workers tell no reason, and in few words.
  if (reason?.startsWith("certificate") || reason === undefined && /certificate/i.test(text)) {
    return "The server's certificate was refused: check the host, and give your own authority's certificate as `ca` of the " +
      "FixConfig where you go through a gateway of your own.";
  }
  if (reason === "dns" || reason === undefined && /dns/i.test(text)) {
    return "The host's name is not known: check `host`, and this machine's DNS.";
  }
  if (reason === "refused" || reason === undefined && /refused/i.test(text)) {
    return "Nothing takes connections there: check `host` and `port`, and whether a firewall lets this port out.";
  }
  return "Check `host` and `port`, and whether a firewall lets this port out.";
}
