/** Reading what a command asks for, with the refusals that Kalshi gives to what it cannot read. */
import { errorCodes } from "../../../contract/event/channels.ts";
import { CommandError, type CommandParams, readTexts } from "../../../contract/stream_commands.ts";
import type { ChannelKey, ChannelRules, Shard } from "./channels.ts";
import type { SocketProduct } from "./product.ts";

/** The parameters that list indices and underlyings. */
export const listNames: Readonly<Record<Exclude<ChannelKey, "markets">, string>> = {
  indices: "index_ids",
  underlyings: "underlying_tickers",
};

/** A list of texts, or the only one of them, which Kalshi takes in a parameter of its own. */
export function strings(value: unknown, one?: unknown): readonly string[] | undefined {
  if (value !== undefined && one !== undefined) throw new CommandError(errorCodes.invalidParameter);
  return readTexts(one === undefined ? value : [one]);
}

/** Where markets are looked up, and whether those that are unknown are refused. */
export interface MarketLookup {
  readonly product: Pick<SocketProduct, "market" | "tickersOf">;
  readonly refusesUnknown: boolean;
}

/** The tickers of the markets that a command names; undefined where it names none. */
export function readMarkets(
  params: CommandParams,
  { product, refusesUnknown }: MarketLookup,
  needsMarkets = false,
): Set<string> | undefined {
  const tickers = strings(params.market_tickers, params.market_ticker);
  const ids = strings(params.market_ids, params.market_id);
  if (tickers !== undefined && ids !== undefined) throw new CommandError(errorCodes.invalidParameter);
  if (needsMarkets && (tickers ?? []).length === 0) {
    throw new CommandError(errorCodes.marketTickerRequired);
  }
  if (tickers !== undefined) {
    if (refusesUnknown && tickers.some((ticker) => product.market(ticker) === undefined)) {
      throw new CommandError(errorCodes.marketNotFound);
    }
    return new Set(tickers);
  }
  if (ids === undefined) return undefined;
  if (ids.some((id) => !/^[0-9a-f-]{36}$/i.test(id))) throw new CommandError(errorCodes.invalidParameter);
  return new Set(product.tickersOf(new Set(ids)));
}

/** What a subscription to a channel picks; undefined for everything. */
export function readKeys(
  rules: ChannelRules,
  params: CommandParams,
  lookup: MarketLookup,
): Set<string> | undefined {
  if (rules.key === undefined) return undefined;
  if (rules.key === "markets") return readMarkets(params, lookup, rules.needsMarkets);
  const names = strings(params[listNames[rules.key]]) ?? [];
  return names.includes("all") ? undefined : new Set(names);
}

/** What an update of a subscription adds or removes; undefined for everything. It must name something. */
export function readChangedKeys(
  key: ChannelKey,
  params: CommandParams,
  lookup: MarketLookup,
): Set<string> | undefined {
  if (key === "markets") {
    const keys = readMarkets(params, lookup);
    if (keys === undefined || keys.size === 0 && params.market_ids === undefined) {
      throw new CommandError(errorCodes.marketTickerRequired);
    }
    return keys;
  }
  const names = strings(params[listNames[key]]) ?? [];
  if (names.length === 0) {
    throw new CommandError(
      key === "indices" ? errorCodes.indexIdsRequired : errorCodes.underlyingTickersRequired,
    );
  }
  return names.includes("all") ? undefined : new Set(names);
}

/** The part of a channel that a connection takes; undefined for all of it. */
export function readShard({ shard_factor: factor, shard_key: key }: CommandParams): Shard | undefined {
  if (factor === undefined) {
    if (key !== undefined) throw new CommandError(errorCodes.shardFactorIsRequiredWhenShardKeyIsSet);
    return undefined;
  }
  if (!Number.isInteger(factor)) throw new CommandError(errorCodes.invalidParameter);
  if (typeof factor !== "number" || factor < 1) throw new CommandError(errorCodes.shardFactorMustBeOver0);
  if (factor > 100) throw new CommandError(errorCodes.shardFactorMustBeAtMost100);
  const chosen = key ?? 0;
  if (!Number.isInteger(chosen)) throw new CommandError(errorCodes.invalidParameter);
  if (typeof chosen !== "number" || chosen < 0 || chosen >= factor) {
    throw new CommandError(errorCodes.shardKeyMustBeAtLeast0AndBelowShardFactor);
  }
  return { factor, key: chosen };
}
