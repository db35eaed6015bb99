/** Markets that a replay was asked for by name: those that are not in the recording are refused. */
import { KalshiConfigError } from "../../base/errors.ts";
import { nearestName } from "../../base/nearest_name.ts";
import type { RecordingSource } from "./source.ts";

/** The options of a replay that name markets. */
export interface NamedMarkets {
  readonly tickers: readonly string[];
  readonly results: Readonly<Record<string, string>>;
}

/** So many are looked through for the nearest name, those that begin alike first; and so many are shown. */
const MOST = { compared: 500, shown: 5 } as const;

/** The markets that were recorded, where the files say so at their begin; undefined where one of them does not. */
export function tickersOf({ files = [] }: RecordingSource): ReadonlySet<string> | undefined {
  const all = new Set<string>();
  for (const { header } of files) {
    if (header?.tickers === undefined) return undefined;
    for (const ticker of header.tickers) all.add(ticker);
  }
  return files.length === 0 ? undefined : all;
}

/**
 * Refuses markets that a recording does not hold.
 *
 * @throws {KalshiConfigError} which names the nearest that it does hold
 */
export function assertHeld(
  { tickers, results }: NamedMarkets,
  isHeld: (ticker: string) => boolean,
  held: () => readonly string[],
  toMs?: number,
): void {
  const named = { tickers, results: Object.keys(results) };
  for (const [option, asked] of Object.entries(named)) {
    const unknown = asked.filter((ticker) => !isHeld(ticker));
    if (unknown.length === 0) continue;
    const known = held();
    const until = toMs === undefined ? "" : " before `toMs`";
    throw new KalshiConfigError(
      `LocalExchange.replay: \`${option}\` names what the recording does not hold${until}: ` +
        `${unknown.slice(0, MOST.shown).map((ticker) => withHint(ticker, known)).join("; ")}` +
        `${unknown.length > MOST.shown ? `; and ${unknown.length - MOST.shown} more` : ""}.${
          sampleOf(known)
        }`,
    );
  }
}

function withHint(ticker: string, known: readonly string[]): string {
  const alike = (other: string) => {
    let at = 0;
    while (at < other.length && other[at] === ticker[at]) at++;
    return at;
  };
  const compared = known.length <= MOST.compared
    ? known
    : known.toSorted((one, other) => alike(other) - alike(one)).slice(0, MOST.compared);
  const near = nearestName(ticker, compared);
  return near === undefined ? ticker : `${ticker} (did you mean ${near}?)`;
}

function sampleOf(known: readonly string[]): string {
  if (known.length === 0) return " It holds no market.";
  const more = known.length - MOST.shown;
  return ` It holds ${known.slice(0, MOST.shown).join(", ")}${more > 0 ? ` and ${more} more` : ""}.`;
}
