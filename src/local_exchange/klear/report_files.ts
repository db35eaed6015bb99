/** The files of reports: one of each kind for each settlement, as CSV, from what was settled. */
import { sameSecret } from "../same_secret.ts";
import { formatCount, formatPrice } from "../units.ts";
import type { KlearHouse } from "./house.ts";
import type { KlearMember, Obligation, SettlementRun } from "./model.ts";

/** The kinds of reports that there are. */
export const REPORT_TYPES = [
  "trade_audit",
  "position_snapshot",
  "market_price_snapshot",
  "funding_periods",
  "settlement_periods",
  "maintenance_margin",
  "maintenance_margin_aggregate",
] as const;

/** A kind of report. */
export type ReportType = typeof REPORT_TYPES[number];

/** How long the URL of a file is good. */
const GOOD_FOR_MS = 15 * 60_000;
/** Below the host. */
export const FILES_PATH = "/klear-files/";

type Row = readonly (string | number)[];

const time = (at: number): string => new Date(at).toISOString();

const writers: Readonly<
  Record<ReportType, (house: KlearHouse, member: KlearMember, run: SettlementRun, before: number) => Row[]>
> = {
  trade_audit: (_house, { account }, { at }, before) => [
    ["trade_id", "market_ticker", "side", "price", "count", "fee", "executed_ts"],
    ...account.fills.filter(({ trade }) => trade.at > before && trade.at <= at).map((
      { trade, order, fee },
    ) => [
      trade.id,
      trade.market.ticker,
      order.side,
      formatPrice(trade.price),
      formatCount(trade.count),
      formatPrice(Math.round(fee / 100)),
      time(trade.at),
    ]),
  ],
  position_snapshot: (_house, member, run) => [
    ["market_ticker", "subtrader_id", "position"],
    ...obligationsOf(member, run).flatMap(({ positions }) =>
      positions.map(({ info, position }) => [info.market.ticker, member.account.id, formatCount(position)])
    ),
  ],
  market_price_snapshot: (_house, _member, { prices }) => [
    ["market_ticker", "settlement_price"],
    ...[...prices].map(([info, price]) => [info.market.ticker, formatPrice(price)]),
  ],
  funding_periods: (_house, member, run) => [
    ["market_ticker", "funding_time", "position", "funding_amount_centicents"],
    ...obligationsOf(member, run).flatMap(({ funding }) =>
      funding.map((
        { info, at, position, amount },
      ) => [info.market.ticker, time(at), formatCount(position), amount])
    ),
  ],
  settlement_periods: (_house, member, run) => [
    ["obligation_id", "asset_class", "amount_centicents", "pnl_centicents", "fees_centicents"],
    ...obligationsOf(member, run).map((
      { id, assetClass, amount, pnl, fees },
    ) => [id, assetClass, amount, pnl, fees]),
  ],
  maintenance_margin: (_house, member, run) => [
    ["market_ticker", "subtrader_id", "maintenance_margin_centicents"],
    ...obligationsOf(member, run).flatMap(({ positions }) =>
      positions.map(({ info, maintenance }) => [info.market.ticker, member.account.id, maintenance])
    ),
  ],
  maintenance_margin_aggregate: (_house, member, run) => [
    ["asset_class", "maintenance_margin_centicents", "maintenance_margin_delta_centicents"],
    ...obligationsOf(member, run).map((one) => [one.assetClass, one.maintenance, one.maintenanceDelta]),
  ],
};

const obligationsOf = ({ obligations }: KlearMember, { at }: SettlementRun): Obligation[] =>
  obligations.filter((obligation) => obligation.at === at);

/** What nobody can guess of a file's URL, as far as an exchange on one's own machine needs it; it draws nothing. */
function signatureOf(text: string, token: string): string {
  let signature = "";
  for (let part = 0; part < 8; part++) {
    let hash = 0x811c9dc5 ^ part;
    for (const letter of `${token}${text}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
    signature += hash.toString(16).padStart(8, "0");
  }
  return signature;
}

/** Where the file of a report is, for a while. */
export function fileUrl(
  house: KlearHouse,
  { adminUserId, tokenHash }: KlearMember,
  at: number,
  type: ReportType,
): string {
  const place = `${FILES_PATH}${adminUserId}/${at}/${type}.csv`;
  const until = house.now + GOOD_FOR_MS;
  const query = `X-Amz-Expires=${until}&X-Amz-Signature=${signatureOf(place + until, tokenHash)}`;
  return `${house.origin}${place}?${query}`;
}

/** The text of a file; undefined where its URL is not, or no longer, good. */
export function readFile(house: KlearHouse, path: string, query: URLSearchParams): string | undefined {
  const [, id = "", at, type] = /^\/klear-files\/([^/]+)\/(\d+)\/(\w+)\.csv$/.exec(path) ?? [];
  const member = house.members.get(id);
  const run = house.runs.find((one) => one.at === Number(at));
  const until = Number(query.get("X-Amz-Expires"));
  if (member === undefined || run === undefined || !Object.hasOwn(writers, type ?? "")) return undefined;
  const isSigned = sameSecret(
    query.get("X-Amz-Signature") ?? "",
    signatureOf(path + until, member.tokenHash),
  );
  if (!isSigned || until < house.now) return undefined;
  // The first one of a member has all that it traded before.
  const before = house.runs.findLast(({ at }) => at < run.at && at > member.since)?.at ?? 0;
  const rows = writers[type as ReportType](house, member, run, before);
  return rows.map((row) => `${row.join(",")}\n`).join("");
}
