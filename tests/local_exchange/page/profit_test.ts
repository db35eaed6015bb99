import { assertEquals } from "@std/assert";
import {
  showCents,
  showCount,
  showGain,
  showMoney,
  showPrice,
} from "../../../src/local_exchange/page/ui/format.ts";
import {
  averageOf,
  markOf,
  type Position,
  totalsOf,
  valueAt,
} from "../../../src/local_exchange/page/ui/profit.ts";
import { test } from "../../support/test.ts";

const yes: Position = { ticker: "Y", count: 1_000, cost: 5_000_000, realized: 250_000, fees: 17_500 };
const no: Position = { ticker: "N", count: -400, cost: 2_800_000, realized: 0, fees: 0 };

test("a position is worth what it could be closed for", () => {
  const quote = { bid: 4_800, ask: 5_200, last: 5_000 };
  assertEquals([markOf(yes, quote), markOf(no, quote)], [4_800, 5_200]);
  assertEquals([valueAt(yes, 4_800), valueAt(no, 5_200)], [4_800_000, 1_920_000]);
  assertEquals([averageOf(yes), averageOf(no), averageOf({ ...yes, count: 0 })], [5_000, 7_000, undefined]);
  const quotes = new Map([["Y", quote], ["N", quote]]);
  assertEquals(totalsOf([yes, no], (ticker) => quotes.get(ticker)), {
    value: 6_720_000,
    unrealized: -1_080_000,
    realized: 250_000,
    fees: 17_500,
    unmarked: 0,
  });
  // Nobody bids: it is left out, and that is counted.
  assertEquals(totalsOf([yes], () => ({ bid: undefined, ask: 9_900, last: 100 })).unmarked, 1);
});

test("amounts are shown to their last digit", () => {
  assertEquals([0, 5_600, 5_675, 1].map((price) => showPrice(price)), ["0.00", "0.56", "0.5675", "0.0001"]);
  assertEquals(showPrice(undefined), "–");
  assertEquals([100, 125_000, 50, 33, 123_456_789].map(showCount), [
    "1",
    "1,250",
    "0.5",
    "0.33",
    "1,234,567.89",
  ]);
  assertEquals([0, 1_250_000_000, -6_300, 9_903].map(showMoney), [
    "$0.00",
    "$1,250.00",
    "−$0.0063",
    "$0.009903",
  ]);
  assertEquals([showGain(1_000_000), showGain(-1_000_000)], ["+$1.00", "−$1.00"]);
  assertEquals([showCents(1_999_999), showCents(-1_234_567_890)], ["$1.99", "−$1,234.56"]);
});
