/** Exit triggers, as REST has them. */
import type { ExitTrigger as ExitTriggerPayload } from "../../../contract/perps/types.ts";
import { effectiveStopOf, type ExitTrigger, isLive } from "../../margin/trigger_model.ts";
import { formatCount, formatPrice } from "../../units.ts";
import { isoTime } from "../format.ts";

type Named = { readonly [Name in keyof ExitTriggerPayload]?: ExitTriggerPayload[Name] | undefined };

/** Those fields that are there. */
function present(fields: Named): Partial<ExitTriggerPayload> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const price = (value: number | undefined) => value === undefined ? undefined : formatPrice(value);

/** A trigger's payload. */
export function triggerPayload(trigger: ExitTrigger): ExitTriggerPayload {
  const { info, wallet, count, filled } = trigger;
  const { position } = wallet.holding(info.market);
  // One without a count of its own closes whatever there is, and closed whatever there was.
  const whole = isLive(trigger) ? Math.abs(position) : filled;
  return {
    id: trigger.id,
    ticker: info.market.ticker,
    kind: trigger.kind,
    status: trigger.status,
    count: formatCount(count === 0 && trigger.clientTriggerId === undefined ? whole : count),
    filled_count: formatCount(filled),
    created_time: isoTime(trigger.createdAt),
    updated_time: isoTime(trigger.updatedAt),
    ...present({
      status_reason: trigger.reason,
      triggered_leg: trigger.leg,
      triggered_order_id: trigger.orderId,
      anchor_order_id: trigger.anchor?.id,
      client_trigger_id: trigger.clientTriggerId,
      stop_loss_price: price(trigger.stopLoss),
      take_profit_price: price(trigger.takeProfit),
      trail_amount: price(trigger.trailAmount),
      trail_bps: trigger.trailBps,
      watermark_price: price(trigger.watermark),
      effective_stop_price: price(effectiveStopOf(trigger, position >= 0)),
    }),
  };
}
