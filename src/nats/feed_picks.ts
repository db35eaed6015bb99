/** What a command asks of a channel, as far as a feed on NATS can have it: a gateway has chosen the rest for all readers. */
import { errorCodes } from "../contract/event/channels.ts";
import { CommandError, type CommandParams, readTexts } from "../contract/stream_commands.ts";
import { channelOf, type StreamProduct } from "../stream/product.ts";

/** Options that a reader chooses for itself. */
const OWN_OPTIONS: ReadonlySet<string> = new Set(["use_yes_price", "send_initial_snapshot"]);

/** The names that a command picks of a channel; undefined for everything. */
export function pickedNames(
  product: StreamProduct,
  channel: string,
  params: CommandParams,
): readonly string[] | undefined {
  const { picks, mustPick } = channelOf(product, channel);
  const [usual] = picks;
  for (const param of picks) {
    const rule = product.picks[param];
    const one = rule?.single === undefined ? undefined : params[rule.single];
    const names = readTexts(params[param] ?? (one === undefined ? undefined : [one]));
    if (names === undefined) continue;
    if (param !== usual) {
      throw new CommandError(
        errorCodes.invalidParameter,
        `A feed on NATS picks by \`${usual}\`, not by \`${param}\``,
      );
    }
    return rule?.all !== undefined && names.includes(rule.all) ? undefined : names;
  }
  if (mustPick !== undefined) throw new CommandError(errorCodes.marketTickerRequired);
  return usual !== undefined && product.picks[usual]?.all !== undefined ? [] : undefined;
}

/** Refuses what a gateway has chosen for all of its readers. */
export function assertOptions(product: StreamProduct, channel: string, params: CommandParams): void {
  if (params.use_yes_price === false && product.books.params.use_yes_price === true) {
    throw new CommandError(
      errorCodes.invalidParameter,
      "A feed on NATS has both sides of a book in YES prices: leave out `use_yes_price`",
    );
  }
  for (const option of channelOf(product, channel).options) {
    if (params[option] === undefined || OWN_OPTIONS.has(option)) continue;
    throw new CommandError(
      errorCodes.invalidParameter,
      `A feed on NATS takes no \`${option}\` of "${channel}": its gateway's \`params\` say it`,
    );
  }
}
