/** What leads to the margin exchange of an exchange, and to the clearing house behind it. */
import { KalshiConfigError } from "../base/errors.ts";
import { PerpsConfig } from "../config/perps_config.ts";
import { KlearConfig } from "../klear/config.ts";
import type { Exchange } from "./exchange.ts";
import { steerKept } from "./kept_steering.ts";
import type { KlearHouse } from "./klear/house.ts";
import { KLEAR_ROOT, REST_ROOT } from "./paths.ts";
import { type LocalPerps, localPerps } from "./perps.ts";
import type { Served } from "./served.ts";
import type { SteeringArguments } from "./steering.ts";

/** What leads there. */
export interface PerpsAccess {
  readonly house: KlearHouse;
  readonly klearConfig: KlearConfig;
  readonly config: PerpsConfig;
  readonly controls: LocalPerps;
}

/** What leads there, by the address of the exchange; undefined where there are no perps. */
export function perpsAccess(
  exchange: Exchange,
  { perpsSockets: sockets }: Served,
  host: string,
): PerpsAccess | undefined {
  const { klear: house } = exchange;
  if (sockets === undefined || house === undefined) return undefined;
  const origin = `http://${host}`;
  house.origin = origin;
  return {
    house,
    klearConfig: new KlearConfig({ baseUrl: `${origin}${KLEAR_ROOT}` }),
    config: new PerpsConfig({ baseUrl: `${origin}${REST_ROOT}`, wsBaseUrl: `ws://${host}${sockets.path}` }),
    controls: localPerps({
      exchange,
      steer: (name, given) => steerKept(exchange, name, given as SteeringArguments[typeof name]),
      sockets,
    }),
  };
}

/** Refuses an exchange that has no perps. */
export function needPerps(perps: PerpsAccess | undefined): PerpsAccess {
  if (perps !== undefined) return perps;
  throw new KalshiConfigError("This exchange has no perps: start it with { perps: true }.");
}
