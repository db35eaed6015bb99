/** OrderGroupRequest(UOG). */
import type { ReceivedMessage } from "../../../contract/fix/codec.ts";
import type { OrderGroupRequest } from "../../../contract/fix/messages.ts";
import type { OrderGroup, Wallet } from "../../engine/model.ts";
import { COUNT_ONE } from "../../units.ts";
import { assertMayWrite, assertSubaccount, charge, walletOf } from "./orders.ts";
import { BusinessRefusal, FieldRefusal, OrderRefusal } from "./refusals.ts";
import type { ServerSession } from "./server_session.ts";

const MOST_GROUPS = 100_000;
const MOST_CONTRACTS = 1_000_000;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** OrderGroupAction(20131). */
const actions = { create: 1, reset: 2, remove: 3, trigger: 4, update: 5 } as const;

function walletFor(session: ServerSession, { AllocAccount, ExDestination = 0 }: OrderGroupRequest): Wallet {
  try {
    return walletOf(session, AllocAccount, Math.max(0, ExDestination));
  } catch (error) {
    throw error instanceof OrderRefusal ? new BusinessRefusal(0, error.message) : error;
  }
}

function limitOf({ OrderGroupContractsLimit: limit }: OrderGroupRequest): number {
  if (limit === undefined) throw new FieldRefusal(20_132, "OrderGroupContractsLimit is missing", 1);
  if (!(limit >= 1 && limit <= MOST_CONTRACTS)) {
    throw new FieldRefusal(20_132, `OrderGroupContractsLimit is not from 1 to ${MOST_CONTRACTS}`);
  }
  return limit * COUNT_ONE;
}

function groupOf(session: ServerSession, asked: OrderGroupRequest): OrderGroup {
  const { OrderGroupID, AllocAccount, ExDestination = -1 } = asked;
  if (OrderGroupID === undefined) throw new FieldRefusal(20_130, "OrderGroupID is missing", 1);
  if (!uuid.test(OrderGroupID)) throw new FieldRefusal(20_130, "OrderGroupID is no UUID");
  const { account, key } = session;
  const group = account.groups.get(OrderGroupID);
  const subaccount = key.subaccount ?? AllocAccount ?? 0;
  if (
    group === undefined || group.wallet.subaccount !== subaccount ||
    (ExDestination >= 0 && ExDestination !== group.wallet.shard)
  ) throw new BusinessRefusal(1, "ORDER_GROUP_NOT_FOUND", OrderGroupID);
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
    const saysLimit = action === actions.create || action === actions.update;
    session.send({
      MsgType: "UOH",
      OrderGroupID: id,
      ...(product.repeatsGroup && {
        OrderGroupContractsLimit: saysLimit ? limit / COUNT_ONE : undefined,
        AllocAccount: asked.AllocAccount,
      }),
    });
  };
  if (action === actions.create) {
    const limit = limitOf(asked);
    const wallet = walletFor(session, asked);
    if (account.groups.size >= MOST_GROUPS) throw new BusinessRefusal(0, "TOO_MANY_ORDER_GROUPS");
    return respond(groups.create(wallet, limit));
  }
  const limit = action === actions.update ? limitOf(asked) : 0;
  const group = groupOf(session, asked);
  if (action === actions.reset) groups.reset(group);
  else if (action === actions.remove) groups.delete(group);
  else if (action === actions.trigger) groups.trigger(group);
  else groups.setLimit(group, limit);
  respond(group);
}
