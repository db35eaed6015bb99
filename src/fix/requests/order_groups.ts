/** Order groups: https://docs.kalshi.com/fix/order-groups */
import type { OrderGroupRequest, OrderGroupResponse } from "../../contract/fix/messages.ts";
import type { Received } from "../session_types.ts";
import type { RequestKind } from "./kind.ts";

/** What every OrderGroupRequest(35=UOG) may say. */
export interface OrderGroupPlace {
  /** AllocAccount(79): the subaccount, 0 to 63. Event contracts alone. */
  readonly AllocAccount?: number | undefined;
  /** ExDestination(100): the exchange index. Event contracts alone. */
  readonly ExDestination?: number | undefined;
}

/** What an OrderGroupRequest(35=UOG) takes, by its action. */
export type OrderGroupFields =
  /** Create a group. */
  | OrderGroupPlace & {
    readonly OrderGroupAction: 1;
    /** OrderGroupContractsLimit(20132): contracts that may fill within 15 seconds before the group triggers. */
    readonly OrderGroupContractsLimit: number;
  }
  /** 2: let it trade again. 3: delete it and cancel its orders. 4: trigger it, which cancels its orders. */
  | OrderGroupPlace & {
    readonly OrderGroupAction: 2 | 3 | 4;
    /** OrderGroupID(20130). */
    readonly OrderGroupID: string;
  }
  /** Change its limit. */
  | OrderGroupPlace & {
    readonly OrderGroupAction: 5;
    /** OrderGroupID(20130). */
    readonly OrderGroupID: string;
    /** OrderGroupContractsLimit(20132): the new limit. */
    readonly OrderGroupContractsLimit: number;
  };

const CREATE = "a new group";

/** A group is answered under its id; the answer to a create has an id that nobody knew before. */
export const orderGroupRequest: RequestKind<OrderGroupRequest, Received<OrderGroupResponse>> = {
  name: "orderGroupRequest",
  id: ({ OrderGroupID }) => OrderGroupID ?? CREATE,
  answers: { UOH: (answer) => [(answer as OrderGroupResponse).OrderGroupID, CREATE] },
  reader: () => (answer) => answer as Received<OrderGroupResponse>,
  sameId: "in-order",
};
