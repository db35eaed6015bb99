/**
 * What the check of an order against the contract costs, on one core: in microseconds, and as a multiple of writing
 * the same order as JSON, which no client can do without.
 */
import { checkCall } from "../src/http/check_call.ts";
import { CreateOrderV2 } from "../src/contract/event/operations.ts";
import type { Figure } from "./measure.ts";

const ORDERS = 200_000;
const BUDGET_US = 5;

const order = (n: number) => ({
  ticker: "KXBENCH-26NOV24-T60",
  side: "bid",
  count: "10.00",
  price: "0.5600",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
  client_order_id: `bench-${n}`,
  post_only: true,
  expiration_time: 1_790_000_000,
});

const orders = Array.from({ length: 1_000 }, (_, n) => order(n));

/** Microseconds for each order, in the best of some runs: the machine is not ours alone. */
function micros(run: (order: unknown) => unknown): number {
  let seen = 0;
  return Math.min(...Array.from({ length: 10 }, () => {
    const started = performance.now();
    for (let n = 0; n < ORDERS; n++) if (run(orders[n % orders.length]) !== undefined) seen++;
    const taken = (performance.now() - started) * 1_000 / ORDERS;
    if (seen === 0) throw new Error("nothing was checked");
    return taken;
  }));
}

const check = micros((body) => checkCall(CreateOrderV2, undefined, body, {}).body);
const write = micros((body) => JSON.stringify(body));
const figures: Figure[] = [{
  name: "orders.create(): its check against the contract, microseconds (times writing the order as JSON)",
  value: `${check.toFixed(2)} (${(check / write).toFixed(2)} times ${write.toFixed(2)})`,
  budget: `at most ${BUDGET_US}`,
  ok: check <= BUDGET_US,
}];
console.log(`RESULT ${JSON.stringify(figures)}`);
