/** Key files on the disk, by path and by URL, through the adapter of the runtime that runs the test. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { KalshiAuth, KalshiAuthKeyError, KalshiClient } from "../../mod.ts";
import { test } from "../support/test.ts";
import { ed25519Pkcs8 } from "./fixtures.ts";
import { assertSigns } from "./signatures.ts";

test("key files are read by path and by file URL, and a missing one fails when the client is made", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kalshi é key "));
  try {
    const path = join(folder, "key #1.pem");
    writeFileSync(path, ed25519Pkcs8);
    const url = pathToFileURL(path);
    for (const given of [path, url, url.href]) {
      await assertSigns("ed25519", await KalshiAuth.fromKeyPath("key-1", given));
      const signatures: (string | null)[] = [];
      await using client = new KalshiClient({
        keyId: "key-1",
        privateKeyPath: given,
        transport: (request) => {
          signatures.push(request.headers.get("kalshi-access-signature"));
          return Promise.resolve(Response.json({ balance: 1 }));
        },
      });
      // It was read when the client was made.
      rmSync(path);
      await client.portfolio.balance();
      assertEquals(signatures.map((signature) => signature?.length), [88]);
      assertThrows(
        () => new KalshiClient({ keyId: "key-1", privateKeyPath: given }),
        KalshiAuthKeyError,
        path,
      );
      await assertRejects(() => KalshiAuth.fromKeyPath("key-1", given), KalshiAuthKeyError, path);
      writeFileSync(path, ed25519Pkcs8);
    }
    assertThrows(
      () => new KalshiClient({ keyId: "key-1", privateKeyPath: folder }),
      KalshiAuthKeyError,
      folder,
    );
    assertThrows(
      () => new KalshiClient({ keyId: "key-1", privateKeyPath: "~/no such key.pem" }),
      KalshiAuthKeyError,
      join(homedir(), "no such key.pem"),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
