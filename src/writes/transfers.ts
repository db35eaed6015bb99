/**
 * Money that is moved once: between exchanges and their shards, and between subaccounts. The calls and what is known
 * again is the same for every product.
 *
 * @module
 */

import { GetIntraExchangeInstanceTransfers } from "../contract/event/operations.ts";
import type { IntraExchangeInstanceTransfer } from "../contract/event/types.ts";
import type { Operation } from "../contract/operation.ts";
import { parseFixed } from "../base/fixed_point.ts";
import { assertNoExtra, checkFirst, ownFields, withExtras } from "../http/arguments.ts";
import { callFor, callForNothing, listPage } from "../http/call_operation.ts";
import { readCallOptions, type WriteOptions } from "../http/call_options.ts";
import type { HttpPipeline } from "../http/pipeline.ts";
import { writeOne } from "./once.ts";

/** By how many seconds clocks may be apart, and a little more. */
const CLOCK_SLACK_S = 35;

/** Money that goes from one exchange or shard to another. */
interface Movement {
  readonly source: string;
  readonly destination: string;
  /** Centicents. */
  readonly amount: number;
  readonly source_exchange_shard?: number | undefined;
  readonly destination_exchange_shard?: number | undefined;
  readonly source_subaccount?: number | undefined;
  readonly destination_subaccount?: number | undefined;
  readonly client_transfer_id?: string | undefined;
}

/** Moves money between shards or exchanges, and gives the transfer's id. */
export async function moveMoney<B extends Movement>(
  http: HttpPipeline,
  operation: Operation<undefined, { transfer_id: string }, B>,
  body: B,
  wanted: WriteOptions,
): Promise<string> {
  const options = readCallOptions(operation, wanted);
  assertNoExtra(operation, options, "client_transfer_id");
  const own = ownFields(operation, body);
  const clientId = own.client_transfer_id === undefined ? crypto.randomUUID() : own.client_transfer_id;
  const named = { ...own, client_transfer_id: clientId };
  const sought = withExtras(named, options.extraBody);
  const since = Math.floor(http.now() / 1000);
  return await writeOne(http, options, {
    clientIds: [clientId],
    isEcho: (verdict) => verdict === "taken" && own.client_transfer_id === undefined,
    // Kalshi knows transfers again that leave subaccounts out.
    onlyRefused: Boolean(sought.source_subaccount || sought.destination_subaccount),
    send: (options, attempt) => callFor(http, operation, "transfer_id", undefined, options, named, attempt),
    lookUp: async ({ options, error }) => {
      if (error?.code !== "CONFLICT") return undefined;
      // No list tells a transfer's client id: only one that can be no other is taken for it. The transfers of all
      // products are one list.
      const { items } = await listPage(http, GetIntraExchangeInstanceTransfers, {}, options);
      // A centicent is a ten-thousandth of a dollar, and so is the unit of a parsed price.
      const alike = items.filter((transfer) =>
        isTransfer(transfer, sought, since) && parseFixed(transfer.amount, 4) === sought.amount
      );
      return alike.length === 1 ? alike[0]?.transfer_id : undefined;
    },
  });
}

function isTransfer(
  transfer: IntraExchangeInstanceTransfer,
  { source, destination, source_exchange_shard = 0, destination_exchange_shard = 0 }: Movement,
  since: number,
): boolean {
  return transfer.source === source && transfer.destination === destination &&
    transfer.created_ts >= since - CLOCK_SLACK_S &&
    transfer.source_exchange_shard === source_exchange_shard &&
    transfer.destination_exchange_shard === destination_exchange_shard;
}

/** Moves money between subaccounts. */
export async function moveBetweenSubaccounts<B extends { readonly client_transfer_id: string }>(
  http: HttpPipeline,
  operation: Operation<undefined, object, B>,
  body: B,
  wanted: WriteOptions,
): Promise<void> {
  const options = readCallOptions(operation, wanted);
  const own = ownFields(operation, body);
  checkFirst(operation, undefined, own, options);
  assertNoExtra(operation, options, "client_transfer_id");
  await writeOne(http, options, {
    clientIds: [own.client_transfer_id],
    send: async (options, attempt) => {
      await callForNothing(http, operation, undefined, options, own, attempt);
      return true;
    },
    lookUp: ({ error }) => Promise.resolve(error?.code === "CONFLICT" ? true : undefined),
  });
}
