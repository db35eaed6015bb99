/** The runtime that is given is the one that signs, and that reads environment and files. */
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import {
  KalshiAuth,
  KalshiAuthError,
  KalshiAuthKeyError,
  KalshiClient,
  KalshiConfig,
  KalshiConfigError,
  KalshiCore,
  type ReadTextFile,
  type Runtime,
  signerFromPem,
  type SigningKey,
} from "../../mod.ts";
import { webRuntime } from "../../src/runtime/web.ts";
import { test } from "../support/test.ts";
import { ed25519Pkcs8, encryptedKeys, passphrase, rsaPkcs1, rsaPkcs8 } from "./fixtures.ts";

/** What the signer of the runtime below signs with, for every text. */
const MARK = btoa("m".repeat(64));

interface Own {
  readonly runtime: Runtime;
  readonly keys: SigningKey[];
  readonly texts: string[];
  readonly paths: string[];
}

/** A runtime of one's own with these variables and files, whose signer signs with a mark. */
function ownRuntime(env: Record<string, string> = {}, files: Record<string, string> = {}, sync = false): Own {
  const [keys, texts, paths] = [[] as SigningKey[], [] as string[], [] as string[]];
  const read = (path: string) => {
    paths.push(path);
    const text = files[path];
    if (text === undefined) throw new Error("there is no such file");
    return text;
  };
  const readTextFile: ReadTextFile = async (path) => await read(path);
  const web = webRuntime();
  const runtime: Runtime = {
    ...web,
    name: "of my own",
    capabilities: { ...web.capabilities, env: true, files: true },
    readEnv: (name) => env[name],
    readTextFile: sync ? Object.assign(readTextFile, { sync: read }) : readTextFile,
    createSigner(key) {
      keys.push(key);
      return (text) => (texts.push(text), Promise.resolve(MARK));
    },
  };
  return { runtime, keys, texts, paths };
}

/** A network that keeps the signatures that it sees. */
function network(): { transport: (request: Request) => Promise<Response>; seen: (string | null)[] } {
  const seen: (string | null)[] = [];
  return {
    seen,
    transport: (request) => {
      seen.push(request.headers.get("kalshi-access-signature"));
      return Promise.resolve(Response.json({ balance: 1 }));
    },
  };
}

const keyId = "key-1";

test("a client's own runtime signs, whichever way the client comes to its key", async () => {
  const env = { KALSHI_KEY_ID: keyId, KALSHI_PRIVATE_KEY: rsaPkcs8 };
  const inFile = { KALSHI_KEY_ID: keyId, KALSHI_PRIVATE_KEY_PATH: "key.pem" };
  const files = { "key.pem": ed25519Pkcs8 };
  const encrypted = encryptedKeys["ed25519 aes-256-cbc SHA256"] ?? "";
  const ways: [string, Own, (own: Own, transport: ReturnType<typeof network>["transport"]) => unknown][] = [
    [
      "text",
      ownRuntime(),
      ({ runtime }, transport) => new KalshiClient({ keyId, privateKey: rsaPkcs1, runtime, transport }),
    ],
    [
      "encrypted text",
      ownRuntime(),
      ({ runtime }, transport) =>
        new KalshiClient({ keyId, privateKey: encrypted, passphrase, runtime, transport }),
    ],
    [
      "a file",
      ownRuntime({}, files),
      ({ runtime }, transport) => new KalshiClient({ keyId, privateKeyPath: "key.pem", runtime, transport }),
    ],
    [
      "a file that is read at once",
      ownRuntime({}, files, true),
      ({ runtime }, transport) => new KalshiClient({ keyId, privateKeyPath: "key.pem", runtime, transport }),
    ],
    [
      "its own environment",
      ownRuntime(env),
      ({ runtime }, transport) => KalshiClient.fromEnv(undefined, { runtime, transport }),
    ],
    [
      "its own environment and file",
      ownRuntime(inFile, files),
      ({ runtime }, transport) => KalshiClient.fromEnv(undefined, { runtime, transport }),
    ],
    [
      "an environment that is passed",
      ownRuntime(),
      ({ runtime }, transport) => KalshiClient.fromEnv(env, { runtime, transport }),
    ],
    [
      "a signer for a core",
      ownRuntime(),
      async ({ runtime }, transport) =>
        new KalshiCore({ auth: await signerFromPem(keyId, rsaPkcs8, { runtime }), runtime, transport }),
    ],
  ];
  for (const [way, own, make] of ways) {
    const { transport, seen } = network();
    await using client = await make(own, transport) as KalshiCore;
    await client.request("GET", "/portfolio/balance");
    await client.request("GET", "/portfolio/balance");
    assertEquals(seen, [MARK, MARK], way);
    assertEquals([own.keys.length, own.texts.length], [1, 2], `${way}: the key is imported once`);
    assertMatch(own.texts[0] ?? "", /^\d+GET\/trade-api\/v2\/portfolio\/balance$/, way);
  }
});

test("a KalshiAuth signs on the runtime that it was made with", async () => {
  const jwk = { kty: "OKP", crv: "Ed25519", d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A" };
  const ways: ((runtime: Runtime) => Promise<KalshiAuth>)[] = [
    (runtime) => KalshiAuth.fromPem(keyId, rsaPkcs8, { runtime }),
    (runtime) => KalshiAuth.fromJwk(keyId, jwk, { runtime }),
    (runtime) => KalshiAuth.fromKeyPath(keyId, "key.pem", { runtime }),
    (runtime) => KalshiAuth.fromEnv({ KALSHI_KEY_ID: keyId, KALSHI_PRIVATE_KEY: rsaPkcs8 }, { runtime }),
    (runtime) =>
      KalshiAuth.fromEnv({ KALSHI_KEY_ID: keyId, KALSHI_PRIVATE_KEY_PATH: "key.pem" }, { runtime }),
    async (runtime) =>
      await KalshiAuth.tryFromEnv({ KALSHI_KEY_ID: keyId, KALSHI_PRIVATE_KEY: rsaPkcs8 }, {
        runtime,
      }) as KalshiAuth,
  ];
  for (const [index, make] of ways.entries()) {
    const { runtime, keys } = ownRuntime({}, { "key.pem": ed25519Pkcs8 });
    const auth = await make(runtime);
    assertEquals([await auth.sign("text"), keys.length], [MARK, 1], String(index));
  }
});

test("a runtime that is given says whether unknown hosts are allowed, also in copies of the configuration", async () => {
  const baseUrl = "https://proxy.example/trade-api/v2";
  const allowing = ownRuntime({ KALSHI_ALLOW_UNKNOWN_HOST: "1" }).runtime;
  const { transport } = network();
  await using client = new KalshiClient({ config: { baseUrl }, runtime: allowing, transport });
  assertEquals(client.config.environment, "unknown");
  assertEquals(client.config.with({ timeoutMs: 7 }).environment, "unknown");
  assertEquals(new KalshiConfig({ baseUrl }, { runtime: allowing }).environment, "unknown");
  const strict = ownRuntime().runtime;
  assertThrows(
    () => new KalshiClient({ config: { baseUrl }, runtime: strict, transport }),
    KalshiConfigError,
  );
  assertThrows(() => new KalshiConfig({ baseUrl }, { runtime: strict }), KalshiConfigError, "proxy.example");
});

test("a key file may be given as a file URL, as a URL or as text", async () => {
  const paths: [string | URL, string][] = [
    ["keys/key.pem", "keys/key.pem"],
    ["~/key.pem", "~/key.pem"],
    [new URL("file:///keys/key.pem"), "/keys/key.pem"],
    ["file:///keys/key.pem", "/keys/key.pem"],
    [new URL("file://localhost/keys/key.pem"), "/keys/key.pem"],
    [new URL("./my%20key.pem?v=1#x", "file:///cl%C3%A9s/x.ts"), "/clés/my key.pem"],
    [new URL("file:///C:/keys/key.pem"), "C:/keys/key.pem"],
  ];
  for (const [given, path] of paths) {
    for (const sync of [false, true]) {
      const own = ownRuntime({}, { [path]: ed25519Pkcs8 }, sync);
      const { runtime } = own;
      const auth = await KalshiAuth.fromKeyPath(keyId, given, { runtime });
      assertEquals([auth.algorithm, own.paths], ["Ed25519", [path]]);
      const { transport, seen } = network();
      await using client = new KalshiClient({ keyId, privateKeyPath: given, runtime, transport });
      await client.portfolio.balance();
      assertEquals([seen, own.paths], [[MARK], [path, path]]);
      const env = { KALSHI_KEY_ID: keyId, KALSHI_PRIVATE_KEY_PATH: String(given) };
      if (typeof given === "string" || given.host === "") await KalshiAuth.fromEnv(env, { runtime });
    }
  }
  const { runtime, paths: read } = ownRuntime();
  const wrong = [
    new URL("https://vault.example/key.pem"),
    new URL("data:text/plain,x"),
    new URL("file://server/share/key.pem"),
    new URL("file:///keys/a%2Fb.pem"),
    new URL("file:///keys/%00.pem"),
    new URL("file:///keys/%ff.pem"),
    "file://[",
    {},
    7,
    new URL(`data:,${encodeURIComponent(ed25519Pkcs8)}`),
  ] as (string | URL)[];
  for (const given of wrong) {
    const make = () => new KalshiClient({ keyId, privateKeyPath: given, runtime });
    const error = assertThrows(make, KalshiConfigError, "the private key");
    assert(!error.message.includes("BEGIN"));
    await assertRejects(() => KalshiAuth.fromKeyPath(keyId, given, { runtime }), KalshiConfigError);
  }
  assertEquals(read, []);
});

test("a key file that is missing or no key fails when the client is made, where the runtime can look", async () => {
  const { runtime } = ownRuntime({}, { "garbage.pem": "garbage", "key.pem": ed25519Pkcs8 }, true);
  const make = (privateKeyPath: string, options = {}) =>
    new KalshiClient({ keyId, privateKeyPath, runtime, ...options });
  const missing = assertThrows(
    () => make("absent.pem"),
    KalshiAuthKeyError,
    '"absent.pem": there is no such file',
  );
  assertEquals([missing.code, missing.outcome], ["AUTH_KEY", "not-sent"]);
  assertThrows(() => make("garbage.pem"), KalshiAuthKeyError, "not in PEM format");
  assertThrows(() => make("key.pem", { passphrase: "x" }), KalshiAuthKeyError, "not encrypted");
  await make("key.pem").close();

  // One that cannot look tells at the first call, and reads again at the next.
  const files: Record<string, string> = {};
  const late = ownRuntime({}, files);
  const { transport, seen } = network();
  await using client = new KalshiClient({
    keyId,
    privateKeyPath: "key.pem",
    runtime: late.runtime,
    transport,
  });
  const error = await assertRejects(
    () => client.portfolio.balance(),
    KalshiAuthError,
    "there is no such file",
  );
  assertEquals([error.code, error.outcome, seen.length], ["AUTH_KEY", "not-sent", 0]);
  files["key.pem"] = ed25519Pkcs8;
  await client.portfolio.balance();
  assertEquals(seen, [MARK]);
});

test("a runtime with a reader of its own is not looked past", async () => {
  const { runtime } = ownRuntime({}, {}, true);
  const vault: Runtime = { ...runtime, readTextFile: () => Promise.resolve(ed25519Pkcs8) };
  const { transport, seen } = network();
  await using client = new KalshiClient({ keyId, privateKeyPath: "vault/key", runtime: vault, transport });
  await client.portfolio.balance();
  assertEquals(seen, [MARK]);
});
