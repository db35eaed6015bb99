import { assertEquals } from "@std/assert";
import { startThing } from "./bed.ts";
import { test } from "./test.ts";

test("the test bed starts a server that a plain fetch reaches", async () => {
  await using server = await startThing("raw-server");
  const port = await server.call<number>("port");
  const response = await fetch(`http://127.0.0.1:${port}/a?b=1`);
  assertEquals(await response.json(), {});
  const [first] = await server.call<{ head: string }[]>("received");
  assertEquals(first?.head.split("\r\n")[0], "GET /a?b=1 HTTP/1.1");
});
