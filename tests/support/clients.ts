/** The clients of Kalshi's exchanges, for tests that say the same of each. */
import { KalshiClient, type KalshiClientOptions, KalshiConfig } from "../../mod.ts";
import { eventVenue } from "../../src/config/venue.ts";
import type { ProductClient } from "../../src/product_client.ts";
import { PerpsClient, PerpsConfig, perpsVenue } from "../../src/perps/mod.ts";

/** A client's class, as tests make one. */
interface TestClient {
  readonly name: string;
  // deno-lint-ignore no-explicit-any -- what its methods give differs between them.
  readonly make: (options?: KalshiClientOptions) => ProductClient<any> & any;
  // deno-lint-ignore no-explicit-any -- the same.
  readonly makeConfig: (options?: any) => any;
  // deno-lint-ignore no-explicit-any -- variables of an environment.
  readonly fromEnv: (env: any, options?: any) => Promise<unknown>;
  /** The names of its environment variables. */
  readonly variables: readonly string[];
}

/** All of them. */
export const clients: readonly TestClient[] = [
  {
    name: "KalshiClient",
    make: (options) => new KalshiClient(options),
    makeConfig: (options) => new KalshiConfig(options),
    fromEnv: (env, options) => KalshiClient.fromEnv(env, options),
    variables: Object.values(eventVenue.variables),
  },
  {
    name: "PerpsClient",
    make: (options) => new PerpsClient(options as ConstructorParameters<typeof PerpsClient>[0]),
    makeConfig: (options) => new PerpsConfig(options),
    fromEnv: (env, options) => PerpsClient.fromEnv(env, options),
    variables: Object.values(perpsVenue.variables),
  },
];
