/** Orders: new, cancel, replace, and all of them at once. */
import type { ReceivedMessage } from "../../contract/fix/codec.ts";
import { ExecType, MassCancelResponse } from "../../contract/fix/codes.ts";
import type {
  ExecutionReport,
  NewOrderSingle,
  OrderCancelReject,
  OrderCancelReplaceRequest,
  OrderCancelRequest,
  OrderMassCancelReport,
  OrderMassCancelRequest,
} from "../../contract/fix/messages.ts";
import { isPending } from "../order.ts";
import { cancelReject, orderReject, requestReject } from "../rejects.ts";
import type { Received } from "../session_types.ts";
import type { ReadAnswer, RequestKind } from "./kind.ts";

type Report = Received<ExecutionReport>;

/** Reports and rejects alike name the request by its ClOrdID(11). */
const clOrdID = (answer: ReceivedMessage): string | undefined =>
  (answer as { readonly ClOrdID?: string }).ClOrdID;

/** A new order: answered by the first report that tells what became of it. */
export const newOrderSingle: RequestKind<NewOrderSingle, Report> = {
  name: "newOrderSingle",
  id: ({ ClOrdID }) => ClOrdID,
  answers: { "8": clOrdID },
  reader: () => (answer, product) => {
    const report = answer as Report;
    if (isPending(report)) return undefined;
    return report.ExecType === ExecType.Rejected ? orderReject(report, "newOrderSingle", product) : report;
  },
  sameId: "refuse",
};

/** What a cancel or a replace comes to: the report of one of these ExecTypes, or an OrderCancelReject(9). */
const change = (name: string, ...execTypes: readonly string[]): ReadAnswer<Report> => (answer, product) => {
  if (answer.MsgType === "9") return cancelReject(answer as Received<OrderCancelReject>, name, product);
  const report = answer as Report;
  if (report.ExecType === ExecType.Rejected) return orderReject(report, name, product);
  return execTypes.includes(report.ExecType) ? report : undefined;
};

/** A cancel: Canceled, or Expired where that was first. */
export const orderCancelRequest: RequestKind<OrderCancelRequest, Report> = {
  name: "orderCancelRequest",
  id: ({ ClOrdID }) => ClOrdID,
  answers: { "8": clOrdID, "9": clOrdID },
  reader: () => change("orderCancelRequest", "4", "C"),
  sameId: "refuse",
};

/** A replace: Replaced; Canceled where the new total is what has filled already. */
export const orderCancelReplaceRequest: RequestKind<OrderCancelReplaceRequest, Report> = {
  name: "orderCancelReplaceRequest",
  id: ({ ClOrdID }) => ClOrdID,
  answers: { "8": clOrdID, "9": clOrdID },
  reader: () => change("orderCancelReplaceRequest", "5", "4", "C"),
  sameId: "refuse",
};

/** A mass cancel: its own report comes before those of the orders. */
export const orderMassCancelRequest: RequestKind<OrderMassCancelRequest, Received<OrderMassCancelReport>> = {
  name: "orderMassCancelRequest",
  id: ({ ClOrdID }) => ClOrdID,
  answers: { r: clOrdID },
  reader: () => (answer) => {
    const report = answer as Received<OrderMassCancelReport>;
    if (report.MassCancelResponse !== MassCancelResponse.Rejected) return report;
    const { MassCancelRejectReason: reason, ClOrdID } = report;
    const text = reason === undefined ? undefined : `MassCancelRejectReason ${reason}`;
    return requestReject(report, "orderMassCancelRequest", text, [ClOrdID]);
  },
  sameId: "refuse",
};
