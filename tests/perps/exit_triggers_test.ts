/** What can be told of an exit trigger before it is sent. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { perpsProduct } from "../rest/products.ts";
import { test } from "../support/test.ts";

type Fields = Readonly<Record<string, unknown>>;

const trigger = {
  id: "trigger-1",
  ticker: "T",
  kind: "bracket",
  status: "active",
  count: "3.00",
  filled_count: "0.00",
  created_time: "2026-11-24T12:00:00Z",
  updated_time: "2026-11-24T12:00:00Z",
};

const setUp = () => perpsProduct.recordingClient(() => Response.json(trigger));

/** The calls that set a trigger, and what each is called with. */
const calls: Readonly<Record<string, (fields: Fields) => Promise<unknown>>> = {
  cross: (fields) => judged(({ exitTriggers }) => exitTriggers.cross.set("T", fields)),
  isolated: (fields) => judged(({ exitTriggers }) => exitTriggers.isolated.set("T", fields)),
  update: (fields) => judged(({ exitTriggers }) => exitTriggers.cross.update("T", "trigger-1", fields)),
};

/** What a call has sent. */
async function judged(
  run: (client: ReturnType<typeof setUp>["client"]) => Promise<{ readonly id: string }>,
): Promise<unknown> {
  const { client, requests } = setUp();
  try {
    assertEquals((await run(client)).id, "trigger-1");
  } catch (error) {
    assertEquals(requests.length, 0);
    throw error;
  }
  assertEquals(requests.length, 1);
  return JSON.parse(requests[0]?.body ?? "");
}

const leg = { stop_loss_price: "5.0000" };
const id = { client_trigger_id: "mine" };

/** What is refused, by which calls, and what the refusal says to do. */
const wrong: readonly (readonly [call: string, fields: Fields, ...says: string[]])[] = [
  ...["cross", "isolated"].flatMap((call) =>
    [
      [call, {}, "got none", "call `delete`"],
      [call, { kind: "bracket" }, "got none"],
      [call, { kind: "trailing" }, "exactly one of `trail_amount` and `trail_bps`", "got none"],
      [call, { kind: "trailing", trail_amount: "0.5", trail_bps: 50 }, "exactly one", "got both"],
      [call, { ...leg, trail_bps: 50 }, "a bracket takes no `trail_bps`", '`kind: "trailing"`'],
      [
        call,
        { ...leg, trail_bps: 50, trail_amount: "1" },
        "`trail_amount` and `trail_bps`",
        "leave them out",
      ],
      [call, { kind: "trailing", ...leg }, "a trailing stop takes no `stop_loss_price`", "leave `kind` out"],
      [call, { kind: "trailing", trail_bps: 50, take_profit_price: "9" }, "takes no `take_profit_price`"],
      [call, { kind: "brackets", ...leg }, "`kind`", 'Did you mean "bracket"?'],
    ] as const
  ),
  ...["cross", "isolated", "update"].flatMap((call) =>
    [
      [call, { stop_loss_price: "0" }, "`stop_loss_price` takes dollars above 0"],
      [call, { take_profit_price: "0.0000" }, "`take_profit_price` takes dollars above 0"],
      [call, { stop_loss_price: "-1" }, "`stop_loss_price`", "never negative"],
      [call, { stop_loss_price: "5.00001" }, "at most 4 decimal places"],
      [call, { stop_loss_price: 5 }, 'Write "5", in quotes.'],
    ] as const
  ),
  ...["cross", "isolated"].flatMap((call) =>
    [
      ...[0, -1, 10_000, 2.5, "50"].map((trail_bps) =>
        [
          call,
          { kind: "trailing", trail_bps },
          "`trail_bps` takes a whole number of bps from 1 to 9999",
        ] as const
      ),
      [call, { kind: "trailing", trail_amount: "0.0000" }, "`trail_amount` takes dollars above 0"],
    ] as const
  ),
  ["cross", { ...leg, ...id, count: "1.50" }, "`count` takes whole contracts", '"1.50"'],
  ["cross", { ...leg, count: "2" }, "needs a `client_trigger_id`", "crypto.randomUUID()"],
  ["cross", { ...leg, anchor_order_id: "o" }, "needs a `client_trigger_id`"],
  ["cross", { ...leg, ...id, count: "2", anchor_order_id: "o" }, "leave `count` out"],
  ["cross", { ...leg, ...id }, "`client_trigger_id` goes only with", "leave it out"],
  ["cross", { kind: "trailing", trail_bps: 50, ...id }, "`client_trigger_id` goes only with"],
  ["cross", { kind: "trailing", trail_bps: 50, ...id, anchor_order_id: "o" }, "follows no order"],
  ["cross", { ...leg, count: "2", client_trigger_id: "x".repeat(65) }, "at most 64 characters"],
  ["isolated", { ...leg, count: "2" }, "unknown field `count`"],
  ["isolated", { ...leg, ...id }, "unknown field `client_trigger_id`"],
  ["isolated", { ...leg, anchor_order_id: "o" }, "unknown field `anchor_order_id`"],
  ["update", {}, "the one that is left out is cleared", "call `deleteById`"],
  ["update", { trail_bps: 50 }, "unknown field `trail_bps`"],
  ["update", { ...leg, ...id }, "unknown field `client_trigger_id`"],
];

test("fields of an exit trigger that do not go together are refused, and nothing is sent", async () => {
  for (const [call, fields, ...says] of wrong) {
    const what = `${call} ${JSON.stringify(fields)}`;
    const { message, outcome } = await assertRejects(
      async () => await calls[call]?.(fields),
      KalshiConfigError,
      undefined,
      what,
    );
    assertEquals(outcome, "not-sent", what);
    for (const words of [...says, "Nothing was sent."]) assertStringIncludes(message, words, what);
  }
});

const right: readonly (readonly [call: string, fields: Fields])[] = [
  ["cross", leg],
  ["cross", { take_profit_price: "9.5" }],
  ["cross", { ...leg, take_profit_price: "9.5", kind: "bracket" }],
  ["cross", { ...leg, ...id, count: "2" }],
  ["cross", { ...leg, ...id, count: "2.00" }],
  ["cross", { ...leg, ...id, anchor_order_id: "o" }],
  ["cross", { kind: "trailing", trail_bps: 1 }],
  ["cross", { kind: "trailing", trail_bps: 9999 }],
  ["cross", { kind: "trailing", trail_amount: "0.0001" }],
  ["cross", { kind: "trailing", ...id, count: "2", trail_amount: "0.5" }],
  ["isolated", { ...leg, take_profit_price: "9.5" }],
  ["isolated", { kind: "trailing", trail_bps: 250 }],
  ["update", leg],
  ["update", { ...leg, take_profit_price: "9.5" }],
];

test("exit triggers that Kalshi takes are sent as they are", async () => {
  for (const [call, fields] of right) assertEquals(await calls[call]?.(fields), fields);
});

test("what is left out with undefined counts as left out, and what `extraBody` adds as given", async () => {
  assertEquals(await calls.cross?.({ ...leg, count: undefined, client_trigger_id: undefined }), leg);
  const { client, requests } = setUp();
  await client.exitTriggers.cross.set("T", { count: "2" }, {}, { extraBody: { ...leg, ...id } });
  assertEquals(JSON.parse(requests[0]?.body ?? ""), { count: "2", ...leg, ...id });
  await assertRejects(
    () => client.exitTriggers.cross.set("T", leg, {}, { extraBody: { trail_bps: 5 } }),
    KalshiConfigError,
    "takes no `trail_bps`",
  );
  assertEquals(requests.length, 1);
});
