/**
 * Which options belong where, for those that are given somewhere else. The names are those of the tables of rules,
 * which stand in rooms that this one cannot know; a test compares them.
 *
 * @module
 */
import { nearestName } from "../base/nearest_name.ts";
import { type Hint, inWords } from "../base/options.ts";
import { type ConnectionLimits, LEAST_LIMITS } from "./limits.ts";
import { DEFAULTS } from "./settings.ts";

/** Options of a client. */
export const CLIENT_OPTIONS = [
  "auth",
  "keyId",
  "privateKey",
  "privateKeyPath",
  "passphrase",
  "config",
  "demo",
  "runtime",
  "transport",
  "clock",
  "onRequest",
  "onResponse",
  "onRetry",
  "onEnd",
  "onDrift",
  "readOnly",
  "logger",
  "logLevel",
  "rateLimit",
  "validate",
  "checkResponse",
] as const;

/** Options of a configuration: each has a default, if only that it is not there. */
export const CONFIG_OPTIONS = /* @__PURE__ */ Object.keys(DEFAULTS)
  .filter((name) => name !== "environment") as readonly Exclude<keyof typeof DEFAULTS, "environment">[];

/** Options of a configuration's `limits`. */
export const LIMIT_OPTIONS = /* @__PURE__ */ Object.keys(
  LEAST_LIMITS,
) as readonly (keyof ConnectionLimits)[];

/** Options of a stream. */
export const STREAM_OPTIONS = [
  "auth",
  "config",
  "runtime",
  "signal",
  "clock",
  "lookup",
  "verifyBooks",
  "onUnknown",
  "onUnreadable",
  "onError",
  "logger",
  "logLevel",
] as const;

/** Options of a single call, the last argument of every method. */
export const CALL_OPTIONS = [
  "signal",
  "timeoutMs",
  "totalTimeoutMs",
  "maxRetries",
  "headers",
  "extraQuery",
  "extraBody",
  "onResponse",
  "orderRetries",
] as const;

/** Options that walks over all pages have besides. */
export const WALK_OPTIONS = ["maxItems", "prefetch", "history"] as const;

// What these options are of: the clients of each product, and what belongs to them.
const OWNERS = /^(Kalshi|Perps)(?:Config|Core|Client|Stream)\b/;

const has = (names: readonly string[], name: string) => names.includes(name);

/**
 * Where an option belongs that `owner` does not have, as a sentence; undefined for one that belongs nowhere.
 *
 * @param known the options that `owner` has
 */
function placeOf(owner: string, name: string, known: readonly string[]): string | undefined {
  if (has(known, "config")) {
    if (has(CONFIG_OPTIONS, name)) return `It belongs into \`config\`: { config: { ${name}: … } }.`;
    if (has(LIMIT_OPTIONS, name)) {
      return `It belongs into \`config\`: { config: { limits: { ${name}: … } } }.`;
    }
  }
  if (/^(?:Kalshi|Perps)Config\b/.test(owner)) {
    if (has(LIMIT_OPTIONS, name)) return `It belongs into \`limits\`: { limits: { ${name}: … } }.`;
    if (owner.endsWith("limits") && has(CONFIG_OPTIONS, name)) {
      return "It belongs beside `limits`, not into it.";
    }
  }
  const [, family] = OWNERS.exec(owner) ?? [];
  if (family === undefined) return undefined;
  if (has(CLIENT_OPTIONS, name) && owner !== "KalshiCore") {
    return `It belongs to the client: new ${family}Client({ ${name}: … })${
      owner.endsWith("Stream") ? ", whose stream() opens a stream with the same key" : ""
    }.`;
  }
  if (has(CLIENT_OPTIONS, name)) return `It belongs to KalshiClient: new KalshiClient({ ${name}: … }).`;
  return undefined;
}

/** The same for options of calls and streams, whose names are near to others: asked when no other name is near. */
function laterPlaceOf(owner: string, name: string): string | undefined {
  const [, family] = OWNERS.exec(owner) ?? [];
  if (family === undefined) return undefined;
  if (has(CALL_OPTIONS, name) || has(WALK_OPTIONS, name)) {
    return `It belongs to a call: the last argument of its method, { ${name}: … }.`;
  }
  if (has(STREAM_OPTIONS, name) && !owner.endsWith("Stream")) {
    return `It belongs to the stream: ${family}Stream.connect({ ${name}: … }).`;
  }
  return undefined;
}

/** An option of a configuration that was probably meant, where there is one. */
function nearConfig(name: string, known: readonly string[]): string | undefined {
  const near = known.includes("config") ? nearestName(name, CONFIG_OPTIONS) : undefined;
  return near && `Did you mean config.${inWords(near)}?`;
}

/** Where an option belongs that `owner`, with the options `known`, does not have. */
export const placeHint = (owner: string, known: readonly string[]): Hint => (name, near) =>
  placeOf(owner, name, known) ??
    (near === undefined ? nearConfig(name, known) ?? laterPlaceOf(owner, name) : undefined);
