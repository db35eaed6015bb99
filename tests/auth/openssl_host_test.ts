/** OpenSSL as the judge: of our signatures, and of the command lines in our messages. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { inspect } from "node:util";
import { KalshiAuth } from "../../src/auth/mod.ts";
import { KalshiAuthError } from "../../src/base/errors.ts";
import { test } from "../support/test.ts";
import * as keys from "./fixtures.ts";
import { assertHidden, everyFailure, secretsIn } from "./secrets.ts";
import { base64Bytes, pemBytes } from "./signatures.ts";

const { passphrase } = keys;

/** A folder that is gone at the end. */
class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "kalshi-auth-"));
  file(name: string): string {
    return join(this.path, name);
  }
  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.file(name), content);
    return this.file(name);
  }
  openssl(...args: string[]): string {
    return execFileSync("openssl", args, {
      cwd: this.path,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  }
  /** The answer of OpenSSL's own verification. */
  verify(auth: KalshiAuth, publicKey: string, signature: string, text: string): string {
    this.write("public.pem", publicKey);
    this.write("signature", base64Bytes(signature));
    this.write("text", text);
    if (auth.algorithm === "Ed25519") {
      const files = ["-pubin", "-inkey", "public.pem", "-sigfile", "signature", "-in", "text"];
      return this.openssl("pkeyutl", "-verify", "-rawin", ...files);
    }
    const pss = ["rsa_padding_mode:pss", "rsa_pss_saltlen:32", "rsa_mgf1_md:sha256"];
    const options = pss.flatMap((option) => ["-sigopt", option]);
    return this.openssl(
      "dgst",
      "-sha256",
      "-verify",
      "public.pem",
      ...options,
      "-signature",
      "signature",
      "text",
    );
  }
  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

test("OpenSSL verifies what is signed with keys in every format", async () => {
  using folder = new Folder();
  const pems = [keys.rsaPkcs1, keys.rsaPkcs8, keys.ed25519Pkcs8];
  const sealed = [
    keys.encryptedKeys["rsa aes-256-cbc SHA512"],
    keys.encryptedKeys["ed25519 aes-128-cbc SHA1"],
  ];
  for (const pem of [...pems, ...sealed]) {
    assert(pem !== undefined);
    const auth = await KalshiAuth.fromPem("key-1", pem, sealed.includes(pem) ? { passphrase } : {});
    const publicKey = auth.algorithm === "Ed25519" ? keys.ed25519Public : keys.rsaPublic;
    const timestampMs = 1_790_000_000_000;
    const path = "/trade-api/v2/portfolio/orders/a%20b";
    const headers = await auth.headers("delete", path + "?subaccount=0", { timestampMs });
    const text = `1790000000000DELETE${path}`;
    assertMatch(
      folder.verify(auth, publicKey, headers["KALSHI-ACCESS-SIGNATURE"], text),
      /Verified OK|Signature Verified Successfully/,
    );
  }
});

test("keys that OpenSSL makes now work, also of 3072 and 4096 bits", async () => {
  using folder = new Folder();
  const kinds = [["ed25519"], ["RSA", "2048"], ["RSA", "3072"], ["RSA", "4096"]];
  for (const [algorithm = "", bits] of kinds) {
    const size = bits === undefined ? [] : ["-pkeyopt", `rsa_keygen_bits:${bits}`];
    folder.openssl("genpkey", "-algorithm", algorithm, ...size, "-out", "key.pem");
    const publicKey = folder.openssl("pkey", "-in", "key.pem", "-pubout");
    const auth = await KalshiAuth.fromPem("key-1", readFileSync(folder.file("key.pem"), "utf8"));
    const signature = await auth.sign("a text");
    assertMatch(folder.verify(auth, publicKey, signature, "a text"), /Verified/);
  }
});

/** The command lines in a message, with what OpenSSL would ask for at a terminal. */
function commandsIn(message: string): string[][] {
  return [...message.matchAll(/`openssl ([^`]+)`/g)].map(([, line = ""]) => {
    const secrets = line.startsWith("pkcs8")
      ? ["-passin", `pass:${passphrase}`, "-passout", `pass:${passphrase}`]
      : [];
    return [...line.split(" "), ...secrets];
  });
}

test("what the messages tell to type makes a usable key", async () => {
  const cases: (readonly [pem: string, secret: boolean])[] = [
    [keys.rsaLegacyEncrypted, true],
    [keys.rsaScrypt, true],
    [keys.rsaTripleDes, true],
    [keys.rsaOldScheme, true],
    [keys.rsaSha224, true],
    [keys.ecPkcs8, false],
    [keys.rsa1024, false],
    [keys.opensshEd25519, false],
    [keys.rsaPkcs8.replace(/-----.*-----/, ""), false],
  ];
  for (const [pem, secret] of cases) {
    using folder = new Folder();
    folder.write("key.pem", pem);
    folder.write("key.der", pemBytes(keys.rsaPkcs8));
    const error = await assertRejects(
      () => KalshiAuth.fromPem("key-1", pem, secret ? { passphrase } : {}),
      KalshiAuthError,
    );
    const commands = commandsIn(error.message);
    assert(commands.length > 0, error.message);
    for (const command of commands) folder.openssl(...command);
    const made = readFileSync(folder.file("kalshi.pem"), "utf8");
    const auth = await KalshiAuth.fromPem("key-1", made, secret ? { passphrase } : {});
    assertEquals(auth.algorithm, secret || pem === cases.at(-1)?.[0] ? "RSA-PSS" : "Ed25519");
  }
});

test("a plain key with a passphrase: the message's command encrypts it", async () => {
  using folder = new Folder();
  folder.write("key.pem", keys.rsaPkcs1);
  const error = await assertRejects(
    () => KalshiAuth.fromPem("key-1", keys.rsaPkcs1, { passphrase }),
    KalshiAuthError,
  );
  for (const command of commandsIn(error.message)) folder.openssl(...command);
  const made = readFileSync(folder.file("kalshi.pem"), "utf8");
  await KalshiAuth.fromPem("key-1", made, { passphrase });
});

test("fromKeyPath reads files, also below the home folder", async () => {
  using folder = new Folder();
  const path = folder.write("key.txt", "\ufeff" + keys.rsaPkcs1);
  const auth = await KalshiAuth.fromKeyPath("key-1", path);
  assertEquals(auth.algorithm, "RSA-PSS");
  await KalshiAuth.fromKeyPath("key-1", "~/" + relative(homedir(), path));
  const missing = folder.file("missing.pem");
  const error = await assertRejects(() => KalshiAuth.fromKeyPath("key-1", missing), KalshiAuthError);
  assertEquals(error.code, "AUTH_KEY");
  assert(error.message.includes(missing));
});

test("fromEnv reads the runtime's own variables", async () => {
  process.env["KALSHI_KEY_ID"] = "key-of-the-environment";
  process.env["KALSHI_PRIVATE_KEY"] = keys.ed25519Pkcs8.replaceAll("\n", "\\n");
  try {
    assertEquals((await KalshiAuth.fromEnv()).keyId, "key-of-the-environment");
    assertEquals(await KalshiAuth.tryFromEnv({}), undefined);
  } finally {
    delete process.env["KALSHI_KEY_ID"];
    delete process.env["KALSHI_PRIVATE_KEY"];
  }
  assertEquals(await KalshiAuth.tryFromEnv(), undefined);
});

test("no runtime's inspection shows a secret", async () => {
  const host = globalThis as {
    Deno?: { inspect(value: unknown, options: object): string };
    Bun?: { inspect(value: unknown, options: object): string };
  };
  const options = { depth: 20, showHidden: true, showProxy: true, getters: true };
  function looks(value: unknown): string[] {
    return [
      inspect(value, options),
      host.Deno?.inspect(value, options) ?? "",
      host.Bun?.inspect(value, { depth: 20 }) ?? "",
    ];
  }
  for (
    const [name, pem] of Object.entries({
      ...keys.encryptedKeys,
      rsa: keys.rsaPkcs1,
      ed25519: keys.ed25519Pkcs8,
    })
  ) {
    const encrypted = pem.includes("ENCRYPTED");
    const auth = await KalshiAuth.fromPem("key-1", pem, encrypted ? { passphrase } : {});
    const plain = name.startsWith("rsa") ? keys.rsaPkcs8 : keys.ed25519Pkcs8;
    assertHidden([...secretsIn(pem), ...secretsIn(plain), passphrase], looks({ auth }));
  }
  for (const { error, secrets } of await everyFailure()) assertHidden(secrets, looks(error));
});
