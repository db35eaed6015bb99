/** From a method and a path to the operation that answers it. */
import type { Operation } from "../../../contract/operation.ts";
import type { Caller } from "../../signatures.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Exchange } from "../../exchange.ts";
import type { Candles } from "../../world/candles.ts";
import type { Treasury } from "../../world/treasury.ts";
import type { RateLimits } from "../../limits.ts";

/** What a product trades on: an exchange itself, or its margin exchange. */
export interface TradingSide {
  readonly engine: Engine;
  readonly candles: Candles;
  readonly treasury: Treasury;
}

/** One request on its way to its operation. */
export interface Call {
  readonly exchange: Exchange;
  /** What the operation's product trades on. */
  readonly side: TradingSide;
  /** Who signed it; undefined where nobody needed to. */
  readonly key: Caller | undefined;
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The JSON body, or undefined. */
  readonly body: unknown;
}

/** An operation and what answers it. */
export interface Route {
  readonly operation: Operation<unknown, unknown, unknown>;
  readonly handle: (call: Call) => unknown;
  /** Whether it keeps by itself what it does: what waits for something else first is done later than it is asked. */
  readonly keepsItself: boolean;
}

/** Ties an operation of the contract to its handler, whose answer must be what the contract says. */
export function route<Params, Response, Body>(
  operation: Operation<Params, Response, Body>,
  handle: (call: Call) => Response,
): Route {
  return { operation: operation as Operation<unknown, unknown, unknown>, handle, keepsItself: false };
}

/** The same for an answer that takes time; its handler keeps what it does, in the moment that it does it. */
export function slowRoute<Params, Response, Body>(
  operation: Operation<Params, Response, Body>,
  handle: (call: Call) => Promise<Response>,
): Route {
  return { operation: operation as Operation<unknown, unknown, unknown>, handle, keepsItself: true };
}

/** The operations of a product, and what the exchange keeps apart for it. */
export interface RestProduct {
  readonly routes: readonly Route[];
  /** What it trades on. */
  side(exchange: Exchange): TradingSide;
  /** The budgets that its operations draw on. */
  limits(exchange: Exchange): RateLimits;
  /** Who signed a call, as the product has them; throws where it is not open to them. */
  callerOf(exchange: Exchange, key: Caller, operation: Route["operation"]): Caller;
}

/** An operation at its path. */
interface Place {
  readonly route: Route;
  readonly product: RestProduct;
  /** Names of the parameters in its path. */
  readonly names: readonly string[];
}

interface Node {
  readonly children: Map<string, Node>;
  parameter: Node | undefined;
  readonly places: Map<string, Place>;
}

/** What a path leads to. */
export interface Match {
  readonly route: Route;
  readonly product: RestProduct;
  readonly path: Record<string, string>;
}

/** A tree of path segments. */
export class Router {
  readonly #root: Node = newNode();

  /** What two products have in common is answered by the first of them. */
  constructor(products: readonly RestProduct[]) {
    for (const product of products) for (const route of product.routes) this.#add(product, route);
  }

  /** The route of a path below the API root; `wrong-method` where only other methods have one. */
  find(method: string, path: string): Match | "wrong-method" | undefined {
    const values: string[] = [];
    const node = this.#walk(this.#root, path.split("/"), 1, values);
    if (node === undefined) return undefined;
    const found = node.places.get(method);
    if (found === undefined) return "wrong-method";
    const named: Record<string, string> = {};
    found.names.forEach((name, index) => named[name] = values[index] ?? "");
    return { route: found.route, product: found.product, path: named };
  }

  #add(product: RestProduct, route: Route): void {
    const names: string[] = [];
    let node = this.#root;
    for (const segment of route.operation.path.split("/").slice(1)) {
      if (segment.startsWith("{")) {
        names.push(segment.slice(1, -1));
        node = node.parameter ??= newNode();
      } else {
        let child = node.children.get(segment);
        if (child === undefined) node.children.set(segment, child = newNode());
        node = child;
      }
    }
    const method = route.operation.method ?? "GET";
    if (!node.places.has(method)) node.places.set(method, { route, product, names });
  }

  #walk(node: Node, segments: readonly string[], at: number, values: string[]): Node | undefined {
    const segment = segments[at];
    if (segment === undefined) return node.places.size > 0 ? node : undefined;
    const child = node.children.get(segment);
    const found = child && this.#walk(child, segments, at + 1, values);
    if (found !== undefined || node.parameter === undefined || segment === "") return found;
    values.push(decode(segment));
    const below = this.#walk(node.parameter, segments, at + 1, values);
    if (below === undefined) values.pop();
    return below;
  }
}

function newNode(): Node {
  return { children: new Map(), parameter: undefined, places: new Map() };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
