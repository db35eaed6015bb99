/** Which recorded request a request is, and which comes nearest when it is none. */
import { type CassetteRequest, decodeBody } from "./cassette.ts";

/** What must be equal for a request to be the recorded one. */
export interface MatchRules {
  /** The method; true unless told. */
  readonly method?: boolean | undefined;
  /** The path; true unless told. The host never counts: what was recorded on demo replays for production. */
  readonly path?: boolean | undefined;
  /** The query, whatever the order of its names; true unless told. */
  readonly query?: boolean | undefined;
  /** The body, as JSON whatever the order of its keys; true unless told. */
  readonly body?: boolean | undefined;
  /** Names in the query that do not count. */
  readonly ignoreQuery?: readonly string[] | undefined;
  /**
   * Names in the body, at any depth, that do not count. `client_order_id` and `client_transfer_id` unless told:
   * the SDK makes new ones for each call.
   */
  readonly ignoreBody?: readonly string[] | undefined;
}

const DEFAULT_IGNORED = ["client_order_id", "client_transfer_id"];

/** Compares requests by the rules. */
export class Matcher {
  readonly #rules: MatchRules;

  constructor(rules: MatchRules = {}) {
    this.#rules = rules;
  }

  /** Equal for requests that are the same. */
  keyOf(request: CassetteRequest): string {
    const { method = true, path = true, query = true, body = true } = this.#rules;
    return JSON.stringify([
      method && request.method,
      path && request.path,
      query && this.#query(request),
      body && this.#body(request),
    ]);
  }

  /** How far apart two requests are, and in what: lines for a message. */
  compare(recorded: CassetteRequest, asked: CassetteRequest): { distance: number; differences: string[] } {
    const { method = true, path = true, query = true, body = true } = this.#rules;
    const differences: string[] = [];
    let distance = 0;
    const differs = (what: string, was: string | undefined, is: string | undefined, weight: number) => {
      if (was === is) return;
      distance += weight;
      differences.push(`${what}: recorded ${was ?? "nothing"}, asked ${is ?? "nothing"}`);
    };
    if (method) differs("method", recorded.method, asked.method, 8);
    if (path && recorded.path !== asked.path) {
      const [was, is] = [recorded.path.split("/"), asked.path.split("/")];
      const length = Math.max(was.length, is.length);
      const apart = Array.from({ length }, (_, at) => was[at] !== is[at]).filter(Boolean).length;
      differs("path", recorded.path, asked.path, 4 * apart);
    }
    if (query) {
      const [was, is] = [new Map(this.#query(recorded)), new Map(this.#query(asked))];
      for (const name of new Set([...was.keys(), ...is.keys()])) {
        differs(`query ${name}`, quote(was.get(name)), quote(is.get(name)), 1);
      }
    }
    if (body) {
      const [was, is] = [leaves(this.#body(recorded)), leaves(this.#body(asked))];
      for (const name of new Set([...was.keys(), ...is.keys()])) {
        differs(`body${name}`, was.get(name), is.get(name), 1);
      }
    }
    return { distance, differences };
  }

  /** Values by name, sorted by name; the values of one name keep their order. */
  #query({ query }: CassetteRequest): [string, string[]][] {
    const values = new Map<string, string[]>();
    for (const [name, value] of query ?? []) {
      if (this.#rules.ignoreQuery?.includes(name)) continue;
      values.set(name, [...values.get(name) ?? [], value]);
    }
    return [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #body({ body }: CassetteRequest): unknown {
    if (body === undefined) return undefined;
    const ignored = this.#rules.ignoreBody ?? DEFAULT_IGNORED;
    const text = decodeBody(body);
    try {
      return sorted(JSON.parse(String(text)), ignored);
    } catch {
      return body;
    }
  }
}

function quote(values: readonly string[] | undefined): string | undefined {
  return values?.map((value) => JSON.stringify(value)).join(" and ");
}

function sorted(value: unknown, ignored: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item, ignored));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !ignored.includes(name));
  return Object.fromEntries(
    kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, sorted(inner, ignored)]),
  );
}

/** The ends of a JSON tree by their path: `.orders[0].price` is `"0.5600"`. */
function leaves(value: unknown, path = "", found: Map<string, string> = new Map()): Map<string, string> {
  const inner = typeof value === "object" && value !== null ? Object.entries(value) : [];
  if (inner.length === 0) {
    if (value !== undefined) found.set(path, JSON.stringify(value));
    return found;
  }
  for (const [name, item] of inner) {
    leaves(item, path + (Array.isArray(value) ? `[${name}]` : `.${name}`), found);
  }
  return found;
}
