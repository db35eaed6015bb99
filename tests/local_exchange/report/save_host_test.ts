/** A report in files. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { KalshiConfigError } from "../../../mod.ts";
import { RunReport } from "../../../src/local_exchange/mod.ts";
import { test } from "../../support/test.ts";
import { busyRun } from "./support/busy_run.ts";

test("a report is saved as JSON, as a page and as tables, and read back", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kalshi-report-"));
  try {
    const report = await busyRun();
    const dir = join(folder, "made", "for it");
    const paths = await report.save(dir);
    assertEquals(paths.map((path) => path.slice(dir.length + 1)), [
      "report.json",
      "report.html",
      "summary.csv",
      "curve.csv",
      "fills.csv",
      "markets.csv",
      "adverse_selection.csv",
      "settlements.csv",
      "rejections.csv",
    ]);
    // Nothing else is left behind.
    assertEquals(readdirSync(dir).sort(), paths.map((path) => path.slice(dir.length + 1)).sort());
    const read = (name: string) => readFileSync(join(dir, name), "utf8");
    assertEquals(read("report.html"), report.toHTML());
    assertEquals(read("fills.csv"), report.toCSV().fills);
    assertEquals(new RunReport(JSON.parse(read("report.json"))).toHTML(), report.toHTML());
    // By its URL, over what is there.
    writeFileSync(join(dir, "report.html"), "old");
    const again = await report.save(pathToFileURL(dir));
    assert(again[0]?.startsWith("file:"), again[0]);
    assertEquals(read("report.html"), report.toHTML());
    await assertRejects(() => report.save(""), KalshiConfigError, "the path of a folder");
    await assertRejects(
      () => report.save(new URL("https://localhost/")),
      KalshiConfigError,
      "a URL of files",
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
