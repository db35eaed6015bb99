/** What the options of a FIX session's configuration may be. */
import * as v from "valibot";
import type { Rule } from "../base/options.ts";
import { isPlain, readOwn } from "../base/plain.ts";
import { flag, milliseconds, oneOf, text, whole } from "../config/schemas.ts";
import { fixRetentionHours } from "../contract/fix/sessions.ts";
import { trustRules } from "../runtime/tls_trust.ts";
import { FIX_DEFAULTS } from "./config_options.ts";
import type { LogonOptions } from "./logon.ts";

/** A list as a rule of connections takes it, frozen. */
function texts({ takes, test }: Rule<readonly string[]>) {
  return v.pipe(
    v.unknown(),
    v.transform((given) => Array.isArray(given) ? Object.freeze([...given]) : given),
    v.custom<readonly string[]>(test, takes),
  );
}

// Built where they are used, as all schemas are.
const logonEntries = () =>
  ({
    CancelOrdersOnDisconnect: v.optional(flag()),
    ListenerSession: v.optional(flag()),
    ReceiveSettlementReports: v.optional(flag()),
    MessageRetentionPeriod: v.optional(whole(1, fixRetentionHours, "whole hours")),
    UseDollars: v.optional(flag()),
    SkipPendingExecReports: v.optional(flag()),
    UseExpiredOrdStatus: v.optional(flag()),
    EnableIocCancelReport: v.optional(flag()),
    PreserveOriginalOrderQty: v.optional(flag()),
    AlwaysEmitNewBeforeTrade: v.optional(flag()),
    SplitCollateralReturn: v.optional(flag()),
    UseCapReservation: v.optional(flag()),
  }) satisfies Readonly<Record<keyof LogonOptions, unknown>>;

/** What a Logon can ask for, in any product. */
export const logonNames = (): readonly string[] => Object.keys(logonEntries());

function logonOptions() {
  const takes = "{ CancelOrdersOnDisconnect, UseDollars, … }";
  return v.pipe(
    v.unknown(),
    v.check((given) => isPlain(given), takes),
    v.strictObject(logonEntries(), takes),
    v.transform((given): LogonOptions => {
      const own: Partial<Record<string, unknown>> = readOwn(given);
      for (const name of Object.keys(own)) if (own[name] === undefined) delete own[name];
      return Object.freeze(own);
    }),
  );
}

const SESSIONS = [
  "order-entry",
  "order-entry-rt",
  "drop-copy",
  "post-trade",
  "rfq",
  "market-data",
] as const;

/** The schemas, by the names of the options. */
export const fixEntries = () => ({
  product: oneOf("event", "margin"),
  session: oneOf(...SESSIONS),
  environment: v.optional(oneOf("production", "demo")),
  host: v.optional(text()),
  port: v.optional(whole(1, 65_535, "a port")),
  targetCompId: v.optional(
    v.pipe(text(), v.regex(/^[!-~]{1,64}$/, "1 to 64 printable ASCII characters without a space")),
  ),
  tls: v.optional(flag(), FIX_DEFAULTS.tls),
  ca: v.optional(texts(trustRules.ca)),
  pins: v.optional(texts(trustRules.pins)),
  heartbeatSeconds: v.optional(whole(1, 300, "whole seconds"), FIX_DEFAULTS.heartbeatSeconds),
  connectTimeoutMs: v.optional(milliseconds(1), FIX_DEFAULTS.connectTimeoutMs),
  logonTimeoutMs: v.optional(milliseconds(1), FIX_DEFAULTS.logonTimeoutMs),
  logoutTimeoutMs: v.optional(milliseconds(1), FIX_DEFAULTS.logoutTimeoutMs),
  requestTimeoutMs: v.optional(milliseconds(1), FIX_DEFAULTS.requestTimeoutMs),
  maxRetries: v.optional(whole(0), FIX_DEFAULTS.maxRetries),
  retryBaseDelayMs: v.optional(milliseconds(0), FIX_DEFAULTS.retryBaseDelayMs),
  retryMaxDelayMs: v.optional(milliseconds(0), FIX_DEFAULTS.retryMaxDelayMs),
  alreadyOnlineMs: v.optional(milliseconds(0), FIX_DEFAULTS.alreadyOnlineMs),
  onSequenceMismatch: v.optional(oneOf("fail", "reset"), FIX_DEFAULTS.onSequenceMismatch),
  resendOrders: v.optional(flag(), FIX_DEFAULTS.resendOrders),
  resendChunk: v.optional(whole(0), FIX_DEFAULTS.resendChunk),
  // The least that FIX engines are made to take; no runtime makes a text of more.
  maxFrameBytes: v.optional(whole(4096, 2 ** 29 - 1, "a whole number of bytes"), FIX_DEFAULTS.maxFrameBytes),
  logon: v.optional(logonOptions(), FIX_DEFAULTS.logon),
  allowUnknownHost: v.optional(flag()),
});

/** What the schemas make of the options. */
export type FixConfigOutput = v.InferOutput<v.StrictObjectSchema<ReturnType<typeof fixEntries>, string>>;
/** The options as their schemas take them. */
export type FixConfigInput = v.InferInput<v.StrictObjectSchema<ReturnType<typeof fixEntries>, string>>;
