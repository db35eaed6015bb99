import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  KalshiClient,
  type KalshiClientOptions,
  KalshiConfig,
  KalshiConfigError,
  type KalshiConfigOptions,
  KalshiCore,
} from "../../mod.ts";
import {
  CALL_OPTIONS,
  CLIENT_OPTIONS,
  CONFIG_OPTIONS,
  LIMIT_OPTIONS,
  type STREAM_OPTIONS,
} from "../../src/config/option_places.ts";
import { KalshiStream, type StreamOptions } from "../../src/stream/mod.ts";
import { test } from "../support/test.ts";

// deno-lint-ignore no-explicit-any -- options as plain JavaScript gives them.
type Untyped = any;

const auth = { keyId: "key-1", sign: (text: string) => Promise.resolve(btoa(text)) };

function refusal(make: () => unknown): string {
  return assertThrows(make, KalshiConfigError).message;
}

type Lacks<Options, Names extends readonly string[]> = Exclude<keyof Options, Names[number]>;

test("the lists of options are whole", () => {
  const lacking: [
    Lacks<KalshiClientOptions, typeof CLIENT_OPTIONS>,
    Lacks<KalshiConfigOptions, typeof CONFIG_OPTIONS>,
    Lacks<StreamOptions, typeof STREAM_OPTIONS>,
  ][] = [];
  assertEquals(lacking, []);
});

test("an option of the configuration given to a client, a core or a stream is sent into `config`", async () => {
  for (const name of CONFIG_OPTIONS) {
    const options: Untyped = { auth, [name]: undefined };
    const says = `no option "${name}". It belongs into \`config\`: { config: { ${name}: … } }.`;
    assertStringIncludes(refusal(() => new KalshiClient(options)), says);
    assertStringIncludes(refusal(() => new KalshiCore(options)), says);
    const error = await assertRejects(() => KalshiStream.connect(options), KalshiConfigError);
    assertStringIncludes(error.message, says);
    const ofClient = await assertRejects(
      () => new KalshiClient({ auth }).stream({ [name]: 1 } as Untyped),
      KalshiConfigError,
    );
    assertStringIncludes(ofClient.message, says);
  }
  for (const name of LIMIT_OPTIONS) {
    const options: Untyped = { [name]: 1 };
    assertStringIncludes(refusal(() => new KalshiClient(options)), `{ config: { limits: { ${name}: … } } }`);
    assertStringIncludes(refusal(() => new KalshiConfig(options)), `{ limits: { ${name}: … } }`);
  }
  assertStringIncludes(refusal(() => new KalshiClient({ timeout: 1 } as Untyped)), "config.timeoutMs");
  assertStringIncludes(refusal(() => new KalshiClient({ baseURL: "x" } as Untyped)), "config.baseUrl");
  assertStringIncludes(
    refusal(() => new KalshiConfig({ limits: { timeoutMs: 1 } } as Untyped)),
    "beside `limits`",
  );
});

test("an option of the client given to a configuration is sent to the client", () => {
  for (const name of CLIENT_OPTIONS) {
    const options: Untyped = { [name]: undefined };
    const says = `It belongs to the client: new KalshiClient({ ${name}: … }).`;
    for (
      const make of [
        () => new KalshiConfig(options),
        () => KalshiConfig.demo(options),
        () => KalshiConfig.production(options),
        () => new KalshiConfig().with(options),
        () => new KalshiClient({ config: options }),
      ]
    ) assertStringIncludes(refusal(make), says);
  }
});

test("options of the client given to a core or a stream say so", async () => {
  for (const name of ["keyId", "privateKeyPath", "demo", "rateLimit", "validate"]) {
    const options: Untyped = { auth, [name]: undefined };
    assertStringIncludes(refusal(() => new KalshiCore(options)), "It belongs to KalshiClient");
    const error = await assertRejects(() => KalshiStream.connect(options), KalshiConfigError);
    assertStringIncludes(error.message, "It belongs to the client");
  }
});

test("options of calls and of streams given to a client or a configuration say where they belong", () => {
  for (const name of CALL_OPTIONS) {
    // The client has one of that name too.
    if (name === "headers" || name === "onResponse") continue;
    if (CONFIG_OPTIONS.some((option) => option === name)) continue;
    const options: Untyped = { [name]: {} };
    assertStringIncludes(refusal(() => new KalshiClient(options)), "It belongs to a call");
    assertStringIncludes(refusal(() => new KalshiConfig(options)), "It belongs to a call");
  }
  for (const name of ["verifyBooks", "lookup", "onUnknown", "onError"]) {
    assertStringIncludes(
      refusal(() => new KalshiConfig({ [name]: 1 } as Untyped)),
      "It belongs to the stream",
    );
  }
});

test("what is no plain object of options is refused", async () => {
  class Options {
    demo = true;
  }
  const odd: Untyped[] = [null, "demo", 7, true, [], new Map(), new Date(), new AbortController().signal];
  for (const options of [...odd, new Options(), () => {}]) {
    assertStringIncludes(refusal(() => new KalshiClient(options)), "an object of options; got ");
    assertStringIncludes(refusal(() => new KalshiCore(options)), "an object of options; got ");
    assertStringIncludes(refusal(() => new KalshiConfig(options)), "an object of options; got ");
    await assertRejects(() => KalshiStream.connect(options), KalshiConfigError, "an object of options");
  }
  for (const limits of [null, [], "x", new Map()]) {
    refusal(() => new KalshiConfig({ limits } as Untyped));
  }
});

test("a key in the place of an option's name or value is never quoted", () => {
  const pem = `-----BEGIN PRIVATE KEY-----\n${
    "MC4CAQAwBQYDK2VwBCIEIabc".repeat(3)
  }\n-----END PRIVATE KEY-----`;
  const secrets = [pem, "MC4CAQAwBQYDK2VwBCIEIHx9k3LmQ2vB8sZ0", "aB3".repeat(20)];
  for (const secret of secrets) {
    for (const name of [...CONFIG_OPTIONS, secret]) {
      for (const value of [secret, 1]) {
        const options: Untyped = { [name]: value };
        for (const make of [() => new KalshiConfig(options), () => new KalshiClient(options)]) {
          try {
            make();
          } catch (error) {
            assert(error instanceof KalshiConfigError);
            assert(!error.message.includes(secret), error.message);
          }
        }
      }
    }
  }
});

test("fromEnv: options in the place of variables are refused, since they would be none", async () => {
  for (const options of [{ demo: true }, { config: {} }, { keyId: "k", privateKey: "p" }] as Untyped[]) {
    await assertRejects(() => KalshiClient.fromEnv(options), KalshiConfigError, "which comes second");
  }
  await using client = await KalshiClient.fromEnv({ KALSHI_DEMO: "true", config: "a binding" } as Untyped);
  assertEquals(client.config.environment, "demo");
});
