import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { test } from "../support/test.ts";
import { prepareCli } from "./support/program.ts";

const NEW = "src/contract/spec/openapi.json";
const OLD = "tests/contract/fixtures/base-3.30/openapi.json";

test("a specification is compared with the one in the package, or with another, and the exit code says if it breaks", async () => {
  using cli = await prepareCli();
  const same = await cli.run(["spec", "diff", NEW]);
  assertEquals([same.status, same.stderr], [0, ""]);
  assertMatch(same.stdout, /^0 changes, 0 breaking: openapi\.json /);

  const back = await cli.run(["spec", "diff", OLD, "--json"]);
  assertEquals([back.status, back.stderr], [1, ""]);
  const changes: Record<string, unknown>[] = back.stdout.trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  const removed = { breaking: true, kind: "operation removed", where: "GET /fcm/fills", what: "GetFCMFills" };
  assertEquals(changes.filter(({ where }) => where === removed.where), [removed]);

  const forth = await cli.run(["spec", "diff", NEW, OLD, "--csv"]);
  assertEquals([forth.status, forth.stderr], [1, ""]);
  assertMatch(forth.stdout, /^breaking,kind,where,what\r\n/);
  assertStringIncludes(forth.stdout, "\r\nfalse,operation added,GET /fcm/fills,GetFCMFills\r\n");
});

test("what is no specification is refused with 2", async () => {
  using cli = await prepareCli();
  for (const [file, why] of [["README.md", "neither"], ["absent.json", "Cannot read absent.json"]] as const) {
    const { status, stdout, stderr } = await cli.run(["spec", "diff", file]);
    assertEquals([status, stdout], [2, ""]);
    assertStringIncludes(stderr, why);
  }
});
