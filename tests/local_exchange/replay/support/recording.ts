/** Makes a recording in memory out of what a table says. */
import type { RecordedItem, RecordedMessage } from "../../../../src/recordings/mod.ts";
import type { LevelChange, Line, Recorded } from "./table.ts";

/** When every case begins: 2026-11-24, 14:00 UTC. */
export const BEGIN_MS = Date.UTC(2026, 10, 24, 14);

const sids = { orderbook_delta: 1, trade: 2, market_lifecycle_v2: 3 } as const;
type RecordedChannel = keyof typeof sids;

/** What a market is. */
export interface MarketFacts {
  /** In Unix milliseconds; a day after the begin unless told. */
  readonly closeMs?: number | undefined;
  /** Fees of its series. */
  readonly feeType?: string | undefined;
}

/** Writes items of a recording, one after the other. */
export class RecordingWriter {
  readonly items: RecordedItem[] = [];
  readonly #seqs = new Map<number, number>();
  #trades = 0;

  constructor(atMs = BEGIN_MS) {
    this.items.push({
      ...this.#place(atMs),
      kind: "start",
      isSession: true,
      header: {
        format: "kalshi-recording",
        version: 1,
        session: "00000000-0000-4000-8000-000000000000",
        part: 1,
        startedAtMs: atMs,
        sdk: "@unofficial/kalshi 0.1.0",
        environment: "production",
        host: "wss://external-api-ws.kalshi.com",
        channels: { orderbook_delta: {}, trade: {}, market_lifecycle_v2: {} },
      },
    });
  }

  /** Writes what a market is, as REST says it. */
  market(atMs: number, ticker: string, { closeMs, feeType = "quadratic" }: MarketFacts = {}): void {
    const time = (ms: number) => new Date(ms).toISOString();
    const series = { ticker: `${ticker}S`, title: ticker, category: "Local", frequency: "daily", tags: [] };
    this.items.push({
      ...this.#place(atMs),
      kind: "market",
      ticker,
      market: {
        ticker,
        event_ticker: `${ticker}E`,
        market_type: "binary",
        title: ticker,
        yes_sub_title: ticker,
        no_sub_title: ticker,
        created_time: time(BEGIN_MS - 86_400_000),
        open_time: time(BEGIN_MS - 86_400_000),
        close_time: time(closeMs ?? BEGIN_MS + 86_400_000),
        status: "active",
        result: "",
        price_level_structure: "linear_cent",
        price_ranges: [{ start: "0.0000", end: "1.0000", step: "0.0100" }],
        exchange_index: 0,
        rules_primary: "",
        rules_secondary: "",
      },
      event: { event_ticker: `${ticker}E`, series_ticker: `${ticker}S`, title: ticker, sub_title: "" },
      series: { ...series, fee_type: feeType, fee_multiplier: 1 },
    });
  }

  /** Writes one thing. */
  add(atMs: number, said: Recorded): void {
    switch (said.does) {
      case "book": {
        const levels = (side: readonly (readonly [string, string])[]) =>
          side.map(([price, count]) => [fixed(price, 4), fixed(count, 2)]);
        return this.#frame(atMs, "orderbook_delta", "orderbook_snapshot", {
          market_ticker: said.market,
          ...(said.bids.length > 0 && { yes_dollars_fp: levels(said.bids) }),
          ...(said.asks.length > 0 && { no_dollars_fp: levels(said.asks) }),
        });
      }
      case "change":
        return this.#change(atMs, said);
      case "trade":
        return this.#frame(atMs, "trade", "trade", {
          trade_id: said.id ?? `trade-${++this.#trades}`,
          market_ticker: said.market,
          yes_price_dollars: fixed(said.price, 4),
          no_price_dollars: fixed(String(1 - Number(said.price)), 4),
          count_fp: fixed(said.count, 2),
          taker_side: said.taker === "bid" ? "yes" : "no",
          taker_outcome_side: said.taker === "bid" ? "yes" : "no",
          taker_book_side: said.taker,
          is_block_trade: false,
          ts: Math.floor(atMs / 1_000),
          ts_ms: atMs,
        });
      case "gap":
        return void this.items.push({
          ...this.#place(atMs),
          kind: "gap",
          channel: "orderbook_delta",
          missed: undefined,
          reason: "unreadable",
          missedFromMs: atMs,
          missedToMs: atMs,
        });
      case "result":
        return this.#lifecycle(atMs, "determined", said.market, {
          result: said.result === "yes" || said.result === "no" ? said.result : "scalar",
          settlement_value: fixed(said.result === "yes" ? "1" : said.result === "no" ? "0" : said.result, 4),
          determination_ts: Math.floor(atMs / 1_000),
        });
      case "settled":
        return this.#lifecycle(atMs, "settled", said.market, { settled_ts: Math.floor(atMs / 1_000) });
    }
  }

  /** Ends it. */
  end(atMs: number): void {
    const frames = this.items.filter(({ kind }) => kind === "frame").length;
    this.items.push({ ...this.#place(atMs), kind: "end", reason: "closed", frames });
  }

  /** Writes what the lines of a table say. */
  addLines(lines: readonly Line[]): void {
    for (const { atMs, recorded } of lines) {
      for (const said of recorded) this.add(BEGIN_MS + atMs, said);
    }
  }

  #change(atMs: number, { market, side, price, delta }: LevelChange): void {
    this.#frame(atMs, "orderbook_delta", "orderbook_delta", {
      market_ticker: market,
      price_dollars: fixed(price, 4),
      delta_fp: fixed(delta, 2),
      side: side === "bid" ? "yes" : "no",
      ts: new Date(atMs).toISOString(),
      ts_ms: atMs,
    });
  }

  #lifecycle(atMs: number, what: string, market: string, more: Readonly<Record<string, unknown>>): void {
    this.#frame(atMs, "market_lifecycle_v2", "market_lifecycle_v2", {
      event_type: what,
      market_ticker: market,
      ...more,
    });
  }

  #frame(
    atMs: number,
    channel: RecordedChannel,
    type: string,
    msg: Readonly<Record<string, unknown>> & { readonly market_ticker: string },
  ): void {
    const sid = sids[channel];
    const seq = (this.#seqs.get(sid) ?? 0) + 1;
    this.#seqs.set(sid, seq);
    const frame: RecordedMessage = { type, sid, seq, msg };
    this.items.push({
      ...this.#place(atMs),
      kind: "frame",
      text: JSON.stringify(frame),
      frame,
      channel,
      ticker: msg.market_ticker,
    });
  }

  #place(atMs: number) {
    return { file: "000001.jsonl.gz", line: this.items.length + 1, atMs, us: (atMs - BEGIN_MS) * 1_000 };
  }
}

/** A number as the wire writes it. */
export const fixed = (text: string, digits: number): string => Number(text).toFixed(digits);
