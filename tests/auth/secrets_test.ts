import { assert } from "@std/assert";
import { KalshiAuth } from "../../src/auth/mod.ts";
import { KalshiError } from "../../src/base/errors.ts";
import { test } from "../support/test.ts";
import * as fixtures from "./fixtures.ts";
import { assertHidden, everyFailure, secretsIn } from "./secrets.ts";

test("no error shows any part of a key or a passphrase", async () => {
  const failures = await everyFailure();
  assert(failures.length > 200, `${failures.length}`);
  for (const { error, secrets } of failures) {
    assert(error instanceof KalshiError, String(error));
    assertHidden(secrets, [error.message, error.stack ?? "", String(error), JSON.stringify(error)]);
    assertHidden(secrets, Object.values(error).map((value) => JSON.stringify(value) ?? ""));
    assert(error.cause === undefined, "a cause of the runtime's making may quote what it refused");
  }
});

test("a KalshiAuth shows its key id and its algorithm, and nothing else", async () => {
  for (const pem of [fixtures.rsaPkcs1, fixtures.ed25519Pkcs8]) {
    const auth = await KalshiAuth.fromPem("key-1", pem);
    const shown = [JSON.stringify(auth), JSON.stringify({ auth }), String(auth), Object.keys(auth).join()];
    assertHidden(secretsIn(pem), shown);
    assert(shown[0] === JSON.stringify({ keyId: "key-1", algorithm: auth.algorithm }));
    assert(JSON.stringify(structuredClone(auth)) === shown[0]);
  }
});
