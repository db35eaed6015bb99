/**
 * What a client of the margin exchange is made from.
 *
 * @module
 */
import { clientRulesFor, type ProductClientOptions } from "../client_options.ts";
import type { PerpsConfig, PerpsConfigOptions } from "../config/perps_config.ts";

/** What a {@linkcode PerpsClient} is made from. Without a key it makes public calls only. */
export type PerpsClientOptions = ProductClientOptions<PerpsConfig | PerpsConfigOptions>;

/** What the options of a {@linkcode PerpsClient} may be. */
export const perpsClientRules = /* @__PURE__ */ clientRulesFor("PerpsConfig");
