/** Klear on the exchange's port: its API below a path of its own, by a bearer token, and the files of its reports. */
import { isNothing } from "../../contract_check.ts";
import { ApiError } from "../../api_error.ts";
import type { Command } from "../../command.ts";
import type { Exchange } from "../../exchange.ts";
import { GenerateMarginFcmApiKey } from "../../../contract/klear/operations.ts";
import { generateKey } from "../../keys.ts";
import { hashOf } from "../../hash.ts";
import { sameSecret } from "../../same_secret.ts";
import { KLEAR_ROOT } from "../../paths.ts";
import type { KlearHouse } from "../../klear/house.ts";
import { FILES_PATH, readFile } from "../../klear/report_files.ts";
import { type Caller, callerFor } from "../../signatures.ts";
import type { Beside, BesideAnswer, Incoming } from "../rest/gateway.ts";
import { marginIn } from "../rest/margin/side.ts";
import { readBody } from "../rest/read.ts";
import { assertRequest } from "../rest/request_check.ts";
import { type Call, type Match, type RestProduct, Router } from "../rest/route.ts";
import { klearFcmRoutes } from "./fcm.ts";
import { klearMarginRoutes } from "./margin.ts";

type Kept = Extract<Command, { do: "klear" }>;

/** The operations of Klear. It tells of no rate limits, and a token may do all of them. */
export const klearRest: RestProduct = {
  routes: [...klearMarginRoutes, ...klearFcmRoutes],
  side: marginIn,
  limits: ({ perpsLimits }) => perpsLimits,
  callerOf: (_, key) => key,
};

/** Answers for the clearing house of one exchange. */
export class KlearGateway implements Beside {
  readonly #exchange: Exchange;
  readonly #house: KlearHouse;
  readonly #router = new Router([klearRest]);

  constructor(exchange: Exchange, house: KlearHouse) {
    this.#exchange = exchange;
    this.#house = house;
  }

  /** Whether a path is one of its own. */
  owns(path: string): boolean {
    return path.startsWith(`${KLEAR_ROOT}/`) || path.startsWith(FILES_PATH);
  }

  /** Answers a request to one of them. */
  async answer(incoming: Incoming, path: string, query: URLSearchParams): Promise<BesideAnswer> {
    if (path.startsWith(FILES_PATH)) return this.#file(incoming, path, query);
    try {
      return await this.#call(incoming, path, query);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { status, code, message, details } = error;
      const service = "klear";
      return { status, value: { code, message, ...(details !== undefined && { details }), service } };
    }
  }

  /** Does again what was kept of a request. */
  replay({ by, method, target, body }: Kept): void {
    const [path = "", query] = target.split("?");
    const match = this.#match(method, path);
    try {
      match.route.handle(
        this.#callOf(match, this.#caller(by), new URLSearchParams(query ?? ""), readBody({ body })),
      );
    } catch (error) {
      // It was refused then as it is now.
      if (!(error instanceof ApiError)) this.#exchange.onInternalError(error);
    }
  }

  #file({ method }: Incoming, path: string, query: URLSearchParams): BesideAnswer {
    const text = method === "GET" ? readFile(this.#house, path, query) : undefined;
    const headers = { "content-type": text === undefined ? "application/xml" : "text/csv" };
    // As a store of files says it, which knows nothing of JSON.
    return text === undefined
      ? { status: 403, value: "<Error><Code>AccessDenied</Code></Error>", headers }
      : { status: 200, value: text, headers };
  }

  async #call(incoming: Incoming, path: string, query: URLSearchParams): Promise<BesideAnswer> {
    const { method, target, header, body: text } = incoming;
    const match = this.#match(method, path);
    const { operation, handle } = match.route;
    const key = await this.#authenticate(header("authorization"));
    const body = readBody({ body: text });
    if (this.#exchange.requests === "strict") assertRequest(operation, match.path, query, body);
    if (operation.method !== undefined && !operation.harmless) {
      this.#exchange.keep({ do: "klear", by: key.id, method, target, body: text });
    }
    const value = handle(this.#callOf(match, key, query, body));
    const status = operation.status ?? 200;
    if (operation.empty || isNothing(value)) return { status, value: undefined };
    if (operation.path !== GenerateMarginFcmApiKey.path) return { status, value };
    return { status, value: { ...value as object, private_key: (await generateKey("rsa")).privateKey } };
  }

  #match(method: string, path: string): Match {
    const match = this.#router.find(method, path.slice(KLEAR_ROOT.length));
    if (match === undefined) throw new ApiError("not_found");
    if (match === "wrong-method") throw new ApiError("method_not_allowed");
    return match;
  }

  #callOf({ path }: Match, key: Caller, query: URLSearchParams, body: unknown): Call {
    return { exchange: this.#exchange, side: this.#house.margin, key, path, query, body };
  }

  #caller(id: string): Caller {
    const member = this.#house.members.get(id);
    if (member === undefined) throw new ApiError("unauthorized");
    return { ...callerFor(member.account), id };
  }

  async #authenticate(authorization: string | undefined): Promise<Caller> {
    const [, id = "", token = ""] = /^Bearer ([^:]+):(.+)$/i.exec(authorization ?? "") ?? [];
    const member = this.#house.members.get(id);
    const hash = await hashOf(token);
    if (member === undefined || !sameSecret(hash, member.tokenHash)) throw new ApiError("unauthorized");
    return this.#caller(id);
  }
}
