/**
 * What channels a recorder has, and which frames of its stream are none of theirs.
 *
 * @module
 */
import { KalshiConfigError } from "../base/errors.ts";
import { eventProduct } from "../stream/event_product.ts";
import { channelOf } from "../stream/product.ts";
import { readParams } from "../stream/subscribe_params.ts";
import type { RecorderOptions } from "./options.ts";

type Params = Readonly<Record<string, unknown>>;

/** The channels, each with its parameters; refuses what a channel does not have before anything is sent or written. */
export function readChannels(
  { channels, tickers, params = {} }: Pick<RecorderOptions, "channels" | "tickers" | "params">,
): ReadonlyMap<string, Params> {
  for (const channel of Object.keys(params)) {
    if (channels.includes(channel)) continue;
    throw new KalshiConfigError(
      `Recorder: \`params\` has the channel "${channel}", which \`channels\` has not.`,
    );
  }
  return new Map(channels.map((channel) => {
    const { picks } = channelOf(eventProduct, channel);
    const takesTickers = tickers !== undefined && picks.includes("market_tickers");
    const own: Params = { ...takesTickers && { market_tickers: tickers }, ...params[channel] };
    readParams(eventProduct, channel, own);
    return [channel, own];
  }));
}

/** The types that only channels have which are not recorded. */
export function foreignTypes(channels: ReadonlyMap<string, Params>): ReadonlySet<string> {
  const foreign = new Set<string>();
  for (const { types } of Object.values(eventProduct.channels)) {
    for (const type of types ?? []) foreign.add(type);
  }
  for (const channel of channels.keys()) {
    for (const type of channelOf(eventProduct, channel).types ?? []) foreign.delete(type);
  }
  return foreign;
}
