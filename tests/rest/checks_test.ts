import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { test } from "../support/test.ts";
import { call, eventProduct, perpsProduct, type TestProduct } from "./products.ts";
import { recordingClient } from "./recording.ts";
import type { Json } from "./spec.ts";

const { operationOf, request } = eventProduct;

async function assertRefused(
  method: string,
  args: unknown[],
  says: string,
  product: TestProduct = eventProduct,
): Promise<void> {
  const { client, requests } = product.recordingClient(() => Response.json({}));
  const walk = async () => {
    const result = call(client, method, ...args);
    if (!method.endsWith("listAll")) return await result;
    for await (const _ of result) { /* walk */ }
  };
  const error = await assertRejects(walk, KalshiConfigError, says);
  assertEquals([error.outcome, requests.length], ["not-sent", 0], method);
}

/** Arguments of a method with one field of its body replaced. */
function withField(
  id: string,
  field: string,
  value: unknown,
  product: TestProduct = eventProduct,
): unknown[] {
  const operation = product.operationOf(id);
  const sent = product.request(operation, "full");
  return product.argumentsFor(operation, { ...sent, body: { ...sent.body, [field]: value } });
}

type Named = readonly (readonly [method: string, id: string, fields: readonly string[]])[];

const decimals: readonly (readonly [TestProduct, Named])[] = [
  [eventProduct, [
    ["orders.create", "CreateOrderV2", ["price", "count"]],
    ["orders.amend", "AmendOrderV2", ["price", "count"]],
    ["orders.decrease", "DecreaseOrderV2", ["reduce_by"]],
    ["orderGroups.create", "CreateOrderGroup", ["contracts_limit_fp"]],
    ["orderGroups.updateLimit", "UpdateOrderGroupLimit", ["contracts_limit_fp"]],
    ["communications.rfqs.create", "CreateRFQ", ["contracts_fp"]],
    ["communications.quotes.create", "CreateQuote", ["yes_bid", "no_bid"]],
    ["fcm.subtraders.updateEventContractDailyCap", "UpdateFCMEventContractDailyCap", ["limit"]],
  ]],
  [perpsProduct, [
    ["orders.create", "CreateMarginOrder", ["price", "count"]],
    ["orders.amend", "AmendMarginOrder", ["price", "count"]],
    ["orders.decrease", "DecreaseMarginOrder", ["reduce_by"]],
    ["orderGroups.create", "CreateMarginOrderGroup", ["contracts_limit_fp"]],
    ["orderGroups.updateLimit", "UpdateMarginOrderGroupLimit", ["contracts_limit_fp"]],
    ["exitTriggers.cross.set", "SetCrossMarginExitTrigger", [
      "count",
      "stop_loss_price",
      "take_profit_price",
      "trail_amount",
    ]],
    ["exitTriggers.isolated.set", "SetIsolatedMarginExitTrigger", ["stop_loss_price", "take_profit_price"]],
    ["exitTriggers.cross.update", "UpdateCrossMarginExitTrigger", ["stop_loss_price", "take_profit_price"]],
    ["fcm.subtraders.updateRiskControls", "UpdateFCMSubtraderRiskControls", ["im_cap"]],
    ["fcm.updateNotionalRiskLimit", "UpdateFCMNotionalRiskLimit", ["notional_value_risk_limit"]],
  ]],
];

const noDecimals: readonly unknown[] = [
  0.56,
  10,
  Number.NaN,
  Infinity,
  10n,
  true,
  {},
  ["1"],
  "",
  " 1",
  "1 ",
  "+1",
  "-1",
  "1e3",
  "1.",
  ".5",
  "0x1",
  "1,000",
  "NaN",
  "Infinity",
  "１",
  "1\n",
];

test("prices and counts are decimal strings, or the call is refused by the field's name", async () => {
  for (const [product, named] of decimals) {
    for (const [method, id, fields] of named) {
      for (const field of fields) {
        for (const value of noDecimals) {
          await assertRefused(method, withField(id, field, value, product), `\`${field}\``, product);
        }
      }
    }
  }
  for (const value of [...noDecimals, undefined, null]) {
    const good = request(operationOf("CreateOrderV2"), "full").body;
    await assertRefused(
      "orders.batchCreate",
      [{ orders: [good, { ...good, price: value }] }],
      "`orders[1].price`",
    );
    await assertRefused("orders.create", [{ ...good, count: value }], "`count`");
    await assertRefused(
      "communications.quotes.create",
      withField("CreateQuote", "no_bid", value),
      "`no_bid`",
    );
  }
});

for (
  const [product, id] of [[eventProduct, "CreateOrderV2"], [perpsProduct, "CreateMarginOrder"]] as const
) {
  test(`${product.name}: every decimal string goes out as it is`, async () => {
    const whole = product === eventProduct ? "0{1,3}" : "\\d{1,6}";
    const digits = fc.stringMatching(new RegExp(`^${whole}(\\.\\d{1,4}0{0,6})?$`));
    await fc.assert(
      fc.asyncProperty(digits, async (price) => {
        const { client, requests } = product.recordingClient(() =>
          Response.json({ order_id: "o" }, { status: 201 })
        );
        await client.orders.create({ ...product.request(product.operationOf(id), "least").body, price });
        assert(requests[0]?.body.includes(`"price":${JSON.stringify(price)}`));
      }),
      { numRuns: 50 },
    );
  });
}

test("money in whole units is a whole number, or the call is refused", async () => {
  const whole: typeof decimals = [
    [eventProduct, [
      ["subaccounts.transfers.create", "ApplySubaccountTransfer", ["amount_cents"]],
      ["portfolio.transfers.create", "IntraExchangeInstanceTransfer", ["amount"]],
      ["communications.blockTradeProposals.create", "ProposeBlockTrade", ["price_centi_cents", "centicount"]],
      ["fcm.positions.transfer", "CreateFCMPositionTransfer", ["position_centicount", "price_centicents"]],
    ]],
    [perpsProduct, [
      ["portfolio.subaccounts.transfers.create", "ApplyMarginSubaccountTransfer", ["amount_cents"]],
      ["portfolio.transfers.create", "IntraExchangeInstanceTransfer", ["amount"]],
    ]],
  ];
  for (const [product, named] of whole) {
    for (const [method, id, fields] of named) {
      for (const field of fields) {
        for (const value of [0.5, Number.NaN, Infinity, 2 ** 53, "100", true, null, undefined, 10n]) {
          await assertRefused(method, withField(id, field, value, product), `\`${field}\``, product);
        }
      }
    }
  }
});

for (const product of [eventProduct, perpsProduct]) {
  test(`${product.name}: a decrease says by how much or to what, not both`, async () => {
    for (const body of [{}, { reduce_by: null }, { reduce_by: "1", reduce_to: "1" }]) {
      await assertRefused("orders.decrease", ["o", body], "`reduce_by`", product);
    }
    for (const body of [{ reduce_by: "1", reduce_to: null }, { reduce_to: "0" }]) {
      const { client, requests } = product.recordingClient(() =>
        Response.json({ order_id: "o", remaining_count: "0.00" })
      );
      await client.orders.decrease("o", body);
      assertEquals(JSON.parse(requests[0]?.body ?? ""), body);
    }
  });
}

test("a request for quotes has one size", async () => {
  const rest = { market_ticker: "T", rest_remainder: true };
  const two: Json[] = [
    { contracts_fp: "1", target_cost_dollars: "1" },
    { contracts: 1, target_cost_dollars: "1" },
    { contracts_fp: "1", target_cost_centi_cents: 1 },
  ];
  for (const size of [{}, { contracts_fp: null }, ...two]) {
    await assertRefused("communications.rfqs.create", [{ ...rest, ...size }], "Give exactly one");
  }
  const one: Json[] = [{ contracts_fp: "1", contracts: 1 }, { target_cost_dollars: "1.50" }, {
    contracts: 1,
  }];
  for (const size of one) {
    const { client, requests } = recordingClient(() => Response.json({ id: "r" }, { status: 201 }));
    assertEquals(await client.communications.rfqs.create({ ...rest, ...size }), "r");
    assertEquals(JSON.parse(requests[0]?.body ?? ""), { ...rest, ...size });
  }
});

test("batches hold something", async () => {
  for (const method of ["orders.batchCreate", "orders.batchCancel"]) {
    await assertRefused(method, [{ orders: [] }], "empty");
  }
});

test("bulk reads take 1 to 100 items, also when they are joined by hand", async () => {
  const window = { start_ts: 1, end_ts: 2, period_interval: 60 };
  const bulk = [
    ["markets.bulkOrderBooks", "tickers", {}, false],
    ["markets.bulkCandlesticks", "market_tickers", window, true],
    ["liveData.bulk", "milestone_ids", {}, false],
  ] as const;
  for (const [method, name, rest, joins] of bulk) {
    const many = Array.from({ length: 101 }, (_, index) => `T-${index}`);
    for (const items of [[], many, many.join(","), undefined, 7]) {
      await assertRefused(method, [{ ...rest, [name]: items }], `\`${name}\``);
    }
    const { client, requests } = recordingClient(() =>
      Response.json({ orderbooks: [], markets: [], live_datas: [] })
    );
    await call(client, method, { ...rest, [name]: many.slice(1) });
    const sent = requests[0]?.query.filter((pair) => pair.startsWith(`${name}=`));
    assertEquals(sent?.length, joins ? 1 : 100);
    assertEquals(sent?.join().split(",").length, 100);
  }
});

test("a list of quotes says whose", async () => {
  for (const method of ["communications.quotes.list", "communications.quotes.listAll"]) {
    for (const params of [{}, { rfq_id: "r" }, { status: "open" }, { user_filter: undefined }]) {
      await assertRefused(method, [params], "user_filter");
    }
  }
  const whose: Json[] = [
    { user_filter: "self" },
    { rfq_user_filter: "self" },
    { quote_creator_user_id: "u" },
    { rfq_creator_user_id: "u" },
    { rfq_creator_subtrader_id: "s" },
  ];
  for (const params of whose) {
    const { client, requests } = recordingClient(() => Response.json({ quotes: [] }));
    await client.communications.quotes.list(params);
    assertEquals(requests.length, 1);
  }
});

test("a number that JSON cannot say is refused wherever it stands in a body", async () => {
  const order = request(operationOf("CreateOrderV2"), "full").body;
  for (const value of [Number.NaN, Infinity, -Infinity, 10n]) {
    await assertRefused("orders.create", [{ ...order, expiration_time: value }], "`expiration_time`");
    await assertRefused(
      "orders.batchCreate",
      [{ orders: [{ ...order, subaccount: value }] }],
      "`orders[0].subaccount`",
    );
    const allocations = [{ exchange_index: 0, percent: value }];
    await assertRefused(
      "portfolio.setTargetBalanceAllocation",
      [{ allocations }],
      "`allocations[0].percent`",
    );
  }
});
