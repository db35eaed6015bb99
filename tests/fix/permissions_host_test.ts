/** What FIX needs of Deno's permissions: what the docs say, and no more. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { startThing } from "../support/bed.ts";
import { test } from "../support/test.ts";

test("FIX in Deno: the host, the store's file, and --allow-sys for authorities", {
  on: ["deno"],
  timeoutMs: 120_000,
}, async () => {
  await using server = await startThing("tls-server");
  const port = await server.call<number>("port");
  const { pem } = await server.call<{ pem: string }>("certificate", "root");
  const folder = mkdtempSync(join(tmpdir(), "fix-permissions-"));
  const path = join(folder, "session");
  const run = async (flags: readonly string[], ca = pem) => {
    // Not through node:child_process, where Deno adds permissions to a child that was given none.
    const { stdout, stderr } = await new Deno.Command("node_modules/deno/deno", {
      args: [
        ...["run", "--no-prompt", "--no-lock", ...flags],
        ...["tests/fix/support/permissions_script.ts", `${port}`, ca, path],
      ],
      env: { ...process.env, NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assert(output, errors);
    return JSON.parse(output) as { readonly connection: string; readonly store: string };
  };
  const net = "--allow-net=localhost";
  const files = [`--allow-read=${path},${path}.new`, `--allow-write=${path},${path}.new`];
  try {
    assertEquals(await run([net, "--allow-sys", ...files]), { connection: "connected", store: "kept" });
    const without = await run([net]);
    assertStringIncludes(without.connection, "CONFIG: ");
    assertStringIncludes(without.connection, "--allow-sys");
    assertStringIncludes(without.store, "FIX_STORE: ");
    assertStringIncludes(without.store, "--allow-");
    // Authorities that are trusted anyway need no leave: this one is not.
    assertStringIncludes((await run([net], "")).connection, "CONNECTION: ");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
