import { assertEquals } from "@std/assert";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileLog } from "../../src/fix/file_log.ts";
import { test } from "../support/test.ts";

test("a line of a file log is one line, whatever a message says", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fix-log-"));
  try {
    const path = join(folder, "session.log");
    const log = await fileLog({ path });
    log({ kind: "in", atMs: 0, text: "35=5|58=bye\r\n1970-01-01T00:00:01.000Z out 35=D|" });
    log({ kind: "out", atMs: 1_000, text: "35=5|" });
    await log.close?.();
    assertEquals(readFileSync(path, "utf8").split("\n"), [
      "1970-01-01T00:00:00.000Z in 35=5|58=bye\\r\\n1970-01-01T00:00:01.000Z out 35=D|",
      "1970-01-01T00:00:01.000Z out 35=5|",
      "",
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
