/** What an account's positions come to since the last settlement, from what it really traded. */
import type { AssetClass, MarginMarketInfo } from "../margin/model.ts";
import type { MarginExchange } from "../margin/margin_exchange.ts";
import { maintenanceOf } from "../margin/margin_clearing.ts";
import type { Held, KlearMember, SettledFunding, SettledPosition } from "./model.ts";

/** Micro-dollars, which the exchange counts in, as centicents. */
export const toCenticents = (money: number): number => Math.round(money / 100) + 0;

/** The class of a market; those of no class count as the first one that Klear knew. */
export const classOf = ({ assetClass = "Crypto" }: MarginMarketInfo): AssetClass => assetClass;

interface Traded {
  /** What was paid for what was bought, less what was got for what was sold. */
  cost: number;
  fees: number;
  count: number;
  worth: number;
}

function tradedSince(
  margin: MarginExchange,
  { account, settledFills }: KlearMember,
): Map<MarginMarketInfo, Traded> {
  const traded = new Map<MarginMarketInfo, Traded>();
  for (const { trade: { market, price, count }, order: { side }, fee } of account.fills.slice(settledFills)) {
    const info = margin.catalog.infoOf(market);
    const sum = traded.get(info) ?? { cost: 0, fees: 0, count: 0, worth: 0 };
    sum.cost += side === "bid" ? price * count : -price * count;
    sum.fees += fee;
    sum.count += count;
    sum.worth += price * count;
    traded.set(info, sum);
  }
  return traded;
}

/** What an account holds now, by market, over all its wallets. */
function heldNow(margin: MarginExchange, { account }: KlearMember): Map<MarginMarketInfo, number> {
  const held = new Map<MarginMarketInfo, number>();
  for (const wallet of account.wallets()) {
    for (const { market, position } of wallet.holdings.values()) {
      if (position === 0) continue;
      const info = margin.catalog.infoOf(market);
      held.set(info, (held.get(info) ?? 0) + position);
    }
  }
  return held;
}

const NOTHING: Held = { position: 0, mark: 0, maintenance: 0 };

/** What each market came to, at its settlement mark of now: of those that were held, or traded, or are held. */
export function positionsSince(margin: MarginExchange, member: KlearMember): SettledPosition[] {
  const traded = tradedSince(margin, member);
  const held = heldNow(margin, member);
  return margin.listed.flatMap((info) => {
    const before = member.held.get(info) ?? NOTHING;
    const position = held.get(info) ?? 0;
    const sum = traded.get(info);
    if (before.position === 0 && position === 0 && sum === undefined) return [];
    const { price } = info.settlementMark;
    const notional = Math.abs(position) * price;
    return {
      info,
      position,
      pnl: toCenticents(position * price - before.position * before.mark - (sum?.cost ?? 0)),
      fees: toCenticents(sum?.fees ?? 0),
      maintenance: toCenticents(maintenanceOf(info, notional)),
      notional: toCenticents(notional),
      averagePrice: sum === undefined ? undefined : Math.round(sum.worth / sum.count),
    };
  });
}

/** The margin that the last settlement asked for, of the markets of a class. */
export function maintenanceBefore({ held }: KlearMember, assetClass: AssetClass): number {
  let sum = 0;
  for (const [info, { maintenance }] of held) if (classOf(info) === assetClass) sum += maintenance;
  return sum;
}

/** All funding of an account, oldest first. `settledAt` says when it is paid. */
export function fundingOf(
  margin: MarginExchange,
  { account, adminUserId }: KlearMember,
  settledAt: (at: number) => number,
): SettledFunding[] {
  return margin.funding.payments(account).map(({ info, at, mark, amount, position }, index) => ({
    // No id is drawn because somebody looks.
    id: `${adminUserId}-funding-${index}`,
    info,
    at,
    position,
    notional: toCenticents(Math.abs(position) * mark),
    amount: toCenticents(amount),
    settledAt: settledAt(at),
  }));
}
