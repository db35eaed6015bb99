/**
 * The writes of exit triggers, for cross and isolated positions. A trigger that is added has an id of its maker's: sent
 * again, it comes back as it is by then. One that replaces what is there says how the position shall be guarded, and is
 * sent until it is so.
 *
 * @module
 */

import type { Operation } from "../contract/operation.ts";
import type {
  ExitTrigger,
  ExitTriggerKind,
  GetExitTriggersResponse,
  SetCrossExitTriggerRequest,
  UpdateExitTriggerRequest,
} from "../contract/perps/types.ts";
import { parsePrice } from "../base/fixed_point.ts";
import { timeMs } from "../base/wire_time.ts";
import { checkFirst, isGiven, ownFields } from "../http/arguments.ts";
import { callForList, callForNothing, callWith } from "../http/call_operation.ts";
import { endOnce } from "../http/end_once.ts";
import { type CallOptions, readCallOptions, type WriteOptions } from "../http/call_options.ts";
import { withIds } from "../http/check_call.ts";
import type { HttpPipeline } from "../http/pipeline.ts";
import { assertLegs, assertTrigger } from "./exit_trigger_rules.ts";
import { writeOne } from "../writes/once.ts";

/** How far apart two clocks may be, and more. */
const CLOCK_SLACK_MS = 60_000;

/** A position, in the parameters of a call. */
interface OfPosition {
  readonly ticker: string;
  readonly subaccount?: number | undefined;
}

interface Legs {
  readonly stop_loss_price?: string | null | undefined;
  readonly take_profit_price?: string | null | undefined;
  readonly trail_amount?: string | null | undefined;
  readonly trail_bps?: number | null | undefined;
}

type Wish = SetCrossExitTriggerRequest;

/** The triggers of one kind of position. */
interface Triggers<List extends OfPosition> {
  readonly list: Operation<List, GetExitTriggersResponse>;
}

/** One trigger of a position, in the parameters of a call. */
interface One extends OfPosition {
  readonly trigger_id: string;
}

const isLive = ({ status }: ExitTrigger) => status === "active" || status === "pending_on_entry";

/** Whether it will never act again. What is not known to have ended has not. */
const hasEnded = ({ status }: ExitTrigger) =>
  status === "filled" || status === "failed" || status === "canceled";

const priceOf = (price: string | null | undefined) => price ? parsePrice(price) : undefined;

/** Whether both have the same legs: one that is left out is none. */
function areAlike(one: Legs, other: Legs): boolean {
  const ofBoth = (read: (legs: Legs) => unknown) => read(one) === read(other);
  return ofBoth((legs) => priceOf(legs.stop_loss_price)) &&
    ofBoth((legs) => priceOf(legs.take_profit_price)) &&
    ofBoth((legs) => priceOf(legs.trail_amount)) &&
    ofBoth((legs) => legs.trail_bps ?? undefined);
}

/** Sets the trigger of a position, or adds one to it. */
export async function setTrigger<L extends OfPosition, P extends OfPosition, W extends Wish>(
  http: HttpPipeline,
  { set, list }: Triggers<L> & { readonly set: Operation<P, ExitTrigger, W> },
  ticker: string,
  wish: W,
  params: Omit<P, "ticker">,
  wanted: WriteOptions,
): Promise<ExitTrigger> {
  const options = readCallOptions(set, wanted);
  const own = ownFields(set, wish);
  const ids = withIds(set, params, { ticker }) as unknown as P;
  const sought: Wish = checkFirst(set, ids, own, options);
  assertTrigger(set, sought);
  // What is added has an id; what replaces has none.
  const clientId = sought.client_trigger_id || undefined;
  const sinceMs = http.now();
  const isIt = (trigger: ExitTrigger) =>
    clientId === undefined ? isSetTo(trigger, sought, sinceMs) : trigger.client_trigger_id === clientId;
  return await writeOne(http, options, {
    clientIds: clientId === undefined ? undefined : [clientId],
    // Nothing was written, and the order that it follows may be there in a moment.
    mayPass: ({ serverCode }) => serverCode === "anchor_order_unavailable",
    send: (options, attempt) => callWith(http, set, "id", ids, options, own, attempt),
    lookUp: async ({ options }) => (await triggersOf(http, list, ids, options)).find(isIt),
  });
}

/** Whether a write that replaces has led to this trigger. */
function isSetTo(trigger: ExitTrigger, wish: Wish, sinceMs: number): boolean {
  return isLive(trigger) && trigger.kind === (wish.kind ?? "bracket") &&
    !isGiven(trigger.client_trigger_id) && areAlike(trigger, wish) &&
    (timeMs(trigger.updated_time) ?? 0) >= sinceMs - CLOCK_SLACK_MS;
}

/** Changes the legs of one bracket. */
export async function updateTrigger<L extends OfPosition, P extends One>(
  http: HttpPipeline,
  { update, list }: Triggers<L> & {
    readonly update: Operation<P, ExitTrigger, UpdateExitTriggerRequest>;
  },
  ticker: string,
  triggerId: string,
  legs: UpdateExitTriggerRequest,
  params: Omit<P, "ticker" | "trigger_id">,
  wanted: WriteOptions,
): Promise<ExitTrigger> {
  const options = readCallOptions(update, wanted);
  const body = ownFields(update, legs);
  const ids = withIds(update, params, { ticker, trigger_id: triggerId }) as unknown as P;
  const sought = checkFirst(update, ids, body, options);
  assertLegs(update, sought);
  return await writeOne(http, options, {
    isEcho: (verdict) => verdict === "refused",
    send: (options, attempt) => callWith(http, update, "id", ids, options, body, attempt),
    lookUp: async ({ options }) =>
      (await triggersOf(http, list, ids, options))
        .find((trigger) => trigger.id === triggerId && isLive(trigger) && areAlike(trigger, sought)),
  });
}

/** Ends every trigger of a position, or those of one kind. */
export async function removeTriggers<
  L extends OfPosition,
  P extends OfPosition & { readonly kind?: ExitTriggerKind | undefined },
>(
  http: HttpPipeline,
  { remove, list }: Triggers<L> & { readonly remove: Operation<P> },
  ticker: string,
  params: Omit<P, "ticker">,
  options: WriteOptions,
): Promise<void> {
  const ids = withIds(remove, params, { ticker }) as unknown as P;
  await endOnce(writeOne(http, options, {
    send: async (options, attempt) => {
      await callForNothing(http, remove, ids, options, undefined, attempt);
      return true;
    },
    lookUp: async ({ options }) => {
      const triggers = await triggersOf(http, list, ids, options);
      return triggers.some((one) => !hasEnded(one) && one.kind === (ids.kind ?? one.kind)) ? undefined : true;
    },
  }));
}

/** Ends one trigger. */
export async function removeTrigger<L extends OfPosition, P extends One>(
  http: HttpPipeline,
  { removeOne, list }: Triggers<L> & { readonly removeOne: Operation<P> },
  ticker: string,
  triggerId: string,
  params: Omit<P, "ticker" | "trigger_id">,
  options: WriteOptions,
): Promise<void> {
  const ids = withIds(removeOne, params, { ticker, trigger_id: triggerId }) as unknown as P;
  await writeOne(http, options, {
    isEcho: (verdict) => verdict === "missing",
    send: async (options, attempt) => {
      await callForNothing(http, removeOne, ids, options, undefined, attempt);
      return true;
    },
    lookUp: async ({ options }) => {
      const triggers = await triggersOf(http, list, ids, options);
      return triggers.some((one) => one.id === triggerId && one.status === "canceled") ? true : undefined;
    },
  });
}

/** The triggers of a position that are listed. */
function triggersOf<L extends OfPosition>(
  http: HttpPipeline,
  list: Operation<L, GetExitTriggersResponse>,
  { ticker, subaccount }: OfPosition,
  options: CallOptions,
): Promise<ExitTrigger[]> {
  const params = subaccount === undefined ? { ticker } : { ticker, subaccount };
  return callForList(http, list, "exit_triggers", params as L, options);
}
