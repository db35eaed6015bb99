/** The FIX of perps. */
import { BusinessRejectReason, CxlRejReason, OrdRejReason } from "../../../../contract/fix/codes.ts";
import {
  AmendMarginOrder,
  CancelAllMarginOrders,
  CancelMarginOrder,
  CreateMarginOrder,
  CreateMarginOrderGroup,
  DeleteMarginOrderGroup,
  ResetMarginOrderGroup,
  TriggerMarginOrderGroup,
  UpdateMarginOrderGroupLimit,
} from "../../../../contract/perps/operations.ts";
import { fixHeartbeat } from "../../../../contract/fix/sessions.ts";
import { COUNT_ONE, parseCount } from "../../../units.ts";
import { marginDictionary } from "../dictionary.ts";
import type { AnyOperation, Product } from "../product.ts";
import { businessDate } from "../units.ts";

/** A day of clearing ends at 16:00 in New York, so long before midnight. */
const DAY_ENDS_EARLY_MS = 8 * 3_600_000;

/** One of perps. */
export const marginProduct: Product = {
  name: "margin",
  dictionary: marginDictionary,
  heartbeat: { least: fixHeartbeat.least.margin, usual: fixHeartbeat.usual },
  alwaysDollars: true,
  readCount(text) {
    const count = parseCount(text);
    return count === undefined || count % COUNT_ONE === 0 ? count : undefined;
  },
  operations: {
    D: CreateMarginOrder,
    F: CancelMarginOrder,
    G: AmendMarginOrder,
    q: CancelAllMarginOrders,
  } as Readonly<Record<string, unknown>> as Readonly<Record<string, AnyOperation>>,
  groupOperations: [
    undefined,
    CreateMarginOrderGroup,
    ResetMarginOrderGroup,
    DeleteMarginOrderGroup,
    TriggerMarginOrderGroup,
    UpdateMarginOrderGroupLimit,
  ] as readonly unknown[] as readonly (AnyOperation | undefined)[],
  passedOver: ["ExDestination"],
  businessReasons: [
    BusinessRejectReason.Other,
    BusinessRejectReason.UnknownID,
    BusinessRejectReason.UnknownSecurity,
    BusinessRejectReason.UnsupportedMessageType,
    BusinessRejectReason.ApplicationNotAvailable,
    BusinessRejectReason.ConditionallyRequiredFieldMissing,
  ],
  cancelReasons: [CxlRejReason.TooLateToCancel, CxlRejReason.UnknownOrder, CxlRejReason.Other],
  staleReason: OrdRejReason.StaleOrder5,
  timesPending: true,
  repeatsGroup: false,
  valueOf: ({ takerCost, makerCost }) => takerCost + makerCost,
  tradeFields: ({ trade }) => ({ ClearingBusinessDate: businessDate(trade.at + DAY_ENDS_EARLY_MS) }),
  floorOf({ margin, perpsLimits: limits }) {
    return margin && {
      engine: margin.engine,
      limits,
      watch: (watcher) => margin.engine.watch(watcher),
      marketOf: (symbol) => margin.find(symbol)?.market,
      accountOf({ account: { id } }) {
        const account = margin.account(id);
        return account !== undefined && margin.isEnabled(account) ? account : undefined;
      },
      // Nobody's customers trade perps here.
      customersOf: () => undefined,
    };
  },
};
