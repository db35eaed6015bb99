/** Kalshi's tag `account`. */
import * as operations from "../../../contract/event/operations.ts";
import * as perpsOperations from "../../../contract/perps/operations.ts";
import { ApiError } from "../../api_error.ts";
import { REST_ROOT } from "../../paths.ts";
import { DEFAULT_COST, type RateLimits, usageTiers } from "../../limits.ts";
import { type Call, route } from "./route.ts";
import { formatCount } from "../../units.ts";
import { accountOf } from "./read.ts";

const {
  GetAccountApiLimits,
  GetAccountApiUsageLevelVolumeProgress,
  GetAccountEndpointCosts,
  UpgradeAccountApiUsageLevel,
} = operations;

const MONTH_MS = 30 * 86_400_000;
/** Contracts that earn each of the tiers that volume earns: made up, since Kalshi's are shares of its volume. */
const goals: Readonly<Record<string, number>> = {
  expert: 10_000_000,
  premier: 50_000_000,
  paragon: 100_000_000,
  prime: 200_000_000,
  prestige: 500_000_000,
};

/** What costs other than the usual: of both exchanges in one list, as they are behind one host. */
const costs = [...Object.values(operations), ...Object.values(perpsOperations)]
  .filter(({ cost }) => cost !== undefined)
  .map(({ method = "GET", path, cost }) => ({
    method,
    path: `${REST_ROOT}${path.replaceAll(/\{(\w+)\}/g, ":$1")}`,
    cost: cost ?? DEFAULT_COST,
  }));

/** The budgets of the caller's account in one product. */
export function limitsPayload(call: Call, limits: RateLimits) {
  const { id } = accountOf(call);
  const account = call.exchange.engine.accounts.get(id) ?? accountOf(call);
  return { usage_tier: limits.tierOf(account), ...limits.limitsOf(account), grants: [] };
}

export const accountRoutes = [
  route(GetAccountApiLimits, (call) => {
    return limitsPayload(call, call.exchange.limits);
  }),
  route(GetAccountEndpointCosts, () => ({ default_cost: DEFAULT_COST, endpoint_costs: costs })),
  route(GetAccountApiUsageLevelVolumeProgress, (call) => {
    const now = call.exchange.engine.now;
    const recent = accountOf(call).fills.filter(({ trade }) => trade.at >= now - MONTH_MS);
    return {
      volume_progress: [{
        computed_ts: Math.floor(now / 1_000),
        trailing_30d_volume_fp: formatCount(recent.reduce((sum, { trade }) => sum + trade.count, 0)),
        goals: Object.entries(goals).map(([level, goal]) => ({
          level,
          earn_volume_goal_fp: formatCount(goal),
          keep_volume_goal_fp: formatCount(Math.round(goal * 2 / 3)),
        })),
      }],
    };
  }),
  route(UpgradeAccountApiUsageLevel, (call) => {
    const account = accountOf(call);
    if (usageTiers.indexOf(call.exchange.limits.tierOf(account)) > 0) {
      throw new ApiError("permission_denied", "the account is above the basic tier already");
    }
    call.exchange.limits.setTier(account, "advanced", call.exchange.clock.now());
    return undefined;
  }),
];
