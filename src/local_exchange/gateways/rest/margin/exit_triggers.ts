/** Kalshi's tag `exit-triggers`, of perps: of a position that shares its subaccount's cash, and of one that is isolated. */
import {
  DeleteCrossMarginExitTrigger,
  DeleteCrossMarginExitTriggerById,
  DeleteIsolatedMarginExitTrigger,
  GetCrossMarginExitTriggers,
  GetIsolatedMarginExitTriggers,
  SetCrossMarginExitTrigger,
  SetIsolatedMarginExitTrigger,
  UpdateCrossMarginExitTrigger,
} from "../../../../contract/perps/operations.ts";
import type {
  ExitTrigger as ExitTriggerPayload,
  GetExitTriggersResponse,
} from "../../../../contract/perps/types.ts";
import { ApiError } from "../../../api_error.ts";
import type { Wallet } from "../../../engine/model.ts";
import type { MarginMarketInfo } from "../../../margin/model.ts";
import type { ExitTrigger, TriggerRefusal, TriggerWish } from "../../../margin/trigger_model.ts";
import { triggerPayload } from "../../../wire/margin/triggers.ts";
import { accountOf, choice, Fields, keyOf, subaccountParam, walletFor } from "../read.ts";
import { type Call, route } from "../route.ts";
import { marginOf, marketOf } from "./side.ts";

const kinds = ["bracket", "trailing"] as const;

/** The position that a call is about. */
interface Place {
  readonly wallet: Wallet;
  readonly info: MarginMarketInfo;
}

type Placing = (call: Call) => Place;

/** Where somebody only looks, which makes no pocket for a position that there never was. */
type Looking = (call: Call) => Pick<Place, "info"> & { readonly wallet: Wallet | undefined };

const cross: Placing = (call) => ({
  info: marketOf(call, call.path.ticker),
  wallet: walletFor(keyOf(call), subaccountParam(call), 0),
});

const isolated: Placing = (call) => {
  const info = marketOf(call, call.path.ticker);
  return { info, wallet: marginOf(call).isolated.walletOf(accountOf(call), info) };
};

const lookIsolated: Looking = (call) => {
  const info = marketOf(call, call.path.ticker);
  return { info, wallet: marginOf(call).isolated.findWallet(accountOf(call), info) };
};

/** Reads what a trigger is to be. */
function wishOf(fields: Fields): TriggerWish {
  return {
    kind: fields.has("kind") ? fields.choice("kind", kinds) : "bracket",
    stopLoss: fields.price("stop_loss_price"),
    takeProfit: fields.price("take_profit_price"),
    trailAmount: fields.price("trail_amount"),
    trailBps: fields.integer("trail_bps"),
    count: fields.count("count"),
    anchorOrderId: fields.text("anchor_order_id"),
    clientTriggerId: fields.text("client_trigger_id"),
  };
}

/** The payload of a trigger that was set; throws where it was not. */
function answer(made: ExitTrigger | TriggerRefusal): ExitTriggerPayload {
  if ("refused" in made) throw new ApiError(made.refused, made.details);
  return triggerPayload(made);
}

const list = (place: Looking) => (call: Call): GetExitTriggersResponse => {
  const { wallet, info } = place(call);
  if (wallet === undefined) return { exit_triggers: [] };
  return {
    exit_triggers: marginOf(call).triggers.list(wallet, info, choice(call, "kind", kinds)).map(
      triggerPayload,
    ),
  };
};

const set = (place: Placing) => (call: Call): ExitTriggerPayload => {
  const { wallet, info } = place(call);
  return answer(marginOf(call).setTrigger(wallet, info, wishOf(new Fields(call.body))));
};

const cancel = (place: Placing) => (call: Call): undefined => {
  const { wallet, info } = place(call);
  const kind = choice(call, "kind", kinds);
  marginOf(call).triggers.cancel(wallet, info, kind === undefined ? {} : { kind });
  return undefined;
};

export const marginTriggerRoutes = [
  route(GetCrossMarginExitTriggers, list(cross)),
  route(SetCrossMarginExitTrigger, set(cross)),
  route(DeleteCrossMarginExitTrigger, cancel(cross)),
  route(UpdateCrossMarginExitTrigger, (call) => {
    const { wallet, info } = cross(call);
    const fields = new Fields(call.body);
    return answer(
      marginOf(call).updateTrigger(wallet, info, call.path.trigger_id ?? "", {
        stopLoss: fields.price("stop_loss_price"),
        takeProfit: fields.price("take_profit_price"),
      }),
    );
  }),
  route(DeleteCrossMarginExitTriggerById, (call) => {
    const { wallet, info } = cross(call);
    const { triggers } = marginOf(call);
    const id = call.path.trigger_id ?? "";
    if (!triggers.list(wallet, info).some((trigger) => trigger.id === id)) {
      throw new ApiError("exit_trigger_not_found");
    }
    triggers.cancel(wallet, info, { id });
    return undefined;
  }),
  route(GetIsolatedMarginExitTriggers, list(lookIsolated)),
  route(SetIsolatedMarginExitTrigger, set(isolated)),
  route(DeleteIsolatedMarginExitTrigger, cancel(isolated)),
];
