/**
 * How the configuration of a product is made: read by its schemas, sent where its venue is, and frozen. A product adds
 * its options, their schemas and a class of a few lines.
 *
 * @module
 */
import type * as v from "valibot";
import { type EnvReader, processEnv } from "../base/environment.ts";
import { KalshiConfigError } from "../base/errors.ts";
import type { Hint } from "../base/options.ts";
import { readBySchema } from "./schemas.ts";
import { unknownHosts, warnOfHost } from "./unknown_hosts.ts";
import { type CheckedUrl, checkUrl, counterpart, type UrlKind } from "./url_policy.ts";
import type { RestVenue } from "./venue.ts";

/** What every configuration can be given: where to connect. */
export interface PlaceOptions {
  readonly baseUrl?: string | undefined;
  readonly wsBaseUrl?: string | undefined;
  readonly allowUnknownHost?: boolean | undefined;
}

/** A product, as far as its configuration goes. */
export interface Product<Entries extends v.ObjectEntries> {
  /** The class of its configuration. */
  readonly owner: string;
  readonly venue: RestVenue;
  /** Its options; made when they are needed, so that importing them costs nothing. */
  readonly entries: () => Entries;
  /** The names of the options in those that hold options. */
  readonly nested: Readonly<Record<string, readonly string[]>>;
  readonly hint: (owner: string, known: readonly string[]) => Hint;
  /** Where it connects unless told. */
  readonly baseUrl: string;
}

/** Where a configuration leads. */
export type ConfigEnvironment = CheckedUrl["environment"];

/** What a configuration is made of. */
export interface ConfigParts<Values> {
  /** The options that were given, as they were given. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Its public properties. */
  readonly values: Values & {
    readonly baseUrl: string;
    /** Where the venue has a WebSocket. */
    readonly wsBaseUrl?: string;
    readonly allowUnknownHost: boolean;
  };
  readonly environment: ConfigEnvironment;
}

/**
 * Makes a configuration.
 *
 * @param before the one that it is a changed copy of: hosts that are not Kalshi's are told of once
 * @throws {KalshiConfigError} for the first option that is unknown or wrong, and for a URL outside the policy
 */
export function makeConfig<Entries extends v.ObjectEntries>(
  { owner, venue, entries, nested, hint, baseUrl: home }: Product<Entries>,
  options: object,
  env: EnvReader = processEnv,
  before?: { readonly baseUrl: string; readonly wsBaseUrl?: string },
): ConfigParts<v.InferOutput<v.StrictObjectSchema<Entries, string>>> {
  const { given, values } = readBySchema({ owner, entries: entries(), nested, hint }, options);
  const { baseUrl, wsBaseUrl, allowUnknownHost } = values as PlaceOptions;
  const hosts = unknownHosts(allowUnknownHost, env, venue.variables.allowUnknownHost);
  const check = (url: string, kind: UrlKind) => checkUrl(venue, url, kind, { allowUnknownHost: hosts.allow });
  let rest: CheckedUrl;
  let ws: CheckedUrl | undefined;
  if (baseUrl === undefined && wsBaseUrl !== undefined) {
    ws = check(wsBaseUrl, "ws");
    rest = check(counterpart(venue, ws, "ws"), "rest");
  } else {
    rest = check(baseUrl ?? home, "rest");
    ws = venue.wsPath === undefined ? undefined : check(wsBaseUrl ?? counterpart(venue, rest, "rest"), "ws");
  }
  if (
    ws !== undefined && /^(demo production|production demo)$/.test(`${rest.environment} ${ws.environment}`)
  ) {
    throw new KalshiConfigError(
      `baseUrl is ${rest.environment}, wsBaseUrl is ${ws.environment}. Leave one out: it follows the other.`,
    );
  }
  const unknown = [rest, ws ?? rest].filter(({ environment }) => environment === "unknown").map(({ host }) =>
    host
  );
  if (unknown.length > 0 && (before?.baseUrl !== rest.url || before.wsBaseUrl !== ws?.url)) {
    warnOfHost(`${[...new Set(unknown)].join(" and ")} is no host of Kalshi`);
  }
  return {
    given,
    values: {
      ...values,
      baseUrl: rest.url,
      ...(ws !== undefined && { wsBaseUrl: ws.url }),
      allowUnknownHost: hosts.allowed(),
    },
    environment: rest.environment,
  };
}
