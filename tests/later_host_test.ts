import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { assertEquals } from "@std/assert";
import { test } from "./support/test.ts";

/** Whole features, and what begins each: the only code that comes later than what asks for it. */
const FEATURES = {
  "src/auth/pbes2.ts": "encrypted keys",
  "src/fix/of_client.ts": "FIX",
  "src/local_exchange/page/bundle.ts": "the page of the local exchange",
  "src/perps/stream.ts": "streams of perps",
  "src/rate_limits/auto.ts": "the rate limiter that reads its budgets",
  "src/rate_limits/rate_limiter.ts": "the rate limiter",
  "src/recordings/parquet/export_file.ts": "writing recordings as Parquet",
  "src/recordings/parquet/table_source.ts": "reading recordings from Parquet",
  "src/runtime/node_http2.ts": "HTTP/2 on Node",
  "src/runtime/node_tcp.ts": "TCP on hosts",
  "src/runtime/node_websocket.ts": "WebSockets on hosts",
  "src/runtime/workers_sockets.ts": "sockets on Workers",
  "src/stream/stream.ts": "streams",
  "src/tables/mod.ts": "Parquet itself",
  "src/trading/download/read_rows.ts": "reading a downloaded history",
  "src/trading/download/run.ts": "downloading a history",
};

test("what comes later is a whole feature: all else is imported where it is used", () => {
  const found = new Set<string>();
  for (const path of readdirSync("src", { recursive: true, encoding: "utf8" })) {
    const file = posix.join("src", path.replaceAll("\\", "/"));
    // A command loads with its action what the others have no use for.
    if (!/\.tsx?$/.test(file) || file.startsWith("src/cli/")) continue;
    for (const [, target = ""] of readFileSync(file, "utf8").matchAll(/\bimport\(\s*"(\.[^"]+)"/g)) {
      found.add(posix.join(posix.dirname(file), target));
    }
  }
  assertEquals([...found].sort(), Object.keys(FEATURES));
});
