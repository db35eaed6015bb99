import { assertEquals } from "@std/assert";
import type { FixMessage } from "../../src/contract/fix/messages.ts";
import * as perps from "../../src/contract/perps/operations.ts";
import { costOf } from "../../src/fix/budget.ts";
import type { PayerOf } from "../../src/rate_limits/charge.ts";
import { rateRequestOf } from "../../src/rate_limits/rate_request.ts";
import { test } from "../support/test.ts";

/** What a message draws, as a limiter sees it. */
function draw(product: "event" | "margin", message: object, payerOf: PayerOf = () => 0) {
  const call = costOf(product, message as FixMessage);
  if (call === undefined) return undefined;
  const { bucket, cost = 10, shard, priority } = rateRequestOf(call, payerOf);
  return [bucket, cost, shard, priority];
}

test("FIX draws on the buckets of REST: each message costs what its call costs", () => {
  assertEquals(draw("event", { MsgType: "D" }), ["write", 10, 0, undefined]);
  assertEquals(draw("event", { MsgType: "D", ExDestination: 0 }), ["write", 10, 0, undefined]);
  // FIX without an index is not charged to every shard.
  assertEquals(draw("event", { MsgType: "D", ExDestination: -1 }), ["write", 10, 0, undefined]);
  assertEquals(draw("event", { MsgType: "D", ExDestination: 3 }), ["write", 10, 3, undefined]);
  assertEquals(draw("event", { MsgType: "D", QuoteID: "q" }), ["write", 10, 1, undefined]);
  assertEquals(draw("event", { MsgType: "F", ExDestination: 2 }), ["write", 2, 2, "cancel"]);
  assertEquals(draw("event", { MsgType: "G" }), ["write", 10, 0, undefined]);
  assertEquals(draw("event", { MsgType: "q" }), ["write", 2, 0, "cancel"]);
  for (
    const [MsgType, cost] of [["R", 10], ["S", 2], ["UA", 10], ["U7", 10], ["Z", 2], ["UE", 10]] as const
  ) {
    assertEquals(draw("event", { MsgType })?.slice(0, 3), ["write", cost, 1], MsgType);
  }
  for (const OrderGroupAction of [1, 2, 3, 4, 5]) {
    assertEquals(draw("event", { MsgType: "UOG", OrderGroupAction })?.slice(0, 3), ["write", 10, 0]);
    assertEquals(draw("margin", { MsgType: "UOG", OrderGroupAction })?.slice(0, 3), ["write", 10, 0]);
  }
  assertEquals(draw("margin", { MsgType: "D", ExDestination: 3 }), ["write", 10, 0, undefined]);
  assertEquals(draw("margin", { MsgType: "F" }), ["write", 1, 0, "cancel"]);
  for (const MsgType of ["A", "0", "1", "2", "5", "V", "e", "U1"]) {
    assertEquals(draw("event", { MsgType }), undefined, MsgType);
    assertEquals(draw("margin", { MsgType }), undefined, MsgType);
  }
});

test("an order on the margin exchange is paid for by its market's shard, whatever index it names", () => {
  const shards: Record<string, number> = { "KX-1": 1 };
  const payerOf = (ticker: string) => shards[ticker] ?? 0;
  for (const MsgType of ["D", "G"]) {
    for (const [Symbol, shard] of [["KX-1", 1], ["KX-2", 0], [undefined, 0]] as const) {
      assertEquals(draw("margin", { MsgType, Symbol, ExDestination: 3 }, payerOf)?.[2], shard);
    }
  }
  assertEquals(draw("margin", { MsgType: "F", Symbol: "KX-1" }, payerOf)?.[2], 0);
});

test("the rows of perps are those of its contract", () => {
  const rows = {
    D: perps.CreateMarginOrder,
    F: perps.CancelMarginOrder,
    G: perps.AmendMarginOrder,
    q: perps.CancelAllMarginOrders,
  };
  const groups = [
    perps.CreateMarginOrderGroup,
    perps.ResetMarginOrderGroup,
    perps.DeleteMarginOrderGroup,
    perps.TriggerMarginOrderGroup,
    perps.UpdateMarginOrderGroupLimit,
  ];
  const short = ({ method = "GET", path, bucket, cost, shard }: {
    readonly method?: string | undefined;
    readonly path: string;
    readonly bucket?: string | undefined;
    readonly cost?: number | undefined;
    readonly shard?: number | string | undefined;
  }) => [method, path, bucket, cost, shard];
  for (const [MsgType, row] of Object.entries(rows)) {
    const template = costOf("margin", { MsgType } as FixMessage)?.template;
    assertEquals(template && short(template), short(row), MsgType);
  }
  for (const [index, row] of groups.entries()) {
    const template = costOf("margin", { MsgType: "UOG", OrderGroupAction: index + 1 })?.template;
    assertEquals(template && short(template), short(row));
  }
});
