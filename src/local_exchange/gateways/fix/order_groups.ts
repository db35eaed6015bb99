/** OrderGroupRequest(UOG). */
import { UUID } from "../../../base/plain.ts";
import type { ReceivedMessage } from "../../../contract/fix/codec.ts";
import { BusinessRejectReason, OrderGroupAction, SessionRejectReason } from "../../../contract/fix/codes.ts";
import type { OrderGroupRequest } from "../../../contract/fix/messages.ts";
import type { OrderGroup, Wallet } from "../../engine/model.ts";
import { COUNT_ONE } from "../../units.ts";
import { assertMayWrite, assertSubaccount, charge, walletOf } from "./orders.ts";
import { BusinessRefusal, FieldRefusal, OrderRefusal } from "./refusals.ts";
import type { ServerSession } from "./server_session.ts";

const MOST_GROUPS = 100_000;
const MOST_CONTRACTS = 1_000_000;

function walletFor(session: ServerSession, { AllocAccount, ExDestination = 0 }: OrderGroupRequest): Wallet {
  try {
    return walletOf(session, AllocAccount, Math.max(0, ExDestination));
  } catch (error) {
    throw error instanceof OrderRefusal
      ? new BusinessRefusal(BusinessRejectReason.Other, error.message)
      : error;
  }
}

function limitOf({ OrderGroupContractsLimit: limit }: OrderGroupRequest): number {
  if (limit === undefined) {
    throw new FieldRefusal(
      20_132,
      "OrderGroupContractsLimit is missing",
      SessionRejectReason.RequiredTagMissing,
    );
  }
  if (!(limit >= 1 && limit <= MOST_CONTRACTS)) {
    throw new FieldRefusal(20_132, `OrderGroupContractsLimit is not from 1 to ${MOST_CONTRACTS}`);
  }
  return limit * COUNT_ONE;
}

function groupOf(session: ServerSession, asked: OrderGroupRequest): OrderGroup {
  const { OrderGroupID, AllocAccount, ExDestination = -1 } = asked;
  if (OrderGroupID === undefined) {
    throw new FieldRefusal(20_130, "OrderGroupID is missing", SessionRejectReason.RequiredTagMissing);
  }
  if (!UUID.test(OrderGroupID)) throw new FieldRefusal(20_130, "OrderGroupID is no UUID");
  const { account, key } = session;
  const group = account.groups.get(OrderGroupID);
  const subaccount = key.subaccount ?? AllocAccount ?? 0;
  if (
    group === undefined || group.wallet.subaccount !== subaccount ||
    (ExDestination >= 0 && ExDestination !== group.wallet.shard)
  ) throw new BusinessRefusal(BusinessRejectReason.UnknownID, "ORDER_GROUP_NOT_FOUND", OrderGroupID);
  return group;
}

/** Makes, changes, triggers, resets or deletes a group. */
export function orderGroup(session: ServerSession, message: ReceivedMessage): void {
  const asked = message as OrderGroupRequest & ReceivedMessage;
  assertMayWrite(session);
  assertSubaccount(asked.AllocAccount);
  charge(session, asked);
  const { account, floor: { engine: { groups } }, product } = session;
  const action = asked.OrderGroupAction;
  const respond = ({ id, limit }: OrderGroup) => {
    const saysLimit = action === OrderGroupAction.Create || action === OrderGroupAction.Update;
    session.send({
      MsgType: "UOH",
      OrderGroupID: id,
      ...(product.repeatsGroup && {
        OrderGroupContractsLimit: saysLimit ? limit / COUNT_ONE : undefined,
        AllocAccount: asked.AllocAccount,
      }),
    });
  };
  if (action === OrderGroupAction.Create) {
    const limit = limitOf(asked);
    const wallet = walletFor(session, asked);
    if (account.groups.size >= MOST_GROUPS) {
      throw new BusinessRefusal(BusinessRejectReason.Other, "TOO_MANY_ORDER_GROUPS");
    }
    return respond(groups.create(wallet, limit));
  }
  const limit = action === OrderGroupAction.Update ? limitOf(asked) : 0;
  const group = groupOf(session, asked);
  if (action === OrderGroupAction.Reset) groups.reset(group);
  else if (action === OrderGroupAction.Delete) groups.delete(group);
  else if (action === OrderGroupAction.Trigger) groups.trigger(group);
  else groups.setLimit(group, limit);
  respond(group);
}
