/** How every method is called. */
import type { KalshiClient } from "../../src/client.ts";
import { Namespace } from "../../src/rest/namespace.ts";
import { methods } from "../../tools/rest_methods.ts";
import {
  fieldsOf,
  type Fullness,
  type Json,
  operationOf,
  request,
  type Sent,
  type SpecOperation,
} from "./spec.ts";

export { aliases, conveniences, methods } from "../../tools/rest_methods.ts";

/** Whether it answers page by page: it takes a cursor. */
export function isPaged({ queryParams }: SpecOperation): boolean {
  return queryParams.some(({ name }) => name === "cursor");
}

/** A namespace of a client by its path, such as `events.feeChanges`. */
export function namespaceAt(client: KalshiClient, path: string): Json {
  return path === "" ? client : path.split(".").reduce((at: Json, name) => at[name], client);
}

/** Every method of every namespace, by the shortest path that leads there. */
export function methodsOf(client: KalshiClient): string[] {
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

/** The arguments in the order that all methods keep: ids, then a body, then parameters. */
export function argumentsFor(operation: SpecOperation, sent: Sent): unknown[] {
  const takesBody = fieldsOf(operation.body).length > 0;
  return [
    ...sent.ids,
    ...(takesBody ? [sent.body] : []),
    ...(operation.queryParams.length > 0 ? [sent.query] : []),
  ];
}

/** Calls a method by its name. */
export function call(client: KalshiClient, method: string, ...args: unknown[]): Json {
  const at = method.lastIndexOf(".");
  const namespace = namespaceAt(client, method.slice(0, at));
  return namespace[method.slice(at + 1)](...args);
}

/** Calls the method of an operation, with all that is optional or with nothing of it. */
export function callSampled(client: KalshiClient, method: string, fullness: Fullness): Json {
  const operation = operationOf(methods[method] ?? "");
  return call(client, method, ...argumentsFor(operation, request(operation, fullness)));
}
