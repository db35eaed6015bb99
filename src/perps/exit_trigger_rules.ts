/**
 * Which fields of an exit trigger go together, as far as that can be told before it is sent.
 *
 * @module
 */

import type { SetCrossExitTriggerRequest } from "../contract/perps/types.ts";
import { isGiven } from "../http/arguments.ts";
import { type CheckedTemplate, refuseCall } from "../http/call_options.ts";

/** What may be known of a trigger. */
type Trigger = Pick<
  SetCrossExitTriggerRequest,
  | "kind"
  | "count"
  | "anchor_order_id"
  | "client_trigger_id"
  | "stop_loss_price"
  | "take_profit_price"
  | "trail_amount"
  | "trail_bps"
>;

const BRACKET = ["stop_loss_price", "take_profit_price"] as const;
const TRAILING = ["trail_amount", "trail_bps"] as const;

const among = (trigger: Trigger, names: readonly (keyof Trigger)[]): string[] =>
  names.filter((name) => isGiven(trigger[name])).map((name) => `\`${name}\``);

/** Refuses a trigger whose fields do not go together. */
export function assertTrigger(template: CheckedTemplate, trigger: Trigger): void {
  const { kind = "bracket" } = trigger;
  const [own, other] = kind === "trailing" ? [TRAILING, BRACKET] : [BRACKET, TRAILING];
  const misplaced = among(trigger, other);
  if (misplaced.length > 0) {
    const right = kind === "trailing" ? 'leave `kind` out, or write "bracket"' : 'write `kind: "trailing"`';
    refuseCall(
      template,
      `a ${kind === "trailing" ? "trailing stop" : "bracket"} takes no ${misplaced.join(" and ")}: leave ${
        misplaced.length > 1 ? "them" : "it"
      } out, or, for the other kind, ${right}.`,
    );
  }
  const legs = among(trigger, own);
  if (kind === "trailing" ? legs.length !== 1 : legs.length === 0) {
    refuseCall(
      template,
      kind === "trailing"
        ? `a trailing stop takes exactly one of \`trail_amount\` and \`trail_bps\`; got ${
          legs.length === 0 ? "none" : "both"
        }.`
        : "a bracket takes `stop_loss_price`, `take_profit_price` or both; got none. To take a trigger away, call `delete`.",
    );
  }
  assertOwn(template, kind, trigger);
}

/** What only a trigger for a part of a cross position has. */
function assertOwn(template: CheckedTemplate, kind: string, trigger: Trigger): void {
  const { count, anchor_order_id, client_trigger_id } = trigger;
  if (isGiven(anchor_order_id) && kind === "trailing") {
    refuseCall(template, "a trailing stop follows no order: leave `anchor_order_id` out.");
  }
  if (isGiven(anchor_order_id) && isGiven(count)) {
    refuseCall(
      template,
      "a trigger with an `anchor_order_id` grows with that order's fills: leave `count` out.",
    );
  }
  if (isGiven(count) && !/^\d+(\.0+)?$/.test(String(count))) {
    refuseCall(template, `\`count\` takes whole contracts; got "${count}".`);
  }
  const adds = isGiven(count) || isGiven(anchor_order_id);
  if (adds === isGiven(client_trigger_id)) return;
  refuseCall(
    template,
    adds
      ? "a trigger with `count` or `anchor_order_id` is added to those that are there, so that it needs a " +
        "`client_trigger_id` of its own, such as crypto.randomUUID(): sent again with the same one it is added once."
      : "`client_trigger_id` goes only with `count` or `anchor_order_id`, which add a trigger; without them the trigger of " +
        "the whole position is replaced: leave it out.",
  );
}

/** Refuses a change of a bracket that leaves none of its legs. */
export function assertLegs(template: CheckedTemplate, trigger: Trigger): void {
  if (among(trigger, BRACKET).length > 0) return;
  refuseCall(
    template,
    "give `stop_loss_price`, `take_profit_price` or both: the one that is left out is cleared. To take the trigger away, " +
      "call `deleteById`.",
  );
}
