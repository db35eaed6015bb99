/** The REST APIs of Kalshi's exchanges, as one table of tests reads them. */
import { assertEquals } from "@std/assert";
import { KalshiClient, type KalshiClientOptions } from "../../mod.ts";
import type { KalshiCore } from "../../src/core.ts";
import * as eventTable from "../../src/contract/event/operations.ts";
import * as klearTable from "../../src/contract/klear/operations.ts";
import * as perpsTable from "../../src/contract/perps/operations.ts";
import * as schemas from "../../src/contract/schemas.ts";
import { Namespace } from "../../src/http/namespace.ts";
import { KlearClient, type KlearClientOptions } from "../../src/klear/mod.ts";
import { PerpsClient } from "../../src/perps/mod.ts";
import { type RestProduct as MethodFacts, restProducts } from "../../tools/rest_methods.ts";
import { type Answering, type Asking, type Recorded, recordingOf, signer, withKey } from "./recording.ts";
import { type Fullness, type Json, type Sent, type Spec, type SpecOperation, specs } from "./spec.ts";

/** A client of some exchange, whose namespaces are found by name. */
// deno-lint-ignore no-explicit-any -- methods are called by name.
export type AnyClient = KalshiCore & any;

/** Whether it answers page by page: it takes a cursor. */
export function isPaged({ queryParams }: SpecOperation): boolean {
  return queryParams.some(({ name }) => name === "cursor");
}

/** A namespace of a client by its path, such as `events.feeChanges`. */
export function namespaceAt(client: AnyClient, path: string): Json {
  return path === "" ? client : path.split(".").reduce((at: Json, name) => at[name], client);
}

/** Every method of every namespace, by the shortest path that leads there. */
export function methodsOf(client: AnyClient): string[] {
  const found: string[] = [];
  const seen = new Set<unknown>();
  let level: [string, Json][] = [["", client]];
  while (level.length > 0) {
    const next: [string, Json][] = [];
    for (const [path, at] of level) {
      for (const [name, value] of Object.entries<Json>(at)) {
        if (!(value instanceof Namespace) || seen.has(value)) continue;
        seen.add(value);
        const own = path === "" ? name : `${path}.${name}`;
        next.push([own, value]);
        for (const method of Object.getOwnPropertyNames(Object.getPrototypeOf(value))) {
          if (method !== "constructor") found.push(`${own}.${method}`);
        }
      }
    }
    level = next;
  }
  return found;
}

/** Calls a method by its name. */
export function call(client: AnyClient, method: string, ...args: unknown[]): Json {
  const at = method.lastIndexOf(".");
  const namespace = namespaceAt(client, method.slice(0, at));
  return namespace[method.slice(at + 1)](...args);
}

/** What the tests know of a product besides its specification and its methods. */
interface Given {
  readonly name: keyof typeof restProducts;
  readonly table: Readonly<Record<string, object>>;
  readonly checkResponse: schemas.ResponseCheck;
  readonly make: (options: KalshiClientOptions) => Pick<KalshiCore, "close">;
  /** Fails unless the header fields of a request say who asks. */
  readonly assertIdentified: (request: Recorded, whole: string) => void;
  /** Header fields that do. */
  readonly identity: readonly string[];
  /** How it is asked; with a key when left out. */
  readonly asking?: Asking;
  /** Calls that the guide says need no key, where the specification says that they do. */
  readonly either: readonly string[];
}

/** One exchange. */
export class TestProduct {
  readonly name: Given["name"];
  readonly table: Given["table"];
  readonly checkResponse: schemas.ResponseCheck;
  readonly either: ReadonlySet<string>;
  readonly assertIdentified: Given["assertIdentified"];
  readonly identity: Given["identity"];
  readonly asking: Asking;
  readonly spec: Json;
  readonly operations: ReadonlyMap<string, SpecOperation>;
  readonly methods: MethodFacts["methods"];
  readonly conveniences: MethodFacts["conveniences"];
  readonly aliases: MethodFacts["aliases"];
  /** All calls, by the method that makes them. */
  readonly calls: readonly (readonly [method: string, operation: SpecOperation])[];
  /** Makes a client. */
  readonly make: (options: KalshiClientOptions) => AnyClient;
  /** A client whose requests are kept and answered by a function. */
  readonly recordingClient: (
    answering: Answering,
    options?: KalshiClientOptions,
  ) => { client: AnyClient; requests: Recorded[] };
  readonly #spec: Spec;

  constructor(
    { name, table, checkResponse, make, either, assertIdentified, identity, asking = withKey }: Given,
  ) {
    this.assertIdentified = assertIdentified;
    this.identity = identity;
    this.asking = asking;
    this.name = name;
    this.table = table;
    this.checkResponse = checkResponse;
    this.either = new Set(either);
    this.#spec = specs[name];
    this.spec = this.#spec.document;
    this.operations = this.#spec.operations;
    ({ methods: this.methods, conveniences: this.conveniences, aliases: this.aliases } = restProducts[name]);
    this.calls = Object.entries(this.methods).map(([method, id]) => [method, this.operationOf(id)] as const);
    this.make = make;
    this.recordingClient = recordingOf<AnyClient>(make, asking);
  }

  readonly operationOf = (id: string): SpecOperation => this.#spec.operationOf(id);
  readonly fieldsOf = (schema: Json | undefined): string[] => this.#spec.fieldsOf(schema);
  readonly request = (operation: SpecOperation, fullness: Fullness): Sent =>
    this.#spec.request(operation, fullness);

  /** The same client without a key. */
  readonly keylessClient = (answering: Answering): { client: AnyClient; requests: Recorded[] } =>
    this.recordingClient(
      answering,
      Object.fromEntries(Object.keys(this.asking.credentials).map((name) => [name, undefined])),
    );

  /** The arguments in the order that all methods keep: ids, then a body, then parameters. */
  readonly argumentsFor = (operation: SpecOperation, sent: Sent): unknown[] => {
    const takesBody = this.fieldsOf(operation.body).length > 0;
    return [
      ...sent.ids,
      ...(takesBody ? [sent.body] : []),
      ...(operation.queryParams.length > 0 ? [sent.query] : []),
    ];
  };

  /** Calls the method of an operation, with all that is optional or with nothing of it. */
  readonly callSampled = (client: AnyClient, method: string, fullness: Fullness): Json => {
    const operation = this.operationOf(this.methods[method] ?? "");
    return call(client, method, ...this.argumentsFor(operation, this.request(operation, fullness)));
  };
}

const signed: Pick<Given, "assertIdentified" | "identity"> = {
  identity: ["kalshi-access-key", "kalshi-access-timestamp", "kalshi-access-signature"],
  assertIdentified({ headers }, whole) {
    const [key, timestamp, signature] = signed.identity.map((name) => headers.get(name));
    assertEquals(key, signer.keyId, whole);
    assertEquals(atob(signature ?? ""), timestamp + whole);
  },
};

export const eventProduct = new TestProduct({
  name: "event",
  table: eventTable,
  checkResponse: schemas.checkResponse,
  make: (options) => new KalshiClient(options),
  ...signed,
  either: ["GetMarketOrderbook", "GetMarketOrderbooks"],
});

export const perpsProduct = new TestProduct({
  name: "perps",
  table: perpsTable,
  checkResponse: schemas.perps.checkResponse,
  make: (options) => new PerpsClient(options as ConstructorParameters<typeof PerpsClient>[0]),
  ...signed,
  either: [],
});

const klearCredentials = { adminUserId: "admin-1", accessToken: "token-1" } as const;

export const klearProduct = new TestProduct({
  name: "klear",
  table: klearTable,
  checkResponse: schemas.klear.checkResponse,
  make: (options) => new KlearClient(options as KlearClientOptions),
  asking: { root: "/klear-api/v1", credentials: klearCredentials },
  identity: ["authorization"],
  assertIdentified({ headers }) {
    const { adminUserId, accessToken } = klearCredentials;
    assertEquals(headers.get("authorization"), `Bearer ${adminUserId}:${accessToken}`);
  },
  either: [],
});

/** All of them. */
export const products: readonly TestProduct[] = [eventProduct, perpsProduct, klearProduct];
