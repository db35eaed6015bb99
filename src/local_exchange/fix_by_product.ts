/** Which FIX an exchange speaks: finds that of a product, or says how to have it. */
import { KalshiConfigError } from "../base/errors.ts";
import { assertObject, assertValue, oneOf } from "../base/options.ts";
import { readOwn } from "../base/plain.ts";
import type { FixProduct, FixSessionKind } from "../contract/fix/sessions.ts";
import type { FixConfig } from "../fix/config.ts";
import type { FixConfigOptions } from "../fix/config_options.ts";
import type { FixGateway } from "./gateways/fix/gateway.ts";
import type { FixByProduct, SpokenFix } from "./spoken_fix.ts";

const fixProduct = oneOf<FixProduct>("event", "margin");

/** The gateway of one product. */
export function gatewayOf(fix: FixByProduct, product: FixProduct): FixGateway {
  assertValue("fixOf", "product", product, fixProduct);
  return spokenOf(fix, product).gateway;
}

/** A configuration that leads to one kind of sessions, of the product that the options say. */
export function fixConfigOf(
  fix: FixByProduct,
  session: FixSessionKind,
  options: Partial<FixConfigOptions>,
): FixConfig {
  assertObject("fixConfig", options);
  const { product = "event" } = readOwn(options);
  assertValue("fixConfig", "product", product, fixProduct);
  return spokenOf(fix, product).config(session, options);
}

/** The gateways of what is spoken. */
export function gatewaysOf(fix: FixByProduct): Partial<Record<FixProduct, FixGateway>> {
  return Object.fromEntries(Object.entries(fix).map(([product, { gateway }]) => [product, gateway]));
}

function spokenOf(fix: FixByProduct, product: FixProduct): SpokenFix {
  const spoken = fix[product];
  if (spoken !== undefined) return spoken;
  throw new KalshiConfigError(
    Object.keys(fix).length === 0
      ? "This exchange speaks no FIX: start it with { fix: true }."
      : "This exchange has no perps, nor FIX for them: start it with { fix: true, perps: true }.",
  );
}
