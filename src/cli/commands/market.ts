/**
 * `kalshi market TICKER`
 *
 * @module
 */
import type { Command } from "commander";
import type { Market } from "../../contract/event/types.ts";
import type { CliContext } from "../context.ts";
import { addConnectionOptions, addOutputOptions } from "../options.ts";
import { type ConnectionOptions, openClient } from "../open_client.ts";
import { type Column, openOutput, type OutputOptions } from "../output.ts";

const columns: readonly Column<Market>[] = [
  { name: "ticker", value: ({ ticker }) => ticker, colour: () => "bold" },
  { name: "event", value: ({ event_ticker }) => event_ticker },
  { name: "title", value: ({ title }) => title },
  { name: "yes", value: ({ yes_sub_title }) => yes_sub_title },
  {
    name: "status",
    value: ({ status }) => status,
    colour: ({ status }) => status === "active" ? "green" : "yellow",
  },
  { name: "yes_bid", value: ({ yes_bid_dollars }) => yes_bid_dollars, colour: () => "green" },
  { name: "yes_ask", value: ({ yes_ask_dollars }) => yes_ask_dollars, colour: () => "red" },
  { name: "last_price", value: ({ last_price_dollars }) => last_price_dollars },
  { name: "volume", value: ({ volume_fp }) => volume_fp },
  { name: "volume_24h", value: ({ volume_24h_fp }) => volume_24h_fp },
  { name: "open_interest", value: ({ open_interest_fp }) => open_interest_fp },
  { name: "open_time", value: ({ open_time }) => open_time },
  { name: "close_time", value: ({ close_time }) => close_time },
  { name: "result", value: ({ result }) => result },
  { name: "rules", value: ({ rules_primary }) => rules_primary },
];

/** Adds the command `market`. */
export function addMarket(program: Command, { io, signal }: CliContext): void {
  const command = program.command("market <ticker>").description("one market: prices, volume, times, rules");
  addConnectionOptions(addOutputOptions(command));
  command.action(async (ticker: string, options: OutputOptions & ConnectionOptions) => {
    const { client, close } = await openClient(io, options);
    try {
      const market = await client.markets.get(ticker, { signal });
      await openOutput(io, options).record(columns, market);
    } finally {
      await close();
    }
  });
}
