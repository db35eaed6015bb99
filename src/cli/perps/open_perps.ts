/** The client of a command for perps. */
import { perpsVenue } from "../../config/perps_venue.ts";
import type { PerpsClient } from "../../perps/client.ts";
import type { CliIo } from "../io.ts";
import { type CliClient, type CliProduct, type ConnectionOptions, openProduct } from "../open_client.ts";

const perps: CliProduct<PerpsClient> = {
  variables: perpsVenue.variables,
  open: async (env, place, options) => {
    const { PerpsClient } = await import("../../perps/client.ts");
    const { PerpsConfig } = await import("../../config/perps_config.ts");
    const config = place && { config: PerpsConfig[place]() };
    return await PerpsClient.fromEnv(env, { ...options, ...config });
  },
};

/** As `openClient`, with the variables `KALSHI_PERPS_*`. */
export function openPerps(io: CliIo, options: ConnectionOptions): Promise<CliClient<PerpsClient>> {
  return openProduct(perps, io, options);
}
