/** Which hosts a FIX session connects to. */
import { KalshiConfigError } from "../base/errors.ts";
import { askForHost } from "../config/unknown_hosts.ts";
import { isLoopback } from "../config/url_policy.ts";
import type { KalshiEnvironment } from "../config/venue.ts";
import {
  type FixPlace,
  type FixProduct,
  type FixSessionKind,
  fixSessions,
} from "../contract/fix/sessions.ts";

/** Whose host it is. */
export type FixEnvironment = KalshiEnvironment | "loopback" | "unknown";

/** The environment variable that lets hosts through which are not Kalshi's. */
export const ALLOW_UNKNOWN_HOST = "KALSHI_FIX_ALLOW_UNKNOWN_HOST";

/** Which session, where it was told to be. */
export interface WantedPlace {
  readonly product: FixProduct;
  readonly session: FixSessionKind;
  readonly environment?: KalshiEnvironment | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** Asked for a place that is not Kalshi's for that session. */
  readonly allowUnknownHost: () => boolean;
}

/** A place that passed the policy. */
export interface CheckedPlace extends FixPlace {
  readonly environment: FixEnvironment;
  /** What was let through by `allowUnknownHost` alone, in words. */
  readonly strange: string | undefined;
}

function refuse(why: string): never {
  throw new KalshiConfigError(`FixConfig: \`host\` ${why} Write it like mm.fix.elections.kalshi.com.`);
}

/**
 * A host in its normal form: lower case, IPv6 in brackets. It must read the same to a URL parser, so that nothing is let
 * through that means something else than it seems; user info is never repeated.
 */
function readHost(given: string): string {
  if (/[/\\?#]/.test(given)) refuse("is a host alone, without scheme and path.");
  if (given.includes("@")) refuse("is a host alone, without a user name.");
  const address = /^[\da-f:.]*:[\da-f:.]*:[\da-f:.]*$/i.test(given) ? `[${given}]` : given;
  if (/:\d*$/.test(address)) refuse("is a host alone: its port belongs into `port`.");
  if (address.endsWith(".")) refuse("must not end in a dot.");
  let hostname: string | undefined;
  try {
    hostname = new URL(`https://${address}`).hostname;
  } catch {
    // Said below.
  }
  // The second test is not redundant: lower-casing turns a Kelvin sign into a "k".
  if (hostname === undefined || hostname !== address.toLowerCase() || /[^!-~]/.test(address)) {
    refuse("must be a host name or an address in plain letters, in its usual form.");
  }
  return hostname;
}

/** A host as a message may show it: a name with dots or an address, for anything else may be a key. */
const shownHost = (host: string) =>
  /^([a-z\d-]{1,24}\.)+[a-z\d-]{1,24}$|^\[[\da-f:]+\]$/.test(host)
    ? host
    : `a host of ${host.length} characters`;

const environments = ["production", "demo"] as const;

/** Whose host it is, of any session, and the session at that port. */
function knownHost(host: string, port: number) {
  const rows = Object.entries(fixSessions).flatMap(([session, { places }]) =>
    Object.entries(places).flatMap(([product, place]) =>
      environments.map((environment) => ({ session, product, environment, ...place[environment] }))
    )
  ).filter((row) => row.host === host);
  const [first] = rows;
  return first && { ...(rows.find((row) => row.port === port) ?? { ...first, session: undefined }) };
}

/** Where a session is in an environment; refuses a product that does not have it. */
function placeOf({ product, session }: WantedPlace): Readonly<Record<KalshiEnvironment, FixPlace>> {
  const place = fixSessions[session].places[product];
  if (place !== undefined) return place;
  const offered = Object.entries(fixSessions).filter(([, { places }]) => places[product] !== undefined);
  throw new KalshiConfigError(
    `FixConfig: \`session\` cannot be "${session}" for the product "${product}", whose gateways have none. They have ${
      offered.map(([name]) => name).join(", ")
    }.`,
  );
}

/**
 * Where a session connects: to Kalshi's host and port for it, to this machine, or where `allowUnknownHost` lets it.
 *
 * @throws {KalshiConfigError} for any other place, and for a host of another environment than the one that was told
 */
export function checkPlace(wanted: WantedPlace): CheckedPlace {
  const { product, session, environment } = wanted;
  const places = placeOf(wanted);
  const home = places[environment ?? "production"];
  const host = wanted.host === undefined ? home.host : readHost(wanted.host);
  const checked = judge(wanted, places, { host, port: wanted.port ?? home.port });
  const known = checked.environment;
  if (environment !== undefined && (known === "production" || known === "demo") && known !== environment) {
    throw new KalshiConfigError(
      `FixConfig: \`host\` is ${known}, and \`environment\` is ${environment}. Leave one out: the ${product} session ` +
        `"${session}" has a host of its own in each.`,
    );
  }
  return checked;
}

function judge(
  { product, session, environment, allowUnknownHost }: WantedPlace,
  places: Readonly<Record<KalshiEnvironment, FixPlace>>,
  { host, port }: FixPlace,
): CheckedPlace {
  if (isLoopback(host)) return { host, port, environment: environment ?? "loopback", strange: undefined };
  const own = environments.find((name) => places[name].host === host && places[name].port === port);
  if (own !== undefined) return { host, port, environment: own, strange: undefined };
  const known = knownHost(host, port);
  const here = places[environment ?? known?.environment ?? "production"];
  const { allowed, why } = askForHost(allowUnknownHost);
  if (!allowed) {
    const what = known === undefined
      ? `${shownHost(host)} is no host of Kalshi's FIX`
      : known.product !== product
      ? `${host} is a host of the ${known.product} gateways, which know other keys`
      : known.session === undefined
      ? `${host} has nothing at port ${port}`
      : `${host}:${port} is the ${known.product} session "${known.session}"`;
    throw new KalshiConfigError(
      `FixConfig: ${what}. The ${product} session "${session}" is at ${here.host}:${here.port}: leave \`host\` and ` +
        `\`port\` out, or let \`allowUnknownHost\` or ${ALLOW_UNKNOWN_HOST}=1 say that it is meant.${why}`,
    );
  }
  const strange = known === undefined
    ? `${shownHost(host)} is no host of Kalshi`
    : `${host}:${port} is not where Kalshi has the ${product} session "${session}"`;
  return { host, port, environment: known?.environment ?? environment ?? "unknown", strange };
}
