/** What a session asked for in its Logon. */
import type { Logon } from "../../../contract/fix/messages.ts";

/** What a session asked for in its Logon, with what holds where it did not ask. */
export interface Preferences {
  /** Prices are dollars with four decimals, not cents: UseDollars(21005). */
  readonly dollars: boolean;
  /** No reports that say that something is under way: SkipPendingExecReports(21011). */
  readonly skipsPending: boolean;
  /** An order whose time is over is expired, not canceled: UseExpiredOrdStatus(21012). */
  readonly saysExpired: boolean;
  /** The cancel of what a partly filled IOC did not get is reported: EnableIocCancelReport(21007). */
  readonly reportsIocCancel: boolean;
  /** OrderQty stays what was asked for: PreserveOriginalOrderQty(21008). */
  readonly keepsOrderQty: boolean;
  /** New is reported before a Trade: AlwaysEmitNewBeforeTrade(21026). */
  readonly newBeforeTrade: boolean;
  /** SplitCollateralReturn(21027). */
  readonly splitsCollateral: boolean;
  /** CancelOrdersOnDisconnect(8013). */
  readonly cancelsOnDisconnect: boolean;
  /** ListenerSession(20126). */
  readonly listens: boolean;
  /** ReceiveSettlementReports(20127). */
  readonly settlements: boolean;
  /** MessageRetentionPeriod(20200), in hours. */
  readonly retentionHours: number;
}

/** Tag of SkipPendingExecReports in the old dictionary. */
const OLD_SKIP_PENDING = 21003;

/** Reads a Logon. */
export function preferencesOf(
  logon: Omit<Logon, "MsgType">,
  { alwaysDollars }: { readonly alwaysDollars: boolean },
  settlementsByDefault: boolean,
): Preferences {
  const old = logon.extra?.some(([tag, value]) => tag === OLD_SKIP_PENDING && value === "Y") ?? false;
  return {
    dollars: logon.UseDollars ?? alwaysDollars,
    skipsPending: logon.SkipPendingExecReports ?? old,
    saysExpired: logon.UseExpiredOrdStatus ?? false,
    reportsIocCancel: logon.EnableIocCancelReport ?? false,
    keepsOrderQty: logon.PreserveOriginalOrderQty ?? false,
    newBeforeTrade: logon.AlwaysEmitNewBeforeTrade ?? false,
    splitsCollateral: logon.SplitCollateralReturn ?? false,
    cancelsOnDisconnect: logon.CancelOrdersOnDisconnect ?? false,
    listens: logon.ListenerSession ?? false,
    settlements: logon.ReceiveSettlementReports ?? settlementsByDefault,
    retentionHours: logon.MessageRetentionPeriod ?? DEFAULT_RETENTION_HOURS,
  };
}

/** How long messages are kept unless told. */
const DEFAULT_RETENTION_HOURS = 24;

/** The longest that they can be kept. */
export const MOST_RETENTION_HOURS = 72;
