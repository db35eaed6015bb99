/** Refusals of Kalshi's gateways as errors. */
import type { KalshiErrorContext } from "../base/errors.ts";
import * as codes from "../contract/fix/codes.ts";
import type {
  BusinessMessageReject,
  ExecutionReport,
  OrderCancelReject,
  Reject,
} from "../contract/fix/messages.ts";
import type { FixProduct } from "../contract/fix/sessions.ts";
import {
  KalshiFixBusinessRejectError,
  KalshiFixCancelRejectError,
  KalshiFixOrderRejectError,
  KalshiFixRequestRejectError,
  KalshiFixSessionRejectError,
} from "./errors.ts";
import { isUncertain } from "./order.ts";
import { orderReason, rejectAdvice } from "./reject_advice.ts";
import type { Received } from "./session_types.ts";

/** The fields of a message, without its header and what is not there. */
function fieldsOf(message: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(message).filter(([name, value]) => value !== undefined && name !== "header"),
  );
}

/** One refusal says that nobody knows; every other that it had no effect. */
function context(
  text: string | undefined,
  message: object,
  clientIds: readonly string[],
): KalshiErrorContext {
  return {
    outcome: isUncertain(text) ? "unknown" : "rejected",
    details: fieldsOf(message),
    clientIds,
  };
}

function sentence(start: string, text: string | undefined, advice: string): string {
  return `${start}: ${text || "no reason given"}.${advice && ` ${advice}`}`;
}

/** Whether a refusal says that the rate budget is used up. The pages of perps have no reason of their own for it. */
export const isThrottle = ({ BusinessRejectReason, Text }: BusinessMessageReject): boolean =>
  BusinessRejectReason === codes.BusinessRejectReason.RateLimitExceeded ||
  BusinessRejectReason === codes.BusinessRejectReason.Other && /rate limit/i.test(Text ?? "");

/** The error of a Reject(3). */
export function sessionReject(
  reject: Received<Reject>,
  name: string,
  product: FixProduct,
  clientIds: readonly string[] = [],
): KalshiFixSessionRejectError {
  const { Text, RefTagID, SessionRejectReason, RefSeqNum } = reject;
  const tag = RefTagID === undefined ? "" : ` (tag ${RefTagID})`;
  return new KalshiFixSessionRejectError(
    sentence(
      `${name} was rejected as malformed${tag}`,
      Text,
      rejectAdvice(Text, product, { session: SessionRejectReason }),
    ),
    context(Text, reject, clientIds),
    { text: Text, MsgSeqNum: RefSeqNum },
  );
}

/** The error of a BusinessMessageReject(j). */
export function businessReject(
  reject: Received<BusinessMessageReject>,
  name: string,
  product: FixProduct,
  clientIds: readonly string[] = [],
): KalshiFixBusinessRejectError {
  const { Text, BusinessRejectReason, RefSeqNum } = reject;
  const business = isThrottle(reject) ? 8 : BusinessRejectReason;
  return new KalshiFixBusinessRejectError(
    sentence(`${name} was refused`, Text, rejectAdvice(Text, product, { business })),
    context(Text, reject, clientIds),
    { text: Text, MsgSeqNum: RefSeqNum },
  );
}

/** The error of an ExecutionReport(8) with ExecType Rejected. */
export function orderReject(
  report: Received<ExecutionReport>,
  name: string,
  product: FixProduct,
): KalshiFixOrderRejectError {
  const { Text, ClOrdID, OrdRejReason: order } = report;
  return new KalshiFixOrderRejectError(
    sentence(
      `${name}: the order was rejected`,
      Text || orderReason(product, order),
      rejectAdvice(Text, product, { order }),
    ),
    context(Text, report, [ClOrdID]),
    { text: Text },
  );
}

/** The error of an OrderCancelReject(9). */
export function cancelReject(
  reject: Received<OrderCancelReject>,
  name: string,
  product: FixProduct,
): KalshiFixCancelRejectError {
  const { Text, ClOrdID, CxlRejReason: cancel } = reject;
  return new KalshiFixCancelRejectError(
    sentence(`${name} was rejected`, Text, rejectAdvice(Text, product, { cancel })),
    context(Text, reject, [ClOrdID]),
    { text: Text },
  );
}

/** The error of a request that was refused by a message of its own: about quotes, or what every product words alike. */
export function requestReject(
  message: object,
  name: string,
  text: string | undefined,
  clientIds: readonly string[] = [],
): KalshiFixRequestRejectError {
  return new KalshiFixRequestRejectError(
    sentence(`${name} was refused`, text, rejectAdvice(text, "event")),
    context(text, message, clientIds),
    { text },
  );
}
