/** What the options of a session may be, and what they are where they are left out. */
import {
  callable,
  clock,
  flag,
  having,
  list,
  milliseconds,
  needed,
  positiveMs,
  type Read,
  rule,
  type Rules,
  whole,
  withPreset,
} from "../base/options.ts";
import type { FixDictionary } from "../contract/fix_dictionary.ts";
import { MOST_FRAME_BYTES } from "./framer.ts";
import type { FixRole, FixSessionOptions } from "./session_types.ts";
import type { FixStore } from "./store.ts";

const isId = (value: unknown): boolean =>
  typeof value === "string" && value !== "" && !value.includes("\x01");
const id = () => rule<string>("text without SOH (0x01)", isId);
const ids = () => list<string>("a list of such texts", isId);

function isRole(value: unknown): boolean {
  const { side, logon, accept } = (value ?? {}) as {
    readonly [name in "side" | "logon" | "accept"]?: unknown;
  };
  return side === "initiator" && typeof logon === "function" ||
    side === "acceptor" && typeof accept === "function";
}

function isDictionary(value: unknown): boolean {
  const { fields, messages, header, trailer } = (value ?? {}) as Partial<FixDictionary>;
  return typeof fields === "object" && typeof messages === "object" && Array.isArray(header) &&
    Array.isArray(trailer);
}

/** What the options of a session may be. */
export const sessionRules = {
  role: needed(rule<FixRole>('{ side: "initiator", logon } or { side: "acceptor", accept }', isRole)),
  SenderCompID: needed(id()),
  TargetCompID: needed(id()),
  alsoTargetCompID: ids(),
  alsoSenderCompID: ids(),
  beginString: withPreset(
    rule<string>(
      "a version such as FIXT.1.1",
      (value) => typeof value === "string" && /^FIX[A-Z0-9.]{1,15}$/.test(value),
    ),
    "FIXT.1.1",
  ),
  store: needed(having<FixStore>("a store", "open", "append", "setOutgoing", "setIncoming", "sent", "reset")),
  clock: clock(),
  retransmission: needed(flag()),
  resetOnLogon: rule<boolean | (() => boolean)>(
    "true, false or a function that tells",
    (value) => typeof value === "boolean" || typeof value === "function",
  ),
  strict: rule<FixDictionary>("a FixDictionary", isDictionary),
  sendingTimeToleranceMs: withPreset(milliseconds(0), 30_000),
  logonTimeoutMs: withPreset(positiveMs(), 10_000),
  logoutTimeoutMs: withPreset(milliseconds(0), 2_000),
  resendChunk: withPreset(whole(0), 0),
  resendTimeoutMs: withPreset(positiveMs(), 10_000),
  resendAttempts: withPreset(whole(1), 3),
  mostHeld: withPreset(whole(0), 10_000),
  maxFrameBytes: withPreset(whole(64), MOST_FRAME_BYTES),
  sendAgain: callable(),
  refuseResend: callable(),
  worded: callable(),
  onMessage: needed(callable<FixSessionOptions["onMessage"]>()),
  onEvent: callable(),
  onFrame: callable(),
} satisfies Rules<FixSessionOptions>;

/** The options of a session, checked. */
export type SessionSettings = Read<FixSessionOptions, typeof sessionRules>;
