/**
 * The walk over live and then historical rows.
 *
 * @module
 */

import { refuseCall } from "../http/check_call.ts";
import type { ListAllOptions } from "../http/page.ts";
import type { HttpPipeline } from "../http/pipeline.ts";
import { checkParams } from "./checks.ts";
import type { Tiers } from "./history.ts";
import { listAll } from "../http/calls.ts";

/** Every row of both calls, each once. */
export async function* walkTiers<
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
  checkParams(live, params, options);
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
  checkParams(old, shared, options);
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
