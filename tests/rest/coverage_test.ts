import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { test } from "../support/test.ts";
import { isPaged, methodsOf, namespaceAt, products } from "./products.ts";

for (const { name, table, methods, calls, conveniences, aliases, operations, recordingClient } of products) {
  const client = () => recordingClient(() => new Response()).client;

  test(`${name}: each operation of the specification is offered by exactly one method`, () => {
    assertEquals(Object.values(methods).sort(), [...operations.keys()].sort());
    assertEquals(Object.keys(table).sort(), [...operations.keys()].sort());
  });

  test(`${name}: there is no method besides, and each paged list has its listAll`, () => {
    const paged = calls.filter(([, operation]) => isPaged(operation)).map(([method]) => method);
    for (const method of paged) assert(method.endsWith(".list"), method);
    const expected = [
      ...Object.keys(methods),
      ...paged.map((method) => method.replace(/list$/, "listAll")),
      ...conveniences,
    ];
    assertEquals(methodsOf(client()).sort(), expected.sort());
  });

  test(`${name}: what has two names is one object`, () => {
    const one = client();
    for (const [alias, name] of Object.entries(aliases)) {
      assertStrictEquals(namespaceAt(one, alias), namespaceAt(one, name), alias);
    }
  });

  test(`${name}: clients share nothing`, () => {
    const [a, b] = [client(), client()];
    for (const method of Object.keys(methods)) {
      const path = method.slice(0, method.lastIndexOf("."));
      assert(namespaceAt(a, path) !== namespaceAt(b, path), path);
    }
  });
}
