/** What `orders.create` takes at the least. */
export const order = {
  ticker: "KXTEST-1",
  side: "bid",
  count: "1.00",
  price: "0.5000",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
} as const;
