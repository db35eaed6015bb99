import { assertEquals } from "@std/assert";
import { outgoingMessages } from "../../src/contract/fix/outgoing.ts";
import { FixClient } from "../../src/fix/client.ts";
import { test } from "../support/test.ts";

/** What is called otherwise: its answers come for as long as one reads them. */
const others: Readonly<Record<string, string>> = { SecurityStatusRequest: "securityStatus" };

const methodOf = (name: string) =>
  others[name] ?? name.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]/, (start) => start.toLowerCase());

test("a client has a method for every message that it can send", () => {
  const names = new Set(
    Object.values(outgoingMessages).flatMap((messages) => Object.values(messages).map(({ name }) => name)),
  );
  const methods = new Set<string>();
  for (let type = FixClient.prototype; type !== Object.prototype; type = Object.getPrototypeOf(type)) {
    for (const name of Object.getOwnPropertyNames(type)) methods.add(name);
  }
  assertEquals([...names].filter((name) => !methods.has(methodOf(name))), []);
  assertEquals(methodOf("RFQCancel"), "rfqCancel");
});
