/** Bots that do what the tables say, and write down what becomes of it in the words of the tables. */
import type { KalshiAuth } from "../../../../src/auth/mod.ts";
import type { Clock } from "../../../../src/base/clock.ts";
import { KalshiClient } from "../../../../src/client.ts";
import { KalshiError } from "../../../../src/base/errors.ts";
import { FixClient, type FixConfig } from "../../../../src/fix/mod.ts";
import type { KalshiConfig } from "../../../../src/config/kalshi_config.ts";
import type { Runtime } from "../../../../src/runtime/types.ts";
import { KalshiStream } from "../../../../src/stream/mod.ts";
import { BEGIN_MS, fixed } from "./recording.ts";
import { type Deed, plainNumbers } from "./table.ts";

/** Where a bot trades. */
export interface Venue {
  readonly auth: KalshiAuth;
  readonly config: KalshiConfig;
  readonly fixConfig: FixConfig | undefined;
  readonly runtime: Runtime;
  readonly clock: Clock;
}

/** What became of orders, and when. */
export interface Outcome {
  /** In milliseconds from the begin. */
  readonly atMs: number;
  readonly says: string;
}

type Placed = Extract<Deed, { does: "place" }>;

/** A bot. */
export interface Bot extends AsyncDisposable {
  readonly outcomes: Outcome[];
  /** Does it; resolves with the answer. */
  act(deed: Deed): Promise<void>;
}

/** How its fills are written. */
const filled = (
  { id, side }: Pick<Placed, "id" | "side">,
  fill: { count: string; price: string; isTaker: boolean; fee: string },
): string =>
  plainNumbers(
    `${id} ${side === "bid" ? "bought" : "sold"} ${Number(fill.count)} at ${Number(fill.price)}, ${
      fill.isTaker ? "taker" : "maker"
    }, fee ${Number(fill.fee)}`,
  );

class Log {
  readonly outcomes: Outcome[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  say(says: string): void {
    this.outcomes.push({ atMs: this.#clock.now() - BEGIN_MS, says });
  }
}

/** Orders over REST; what becomes of them over the WebSocket. */
export async function restBot({ fixConfig: _, ...venue }: Venue): Promise<Bot> {
  const { clock } = venue;
  const log = new Log(clock);
  const client = new KalshiClient(venue);
  const stream = await KalshiStream.connect(venue);
  const orders = new Map<string, Placed>();
  const ids = new Map<string, string>();
  await stream.on("fill", (item) => {
    if (item.type !== "fill") throw new Error(`the stream lost something: ${item.type}`);
    const { client_order_id, count_fp, yes_price_dollars, is_taker, fee_cost } = item.msg;
    const order = orders.get(client_order_id ?? "");
    if (order === undefined) throw new Error(`a fill of nobody's order: ${client_order_id}`);
    log.say(
      filled(order, { count: count_fp, price: yes_price_dollars, isTaker: is_taker, fee: fee_cost }),
    );
  });
  await stream.on("user_orders", (item) => {
    if (item.type !== "user_order") throw new Error(`the stream lost something: ${item.type}`);
    const { client_order_id, status } = item.msg;
    if (status === "canceled") log.say(`${client_order_id} canceled`);
  });
  const idOf = (name: string) => ids.get(name) ?? "";
  const act = async (deed: Deed): Promise<void> => {
    switch (deed.does) {
      case "place": {
        orders.set(deed.id, deed);
        const { order_id } = await client.orders.create({
          ticker: deed.market,
          client_order_id: deed.id,
          side: deed.side,
          count: fixed(deed.count, 2),
          price: fixed(deed.price, 4),
          time_in_force: deed.force,
          self_trade_prevention_type: deed.prevention,
          ...(deed.postOnly && { post_only: true }),
          ...(deed.until !== undefined && { expiration_time: BEGIN_MS / 1_000 + deed.until }),
        });
        return void ids.set(deed.id, order_id);
      }
      case "cancel":
        return void await client.orders.cancel(idOf(deed.id));
      case "amend": {
        const { side, market } = orders.get(deed.id) as Placed;
        return void await client.orders.amend(idOf(deed.id), {
          ticker: market,
          side,
          count: fixed(deed.count, 2),
          price: fixed(deed.price, 4),
        });
      }
    }
  };
  return {
    outcomes: log.outcomes,
    async act(deed) {
      try {
        await act(deed);
      } catch (error) {
        if (!(error instanceof KalshiError) || error.serverCode === undefined) throw error;
        log.say(`${deed.id} refused ${error.serverCode}`);
      }
    },
    async [Symbol.asyncDispose]() {
      await stream.close();
      await client.close();
    },
  };
}

const timesInForce = { good_till_canceled: "1", immediate_or_cancel: "3", fill_or_kill: "4" } as const;

/** Orders and what becomes of them over FIX. */
export async function fixBot({ auth, fixConfig: config, runtime, clock }: Venue): Promise<Bot> {
  if (config === undefined) throw new Error("nobody speaks FIX there");
  const log = new Log(clock);
  const client = await FixClient.connect({ auth, config, runtime, clock });
  const orders = new Map<string, Placed & { named: string }>();
  const reports = client.executionReports();
  const reading = (async () => {
    for await (const report of reports) {
      if (report.MsgType !== "8") continue;
      const { ClOrdID, OrigClOrdID, ExecType, LastQty = "", LastPx = "", AggressorIndicator, Text } = report;
      const id = (OrigClOrdID ?? ClOrdID).slice(0, 1);
      const order = orders.get(id);
      if (order === undefined) throw new Error(`a report of nobody's order: ${ClOrdID}`);
      if (ExecType === "F") {
        const fee = report.NoMiscFees?.[0]?.MiscFeeAmt ?? "0";
        log.say(filled(order, { count: LastQty, price: LastPx, isTaker: AggressorIndicator === true, fee }));
      } else if (ExecType === "8") log.say(`${id} refused ${Text?.toLowerCase()}`);
      else if (ExecType === "4" || ExecType === "C") log.say(`${id} canceled`);
    }
  })();
  return {
    outcomes: log.outcomes,
    async act(deed) {
      if (deed.does === "place") {
        orders.set(deed.id, { ...deed, named: deed.id });
        await client.send({
          MsgType: "D",
          ClOrdID: deed.id,
          Symbol: deed.market,
          Side: deed.side === "bid" ? "1" : "2",
          OrdType: "2",
          OrderQty: deed.count,
          Price: fixed(deed.price, 4),
          SelfTradePreventionType: deed.prevention === "maker" ? 2 : 1,
          ...deed.until === undefined ? { TimeInForce: timesInForce[deed.force] } : {
            TimeInForce: "6",
            ExpireTime: fixTime(BEGIN_MS + deed.until * 1_000),
          },
          ...(deed.postOnly && { ExecInst: "6" }),
        });
        return;
      }
      const order = orders.get(deed.id);
      if (order === undefined) throw new Error(`there is no order ${deed.id}`);
      const named = `${order.named}${deed.does[0]}`;
      const common = {
        ClOrdID: named,
        OrigClOrdID: order.named,
        Symbol: order.market,
        Side: order.side === "bid" ? "1" : "2",
      } as const;
      order.named = named;
      await client.send(
        deed.does === "cancel"
          ? { MsgType: "F", ...common }
          : { MsgType: "G", ...common, OrdType: "2", OrderQty: deed.count, Price: fixed(deed.price, 4) },
      );
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await reading;
    },
  };
}

/** A time as FIX writes it. */
const fixTime = (ms: number): string =>
  new Date(ms).toISOString().replace(/^(\d+)-(\d+)-(\d+)T(.*)Z$/, "$1$2$3-$4");
