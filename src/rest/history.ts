/**
 * Live and historical rows as one list. Kalshi moves what is old out of the live calls into `/historical/…`.
 *
 * @module
 */

import type { PagedOperation } from "../contract/operation.ts";
import type { ListAllOptions } from "../http/call_options.ts";
import type { HttpPipeline } from "../http/pipeline.ts";
import { assertValue, flag } from "../base/options.ts";
import { copyPlain, isPlain, readOwn } from "../base/plain.ts";
import { listAll } from "../http/call_operation.ts";
import { nameOf, refuseCall } from "../http/call_options.ts";
import { readParams } from "../http/arguments.ts";

/** What `listAll` takes where old rows live apart from the others. */
export interface HistoryOptions extends ListAllOptions {
  /**
   * Go on with the historical rows after the live ones, with the same filters, each row once. Filters that the
   * historical call does not know throw {@linkcode KalshiConfigError}.
   *
   * @default false
   */
  readonly history?: boolean | undefined;
}

/** What `history` may be. */
const historyRule = flag();

/** The two calls that answer one list. */
export interface Tiers<P, Q, R, S, K extends keyof R & keyof S & string> {
  /** Asked first: a row that moves meanwhile is then seen twice rather than never. */
  readonly live: PagedOperation<P, R, K>;
  /** Asked second. */
  readonly old: PagedOperation<Q, S, K>;
  /** Field by which a row is known again. */
  readonly id: string;
  /** The filters that both calls take. */
  readonly filters: readonly (keyof P & keyof Q & string)[];
}

type RowOf<R, K extends keyof R> = R[K] extends readonly (infer T)[] ? T : never;

/** Walks over all pages of the live call, and with `history` over those of the historical one as well. */
export function listTiers<P extends object, Q extends object, R, S, K extends keyof R & keyof S & string>(
  http: HttpPipeline,
  tiers: Tiers<P, Q, R, S, K>,
  params: P,
  options: HistoryOptions = {},
): AsyncGenerator<RowOf<R, K>, void, undefined> {
  const own: HistoryOptions = isPlain(options) ? readOwn(options as HistoryOptions) : Object.create(null);
  const { history = false, ...rest } = own;
  const rows = history === false
    ? listAll(http, tiers.live, params, isPlain(options) ? rest : options)
    : joined(http, tiers, copyPlain(params) as P, rest, history);
  return rows as AsyncGenerator<RowOf<R, K>, void, undefined>;
}

async function* joined<P extends object, Q extends object, R, S, K extends keyof R & keyof S & string>(
  http: HttpPipeline,
  tiers: Tiers<P, Q, R, S, K>,
  params: P,
  options: ListAllOptions,
  history: unknown,
): AsyncGenerator<unknown, void, undefined> {
  assertValue(nameOf(tiers.live), "history", history, historyRule);
  yield* walkTiers(http, tiers, params, options);
}

/** Every row of both calls, each once. */
async function* walkTiers<
  P extends object,
  Q extends object,
  R,
  S,
  K extends keyof R & keyof S & string,
>(
  http: HttpPipeline,
  { live, old, id, filters }: Tiers<P, Q, R, S, K>,
  params: P,
  options: ListAllOptions,
): AsyncGenerator<unknown, void, undefined> {
  readParams(live, params, options);
  const { cursor: _, ...shared } = params as Record<string, unknown>;
  for (const [name, value] of Object.entries(shared)) {
    const known = (filters as readonly string[]).includes(name);
    const isMany = Array.isArray(value) || typeof value === "string" && value.includes(",");
    if (value === undefined || known && (!isMany || old.params?.[name]?.type === "list")) continue;
    refuseCall(
      live,
      known
        ? `With \`history: true\`, \`${name}\` takes one value: ${old.path} knows no list of them.`
        : `\`${name}\` cannot be combined with \`history: true\`: ${old.path} does not know it. Leave it out and ` +
          "pick from what comes.",
    );
  }
  readParams(old, shared, options);
  const seen = new Set<unknown>();
  let { maxItems: left = Infinity } = options;
  const tiers = [() => listAll(http, live, params, options), () => listAll(http, old, shared as Q, options)];
  for (const walk of tiers) {
    for await (const row of walk()) {
      const key = (row as Record<string, unknown>)[id];
      if (key !== undefined && seen.has(key)) continue;
      seen.add(key);
      yield row;
      if (--left <= 0) return;
    }
    if (left <= 0) return;
  }
}
