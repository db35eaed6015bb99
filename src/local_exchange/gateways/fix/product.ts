/**
 * What a gateway is of: everything in which the FIX of one product differs from that of another. The rest of the gateway
 * knows no product.
 */
import type { ExecutionReport } from "../../../contract/fix/messages.ts";
import type { FixProduct } from "../../../contract/fix/sessions.ts";
import type { FixDictionary } from "../../../contract/fix_dictionary.ts";
import type { Operation } from "../../../contract/operation.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Account, Fill, Market, Order } from "../../engine/model.ts";
import type { Exchange, ExchangeEvent } from "../../exchange.ts";
import type { RateLimits } from "../../limits.ts";
import type { ApiKey } from "../../signatures.ts";
import type { Preferences } from "./preferences.ts";

/** A call of REST, whatever it takes and gives. */
export type AnyOperation = Operation<unknown, unknown, unknown>;

/** Where a product trades. */
export interface Floor {
  readonly engine: Engine;
  /** The budgets that are shared with REST. */
  readonly limits: RateLimits;
  /** Calls `watcher` with each event of it, in the order they happen; returns how to stop. */
  watch(watcher: (event: ExchangeEvent) => void): () => void;
  /** The market of a Symbol(55); undefined where there is none. */
  marketOf(symbol: string): Market | undefined;
  /** The account that a key acts for; undefined where that may not trade. */
  accountOf(key: ApiKey): Account | undefined;
  /** Ids of the customers that a key trades for; undefined where it is no futures commission merchant's. */
  customersOf(key: ApiKey): { has(id: string): boolean } | undefined;
}

/** One product's FIX. */
export interface Product {
  readonly name: FixProduct;
  /** What its messages take. */
  readonly dictionary: FixDictionary;
  /** HeartBtInt(108) in seconds: the least, and what it is when a Logon says nothing; undefined where it must. */
  readonly heartbeat: { readonly least: number; readonly usual: number | undefined };
  /** Prices are dollars, whatever the Logon asked for. */
  readonly alwaysDollars: boolean;
  /** Reads the OrderQty(38) of a new order, in hundredths of a contract; undefined where it is none. */
  readCount(text: string): number | undefined;
  /** By MsgType, what a message costs: what its call of REST costs. */
  readonly operations: Readonly<Record<string, AnyOperation | undefined>>;
  /** The same by OrderGroupAction(20131). */
  readonly groupOperations: readonly (AnyOperation | undefined)[];
  /** Fields of messages that it takes no notice of. */
  readonly passedOver: readonly string[];
  /** The BusinessRejectReasons(380) that it knows; any other is told as 0, other. */
  readonly businessReasons: readonly number[];
  /** The CxlRejReasons(102) that it knows; any other is told as 99, other. */
  readonly cancelReasons: readonly number[];
  /** OrdRejReason(103) of what came too late. */
  readonly staleReason: number;
  /** Whether reports of what is under way have a TransactTime(60) too. */
  readonly timesPending: boolean;
  /** Whether an answer about an order group repeats what was asked of it. */
  readonly repeatsGroup: boolean;
  /** What the contracts of an order that have filled traded at. */
  valueOf(order: Order, filled: number): number;
  /** What a report of a trade says beside what every product says. */
  tradeFields(fill: Fill, wants: Preferences): Partial<ExecutionReport>;
  /** Where it trades on an exchange; undefined where that has none of it. */
  floorOf(exchange: Exchange): Floor | undefined;
}
