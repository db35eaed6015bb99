/** Kalshi's tag `order-groups`, of perps. */
import * as operations from "../../../../contract/perps/operations.ts";
import { groupRoutes } from "../order_groups.ts";

export const marginGroupRoutes = groupRoutes({
  list: operations.GetMarginOrderGroups,
  create: operations.CreateMarginOrderGroup,
  read: operations.GetMarginOrderGroup,
  remove: operations.DeleteMarginOrderGroup,
  setLimit: operations.UpdateMarginOrderGroupLimit,
  reset: operations.ResetMarginOrderGroup,
  trigger: operations.TriggerMarginOrderGroup,
});
