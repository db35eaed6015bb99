/**
 * What each endpoint costs an account.
 *
 * @module
 */
import { assertValue, finite } from "../base/options.ts";
import type { RateRequest } from "./rate_request.ts";

/** The answer of `GET /account/endpoint_costs`. */
export interface RateCosts {
  /** Tokens of an endpoint that is not listed. */
  readonly default_cost: number;
  /** The endpoints that cost something else; for a batch, the cost of each item. */
  readonly endpoint_costs:
    | readonly {
      readonly method: string;
      readonly path: string;
      readonly cost: number;
    }[]
    | null;
}

const costRule = finite(0);

/** Tokens of a request that says nothing of its cost, while the account's own are not known. */
const DEFAULT_COST = 10;

// Names of path parameters, and what comes before a path, differ between Kalshi's answers and its specs.
const routeOf = (operation: string): string =>
  operation.replace(/ (\/trade-api\/v2)?/, " ").replace(/\{\w+\}|:\w+/g, "*");

/** The costs of an account's endpoints, as far as they are known. */
export class EndpointCosts {
  readonly #default: number;
  readonly #unlisted: "default" | "own";
  readonly #known: Map<string, number> | undefined;

  /**
   * Throws a `KalshiConfigError` for a cost that is no number. Without costs, each request costs what it says.
   *
   * @param unlisted what an endpoint costs that is not among `costs`: the default, or what its request says
   */
  constructor(costs?: RateCosts, unlisted: "default" | "own" = "default") {
    this.#unlisted = unlisted;
    this.#default = costs?.default_cost ?? DEFAULT_COST;
    if (costs === undefined) return;
    // What is no number would let everything pass from then on.
    assertValue("The costs", "default_cost", costs.default_cost, costRule);
    this.#known = new Map(
      costs.endpoint_costs?.map(({ method, path, cost }) => {
        assertValue(`The costs: ${method} ${path}`, "cost", cost, costRule);
        return [routeOf(`${method} ${path}`), cost];
      }),
    );
  }

  /** Tokens of each item of a request. */
  of({ operation, cost }: Pick<RateRequest, "operation" | "cost">): number {
    if (this.#known === undefined || operation === undefined) return cost ?? this.#default;
    let known = this.#known.get(operation);
    if (known === undefined) {
      const otherwise = this.#unlisted === "own" ? cost : undefined;
      known = this.#known.get(routeOf(operation)) ?? otherwise ?? this.#default;
      this.#known.set(operation, known);
    }
    return known;
  }
}
