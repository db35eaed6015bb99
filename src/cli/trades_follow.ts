/**
 * `kalshi trades --follow`: the latest trades, then each new one; what the stream has lost is told and looked up.
 *
 * @module
 */
import { onAborted } from "../base/waits.ts";
import type { KalshiClient } from "../client.ts";
import type { GetTradesParams } from "../contract/event/operations.ts";
import type { Trade } from "../contract/event/types.ts";
import type { StreamMarker } from "../stream/items.ts";
import type { CliContext } from "./context.ts";
import type { Output } from "./output.ts";
import { unixSeconds } from "./times.ts";
import { type Loss, lossLine, lossWords, streamedLine, tradeColumns, tradeLine } from "./trade_lines.ts";

/** What is followed. */
export interface Followed {
  readonly ticker: string | undefined;
  readonly params: GetTradesParams;
  /** How many of those before. */
  readonly most: number;
}

/** So many trades are remembered, so that none is printed twice. */
const REMEMBERED = 20_000;

class Seen {
  readonly #ids = new Set<string>();

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Whether it is new; remembers it. */
  take(id: string): boolean {
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    for (const old of this.#ids) {
      if (this.#ids.size <= REMEMBERED) break;
      this.#ids.delete(old);
    }
    return true;
  }
}

/** Follows trades until Ctrl-C. */
export async function followTrades(
  { io, signal }: CliContext,
  output: Output,
  client: KalshiClient,
  { ticker, params, most }: Followed,
): Promise<void> {
  const stream = await client.stream({ signal, onError: (error) => void output.note(String(error)) });
  const close = () => void stream.close();
  const unheard = onAborted(signal, close);
  const rows = output.rows(tradeColumns, { isLive: true });
  const seen = new Seen();
  const add = async (trades: readonly Trade[], recovered: boolean) => {
    let found = 0;
    // Lists are newest first.
    for (const trade of [...trades].reverse()) {
      if (!seen.take(trade.trade_id)) continue;
      found++;
      await rows.add(tradeLine(trade, recovered));
    }
    return found;
  };
  try {
    // Subscribed first: what is traded while the list is on its way waits in the queue.
    const wanted = ticker === undefined ? {} : { market_tickers: [ticker] };
    const queue = { policy: "drop-oldest", limit: 20_000 } as const;
    const trades = await stream.subscribe("trade", wanted, { signal, queue });
    const { items } = await client.trades.list({ ...params, limit: 1_000 }, { signal });
    // Those before are known, so that no look-up brings them as missed.
    for (const { trade_id } of items.slice(most)) seen.take(trade_id);
    await add(items.slice(0, most), false);
    const tell = async (loss: Omit<Loss, "found">) => {
      const missed = await lookUp(client, params, loss, signal);
      // Those that are known already are not missing.
      const fresh = missed?.filter(({ trade_id }) => !seen.has(trade_id));
      const told = { ...loss, found: fresh?.length };
      if (output.format === "table") await io.stderr.write(`${lossWords(told)}\n`);
      else await rows.add(lossLine(told));
      await add(fresh ?? [], true);
    };
    let lastMs: number | undefined;
    for await (const item of trades) {
      if (signal.aborted) return;
      const nowMs = item.type === "trade" ? item.msg.ts_ms : item.missedToMs;
      if (item.dropped !== undefined && item.dropped > 0) {
        await tell({ type: "gap", missed: item.dropped, fromMs: lastMs ?? nowMs, toMs: nowMs });
      }
      lastMs = nowMs;
      if (item.type === "trade") {
        if (seen.take(item.msg.trade_id)) await rows.add(streamedLine(item.msg));
      } else await tell(lossOf(item));
    }
  } finally {
    unheard();
    await rows.end();
    await stream.close();
  }
}

function lossOf(marker: StreamMarker): Omit<Loss, "found"> {
  const { type, missedFromMs: fromMs, missedToMs: toMs } = marker;
  return { type, missed: marker.type === "gap" ? marker.missed : undefined, fromMs, toMs };
}

/** The trades of a time, newest first; undefined where they cannot be looked up. */
async function lookUp(
  client: KalshiClient,
  params: GetTradesParams,
  { fromMs, toMs }: Omit<Loss, "found">,
  signal: AbortSignal,
): Promise<readonly Trade[] | undefined> {
  const trades: Trade[] = [];
  // A second on either side: the clocks of here and there differ.
  const span = { min_ts: unixSeconds(fromMs) - 1, max_ts: unixSeconds(toMs) + 2 };
  try {
    for await (const trade of client.trades.listAll({ ...params, ...span, limit: 1000 }, { signal })) {
      trades.push(trade);
    }
    return trades;
  } catch {
    return undefined;
  }
}
