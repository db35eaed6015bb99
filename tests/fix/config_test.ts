/** Where a FIX session connects and with what: what is taken, what is refused, and why. */
import { assert, assertEquals, assertNotStrictEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { fixLogonOptions, fixSessions } from "../../src/contract/fix/sessions.ts";
import { FixConfig } from "../../src/fix/config.ts";
import { FIX_DEFAULTS, type FixConfigOptions } from "../../src/fix/config_options.ts";
import { type FixConfigInput, type FixConfigOutput, logonNames } from "../../src/fix/config_schemas.ts";
import { consoleWarnings } from "../support/console_warnings.ts";
import { test } from "../support/test.ts";

// Options as untyped code gives them.
const given = (options: unknown) => options as FixConfigOptions;
const base = { product: "event", session: "order-entry" } as const;
const rt = { product: "event", session: "order-entry-rt" } as const;

/** Variables as a runtime reads them. */
const env = (variables: Readonly<Record<string, string>> = {}) => ({
  runtime: { readEnv: (name: string) => variables[name] },
});

/** What is said of options that are refused. */
function refused(options: unknown): string {
  return assertThrows(() => new FixConfig(given(options), env()), KalshiConfigError).message;
}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
type Plain<T> = { [Name in keyof T]-?: Exclude<T[Name], undefined> };
type Options = Plain<FixConfigOptions>;
type Made = Plain<FixConfigOutput>;
type Same1 = { [Name in keyof Options]: Same<Options[Name], Made[Name]> };

test("the interface of the options says what their schemas say", () => {
  const names: Same<keyof FixConfigOptions, keyof FixConfigInput> = true;
  const values: Same1[keyof Same1] = true;
  const taken = (options: FixConfigOptions): FixConfigInput => options;
  assertEquals([names, values, taken(base).port], [true, true, undefined]);
  assertEquals([...logonNames()].sort(), [...fixLogonOptions.event].sort());
});

test("what is left out has the one default that is written down", () => {
  const config = new FixConfig(base);
  const { host, port, targetCompId, product, session, ...rest } = config;
  assertEquals({ product, session }, base);
  assertEquals([host, port, targetCompId], ["mm.fix.elections.kalshi.com", 8228, "KalshiNR"]);
  assertEquals<unknown>(rest, { ...FIX_DEFAULTS });
  assertEquals(config.environment, "production");
  assert(Object.isFrozen(config) && Object.isFrozen(config.logon));
});

test("host, port and TargetCompID follow product, session and environment", () => {
  const rows = [
    ["event", "order-entry", "production", "mm.fix.elections.kalshi.com", 8228, "KalshiNR"],
    ["event", "order-entry-rt", "production", "mm.fix.elections.kalshi.com", 8230, "KalshiRT"],
    ["event", "drop-copy", "production", "mm.fix.elections.kalshi.com", 8229, "KalshiDC"],
    ["event", "post-trade", "production", "mm.fix.elections.kalshi.com", 8231, "KalshiPT"],
    ["event", "rfq", "production", "mm.fix.elections.kalshi.com", 8232, "KalshiRFQ"],
    ["event", "market-data", "production", "marketdata.fix.elections.kalshi.com", 8233, "KalshiMD"],
    ["event", "order-entry", "demo", "fix.demo.kalshi.co", 8228, "KalshiNR"],
    ["event", "order-entry-rt", "demo", "fix.demo.kalshi.co", 8230, "KalshiRT"],
    ["event", "drop-copy", "demo", "fix.demo.kalshi.co", 8229, "KalshiDC"],
    ["event", "post-trade", "demo", "fix.demo.kalshi.co", 8231, "KalshiPT"],
    ["event", "rfq", "demo", "fix.demo.kalshi.co", 8232, "KalshiRFQ"],
    ["event", "market-data", "demo", "marketdata.fix.demo.kalshi.co", 8233, "KalshiMD"],
    ["margin", "order-entry", "production", "margin-mm.fix.elections.kalshi.com", 8228, "KalshiNR"],
    ["margin", "order-entry-rt", "production", "margin-mm.fix.elections.kalshi.com", 8230, "KalshiRT"],
    ["margin", "drop-copy", "production", "margin-mm.fix.elections.kalshi.com", 8229, "KalshiDC"],
    ["margin", "market-data", "production", "margin-marketdata.fix.elections.kalshi.com", 8233, "KalshiMD"],
    ["margin", "order-entry", "demo", "margin-fix.demo.kalshi.co", 8228, "KalshiNR"],
    ["margin", "order-entry-rt", "demo", "margin-fix.demo.kalshi.co", 8230, "KalshiRT"],
    ["margin", "drop-copy", "demo", "margin-fix.demo.kalshi.co", 8229, "KalshiDC"],
    ["margin", "market-data", "demo", "margin-marketdata.fix.demo.kalshi.co", 8233, "KalshiMD"],
  ] as const;
  for (const [product, session, environment, ...place] of rows) {
    const config = FixConfig[environment]({ product, session });
    assertEquals([config.host, config.port, config.targetCompId], place);
    assertEquals(config.environment, environment);
    // The same host, given: whose it is need not be said.
    assertEquals(new FixConfig({ product, session, host: config.host }).environment, environment);
  }
  assertEquals(Object.values(fixSessions).flatMap(({ places }) => Object.values(places)).length, 10);
});

test("perps have no RFQ and no settlement session", () => {
  for (const session of ["rfq", "post-trade"] as const) {
    const said = refused({ product: "margin", session });
    assertStringIncludes(said, `\`session\` cannot be "${session}" for the product "margin"`);
    assertStringIncludes(said, "They have order-entry, order-entry-rt, drop-copy, market-data.");
  }
});

test("product and session must be said, in the words for them", () => {
  assertEquals(refused({}), 'FixConfig needs `product`: it takes "event" or "margin".');
  assertStringIncludes(
    refused({ product: "event" }),
    'FixConfig needs `session`: it takes "order-entry" or ',
  );
  assertStringIncludes(refused({ product: undefined, session: "rfq" }), "FixConfig needs `product`");
  assertStringIncludes(refused({ product: "perps", session: "rfq" }), '`product` takes "event" or "margin"');
  assertStringIncludes(refused({ product: "event", session: "KalshiNR" }), "`session` takes");
  assertStringIncludes(refused("event"), "FixConfig takes an object of options");
});

test("unknown options are refused with the right name, or the right place", () => {
  const table: readonly (readonly [unknown, string])[] = [
    [{ heartbeat: 30 }, 'FixConfig has no option "heartbeat". Did you mean heartbeatSeconds?'],
    [{ logonTimeout: 1 }, "Did you mean logonTimeoutMs (in milliseconds)?"],
    [{ targetCompID: "X" }, "Did you mean targetCompId?"],
    [{ UseDollars: true }, "It belongs into `logon`: { logon: { UseDollars: … } }."],
    [{ logon: { useDollars: true } }, 'FixConfig.logon has no option "useDollars". Did you mean UseDollars?'],
    [{ logon: { port: 1 } }, "It belongs beside `logon`, not into it."],
    [{ keyId: "x" }, "It belongs to the client: FixClient.connect({ config, keyId: … })."],
    [{ demo: true }, "Use FixConfig.demo({ … })."],
    [{ senderCompId: "x" }, "It is the id of the key"],
    [{ zzzzzz: 1 }, "Its options are: product, session, environment, host,"],
  ];
  for (const [options, says] of table) assertStringIncludes(refused({ ...base, ...options as object }), says);
});

test("every option is held to its type and its range", () => {
  const wrong: readonly (readonly [keyof FixConfigOptions, readonly unknown[]])[] = [
    ["environment", ["prod", "", true, "loopback"]],
    ["host", [1, "", null]],
    ["port", [0, 65_536, 1.5, "8228", -1, NaN]],
    ["targetCompId", ["", "a b", "a\x01b", "ü", "x".repeat(65), 1]],
    ["tls", ["true", 1, null]],
    ["ca", ["-----BEGIN CERTIFICATE-----", ["x"], [1], [
      "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----",
    ]]],
    ["pins", ["x", [], ["x"], ["sha256/AAAA"], ["A".repeat(44)]]],
    ["heartbeatSeconds", [0, -1, 3, 4.5, 301, "30", NaN, Infinity]],
    ["connectTimeoutMs", [0, -1, 2 ** 31, Infinity, NaN, "1"]],
    ["logonTimeoutMs", [0, -1, 2 ** 31]],
    ["logoutTimeoutMs", [0, -1, 2 ** 31]],
    ["requestTimeoutMs", [0, -1, 2 ** 31]],
    ["maxRetries", [-1, 1.5, Infinity]],
    ["retryBaseDelayMs", [-1, 2 ** 31]],
    ["retryMaxDelayMs", [-1, 2 ** 31]],
    ["alreadyOnlineMs", [-1, 2 ** 31]],
    ["onSequenceMismatch", ["ignore", true]],
    ["resendOrders", ["yes", 1]],
    ["resendChunk", [-1, 1.5]],
    ["maxFrameBytes", [0, 4095, 2 ** 29]],
    ["logon", [[], "UseDollars", 1, new Map()]],
    ["allowUnknownHost", ["1", 1]],
  ];
  for (const [name, values] of wrong) {
    for (const value of values) assertStringIncludes(refused({ ...rt, [name]: value }), `\`${name}\``);
  }
  for (const name of fixLogonOptions.event) {
    for (const value of ["Y", 73, 0, 1.5]) {
      assertStringIncludes(refused({ ...rt, logon: { [name]: value } }), `FixConfig.logon: \`${name}\``);
    }
  }
  assertEquals(
    new FixConfig({ product: "margin", session: "order-entry", heartbeatSeconds: 3 }).heartbeatSeconds,
    3,
  );
  assertEquals(new FixConfig({ ...base, heartbeatSeconds: 4 }).heartbeatSeconds, 4);
  assertStringIncludes(
    refused({ ...base, heartbeatSeconds: 3 }),
    "is 4 or more on the event gateways; got 3.",
  );
  assertStringIncludes(
    refused({ product: "margin", session: "order-entry", heartbeatSeconds: 2 }),
    "is 3 or more on the margin gateways",
  );
});

test("combinations that a gateway refuses, or passes over, are refused with the reason", () => {
  const listener = { ListenerSession: true, SkipPendingExecReports: true };
  const pins = ["A".repeat(43) + "="];
  const ca = ["-----BEGIN CERTIFICATE-----\n"];
  const table: readonly (readonly [object, string])[] = [
    [{ ...base, logon: { ListenerSession: true } }, "needs `SkipPendingExecReports: true`"],
    [
      { ...base, logon: { ...listener, SkipPendingExecReports: false } },
      "needs `SkipPendingExecReports: true`",
    ],
    [{ ...base, logon: { ...listener, CancelOrdersOnDisconnect: true } }, "CancelOrdersOnDisconnect"],
    [{ ...base, session: "drop-copy", logon: listener }, 'is for order entry: "drop-copy"'],
    [{ ...base, session: "market-data", logon: listener }, "no orders to listen to"],
    [
      { ...base, session: "drop-copy", logon: { ReceiveSettlementReports: true } },
      "order-entry, order-entry-rt, post-trade",
    ],
    [{ ...base, session: "rfq", logon: { ReceiveSettlementReports: false } }, "no settlements on"],
    [{ ...base, logon: { MessageRetentionPeriod: 24 } }, "keeps no messages"],
    [{ ...base, session: "market-data", logon: { MessageRetentionPeriod: 24 } }, "with retransmission"],
    [
      { ...base, product: "margin", logon: { UseCapReservation: true } },
      "is not known to the margin gateways",
    ],
    [
      { ...base, product: "margin", logon: { ReceiveSettlementReports: true } },
      "not known to the margin gateways",
    ],
    [{ ...base, product: "margin", logon: { UseDollars: false } }, "always in dollars"],
    [{ ...base, resendOrders: true }, '`resendOrders` is for the session "order-entry-rt"'],
    [{ ...base, session: "post-trade", resendOrders: true }, "`resendOrders`"],
    [{ ...rt, resendOrders: true, logon: listener }, "sends no orders"],
    [{ ...base, onSequenceMismatch: "reset" }, "is for sessions with retransmission"],
    [{ ...base, resendChunk: 10 }, "is for sessions with retransmission"],
    [{ ...base, tls: false }, "only for localhost"],
    [{ ...base, host: "gateway.example", allowUnknownHost: true, tls: false }, "only for localhost"],
    [{ ...base, host: "localhost", tls: false, pins }, "`pins` is for TLS"],
    [{ ...base, host: "localhost", tls: false, ca }, "`ca` is for TLS"],
    [{ ...base, targetCompId: "KalshiRT" }, 'is that of the session "order-entry-rt"'],
  ];
  consoleWarnings(() => {
    for (const [options, says] of table) assertStringIncludes(refused(options), says);
  });
  // And these go together.
  new FixConfig({ ...base, logon: listener });
  new FixConfig({
    ...rt,
    logon: { ...listener, CancelOrdersOnDisconnect: false, MessageRetentionPeriod: 72 },
  });
  new FixConfig({ ...rt, resendOrders: true, onSequenceMismatch: "reset", resendChunk: 0 });
  new FixConfig({
    ...base,
    session: "post-trade",
    logon: { ReceiveSettlementReports: false, MessageRetentionPeriod: 1 },
  });
  new FixConfig({ ...base, product: "margin", logon: { UseDollars: true, CancelOrdersOnDisconnect: true } });
  new FixConfig({ ...base, logon: { UseCapReservation: true }, onSequenceMismatch: "fail" });
  new FixConfig({ ...base, host: "127.0.0.1", port: 9878, tls: false, targetCompId: "EXEC" });
  new FixConfig({ ...base, pins, ca });
});

const refusedHosts = [
  "mm.fix.elections.kalshi.com.",
  "mm.fix.elections.kalshi.com:8228",
  "mm.fix.elections.kalshi.com:",
  "https://mm.fix.elections.kalshi.com",
  "mm.fix.elections.kalshi.com/",
  "mm.fix.elections.kalshi.com@evil.io",
  "user:secret@mm.fix.elections.kalshi.com",
  "mm.fix.elections.kalshi.com\\evil.io",
  "mm.fix.elections.kalshi.com#evil.io",
  "mm.fix.elections.kalshi.com?evil.io",
  " mm.fix.elections.kalshi.com",
  "mm.fix.elections.kalshi.com\n",
  "mm.fix.elec\ttions.kalshi.com",
  "mm.fix.elections.kal\u00adshi.com",
  "mm.fix.elections.\u212aalshi.com",
  "mm\uff0efix.elections.kalshi.com",
  "kälshi.com",
  "%6dm.fix.elections.kalshi.com",
  "127.1",
  "0x7f.0.0.1",
  "2130706433",
  "0177.0.0.1",
  "127.0.0.1.",
  "localhost.",
  "[::1]:8228",
  "[0:0:0:0:0:0:0:1]",
  "::ffff:127.0.0.1",
  "[::1%lo]",
  "::",
  "a b",
  "",
];

test("spellings of hosts that read in two ways are refused, whatever is allowed", () => {
  for (const host of refusedHosts) {
    const lines = consoleWarnings(() => {
      const said = refused({ ...base, host, allowUnknownHost: host === "::" ? false : true });
      assertStringIncludes(said, "host", host);
      assert(!said.includes("secret"), said);
    });
    assertEquals(lines, [], host);
  }
});

test("this machine is known by three names, with TLS or without", () => {
  const names = [["localhost", "localhost"], ["LOCALHOST", "localhost"], ["127.0.0.1", "127.0.0.1"], [
    "::1",
    "[::1]",
  ], [
    "[::1]",
    "[::1]",
  ]];
  for (const [host = "", normal = ""] of names) {
    for (const tls of [true, false, undefined]) {
      const config = new FixConfig({ ...base, host, port: 1, tls });
      assertEquals([config.host, config.environment, config.tls], [normal, "loopback", tls ?? true]);
    }
  }
  for (
    const host of [
      "127.0.0.2",
      "localhost.localdomain",
      "localhost.evil.io",
      "127.0.0.1.evil.io",
      "0.0.0.0",
      "[::2]",
    ]
  ) {
    assertStringIncludes(refused({ ...base, host }), "is no host of Kalshi's FIX", host);
    consoleWarnings(() =>
      assertStringIncludes(refused({ ...base, host, allowUnknownHost: true, tls: false }), "`tls`")
    );
  }
  // What was told of the environment is not lost behind a tunnel.
  assertEquals(FixConfig.production({ ...base, host: "localhost", tls: false }).environment, "production");
});

test("a host of Kalshi's is taken for what it serves alone", () => {
  assertEquals(
    new FixConfig({ ...base, host: "MM.Fix.Elections.Kalshi.COM" }).host,
    "mm.fix.elections.kalshi.com",
  );
  const table: readonly (readonly [object, string])[] = [
    [
      { host: "margin-mm.fix.elections.kalshi.com" },
      "is a host of the margin gateways, which know other keys",
    ],
    [{ port: 8230 }, 'mm.fix.elections.kalshi.com:8230 is the event session "order-entry-rt"'],
    [{ port: 443 }, "has nothing at port 443"],
    [{ host: "marketdata.fix.elections.kalshi.com" }, "has nothing at port 8228"],
    [{ host: "api.elections.kalshi.com" }, '"order-entry" is at mm.fix.elections.kalshi.com:8228'],
  ];
  for (const [options, says] of table) {
    assertStringIncludes(refused({ ...base, ...options }), says);
    assertStringIncludes(refused({ ...base, ...options }), "KALSHI_FIX_ALLOW_UNKNOWN_HOST=1");
    const lines = consoleWarnings(() => void new FixConfig({ ...base, ...options, allowUnknownHost: true }));
    assertEquals(lines.length, 1);
    assert(lines[0]?.endsWith(", but allowed."), lines[0]);
  }
  // The place that is named is that of the environment that was meant.
  assertStringIncludes(
    refused({ ...base, host: "fix.demo.kalshi.co", port: 8230 }),
    "is at fix.demo.kalshi.co:8228",
  );
});

test("production and demo do not mix, whatever is allowed", () => {
  for (const allowUnknownHost of [undefined, true]) {
    for (const port of [undefined, 8230]) {
      if (port !== undefined && allowUnknownHost === undefined) continue;
      const demoHost = { ...base, host: "fix.demo.kalshi.co", port, allowUnknownHost };
      const realHost = { ...base, host: "mm.fix.elections.kalshi.com", port, allowUnknownHost };
      const said = [
        assertThrows(() => FixConfig.production(demoHost), KalshiConfigError),
        assertThrows(() => FixConfig.demo(realHost), KalshiConfigError),
        assertThrows(
          () => FixConfig.demo(base).with({ host: "mm.fix.elections.kalshi.com" }),
          KalshiConfigError,
        ),
      ];
      for (const { message } of said) assertStringIncludes(message, "Leave one out");
    }
  }
  const said = assertThrows(() => FixConfig.demo(given({ ...base, environment: "demo" })), KalshiConfigError);
  assertStringIncludes(said.message, "sets `environment` itself");
});

test("a host that is not Kalshi's is let through by the option, or by the variable, and told of once", () => {
  const host = "fix-proxy.example";
  const variable = { KALSHI_FIX_ALLOW_UNKNOWN_HOST: "1" };
  const line = `${host} is no host of Kalshi, but allowed.`;
  const made = (options: object, variables = {}) =>
    consoleWarnings(() => void new FixConfig({ ...base, host, ...options }, env(variables)));
  assertEquals(made({ allowUnknownHost: true }), [line]);
  assertEquals(made({}, variable), [line]);
  for (const value of ["0", "true", "yes", "", "11"]) {
    assertThrows(
      () => made({}, { KALSHI_FIX_ALLOW_UNKNOWN_HOST: value }),
      KalshiConfigError,
      "no host of Kalshi",
    );
  }
  assertThrows(() => made({ allowUnknownHost: false }, variable), KalshiConfigError, "no host of Kalshi");
  assertThrows(() => made({}, { KALSHI_ALLOW_UNKNOWN_HOST: "1" }), KalshiConfigError, "no host of Kalshi");
  // A variable that may not be read allows nothing, and the refusal says so.
  const closed = {
    runtime: {
      readEnv: (): string => {
        throw new KalshiConfigError("It may not be read.");
      },
    },
  };
  assertThrows(() => new FixConfig({ ...base, host }, closed), KalshiConfigError, "It may not be read.");
  assertEquals(new FixConfig(base, closed).environment, "production");
  const lines = consoleWarnings(() => {
    const config = new FixConfig({ ...base, host, allowUnknownHost: true });
    assertEquals([config.environment, config.allowUnknownHost, config.port], ["unknown", true, 8228]);
    config.with({ maxRetries: 1 }).with({ heartbeatSeconds: 5 });
    config.with({ port: 9 });
  });
  assertEquals(lines, [line, line]);
});

test("`with` changes what it names, and what was never given follows", () => {
  const config = FixConfig.demo({ ...rt, maxRetries: 3, logon: { UseDollars: true } });
  const moved = config.with({ session: "market-data", product: "margin", logon: undefined });
  assertEquals([moved.host, moved.port, moved.targetCompId], [
    "margin-marketdata.fix.demo.kalshi.co",
    8233,
    "KalshiMD",
  ]);
  assertEquals([moved.maxRetries, moved.logon, moved.environment], [3, {}, "demo"]);
  assertEquals(config.with({ environment: "production" }).host, "mm.fix.elections.kalshi.com");
  assertEquals(config.with({ maxRetries: undefined }).maxRetries, FIX_DEFAULTS.maxRetries);
  assertNotStrictEquals(config.with({}), config);
  assertEquals({ ...config.with({}) }, { ...config });
  assertEquals({ ...new FixConfig(config) }, { ...config });
  assertEquals(new FixConfig(config).environment, "demo");
  assertThrows(() => config.with(given({ host: 1 })), KalshiConfigError, "`host`");
  assertThrows(() => config.with(given(null)), KalshiConfigError, "object of options");
  assertThrows(
    () => config.with({ session: undefined as never }),
    KalshiConfigError,
    "FixConfig needs `session`",
  );
  // The keys of the caller's own lists and objects may change afterwards.
  const ca = ["-----BEGIN CERTIFICATE-----\n"];
  const logon = { UseDollars: true };
  const kept = new FixConfig({ ...base, ca, logon });
  ca.push("x");
  logon.UseDollars = false;
  assertEquals([kept.with({}).ca?.length, kept.with({}).logon], [1, { UseDollars: true }]);
});

test("a changed copy is what its options make anew, however many steps there were", () => {
  const some = fc.record({
    session: fc.constantFrom("order-entry", "order-entry-rt", "drop-copy", "market-data"),
    product: fc.constantFrom("event", "margin"),
    environment: fc.constantFrom("production", "demo"),
    host: fc.constantFrom("localhost", undefined),
    port: fc.constantFrom(9_878, undefined),
    tls: fc.constantFrom(true, undefined),
    heartbeatSeconds: fc.integer({ min: 4, max: 300 }),
    maxRetries: fc.nat(),
    logon: fc.constantFrom({}, { CancelOrdersOnDisconnect: true }, undefined),
  }, { requiredKeys: [] }) as fc.Arbitrary<Partial<FixConfigOptions>>;
  const made = (make: () => FixConfig) => {
    try {
      const config = make();
      return [{ ...config }, config.environment];
    } catch (error) {
      assert(error instanceof KalshiConfigError, String(error));
      return error.message;
    }
  };
  fc.assert(fc.property(some, some, (first, second) => {
    const start = { ...base, ...first };
    if (typeof made(() => new FixConfig(start)) === "string") return;
    assertEquals(
      made(() => new FixConfig(start).with(second)),
      made(() => new FixConfig({ ...start, ...second })),
    );
  }));
});

test("nothing is inherited by options", () => {
  const inherited = Object.create({ host: "evil.io" });
  assertThrows(() => new FixConfig(Object.assign(inherited, base)), KalshiConfigError, "object of options");
  const logon = { UseDollars: undefined };
  assertEquals(Object.keys(new FixConfig({ ...base, logon }).logon), []);
});

test("whatever a host is, it is refused, or the same to a URL parser", () => {
  const label = fc.string({ unit: fc.constantFrom(..."aZ0-._:[]@/\\%é \t"), minLength: 0, maxLength: 12 });
  const host = fc.oneof(
    label,
    fc.tuple(
      label,
      fc.constantFrom("mm.fix.elections.kalshi.com", "localhost", "127.0.0.1", "::1", "[::1]"),
      label,
    )
      .map((parts) => parts.join("")),
    fc.ipV4(),
    fc.ipV6(),
    fc.domain(),
    fc.string({ unit: "binary" }),
  );
  consoleWarnings(() =>
    fc.assert(fc.property(host, fc.boolean(), (text, tls) => {
      let config: FixConfig;
      try {
        config = new FixConfig({ ...base, host: text, allowUnknownHost: true, tls });
      } catch (error) {
        assert(error instanceof KalshiConfigError, String(error));
        return;
      }
      const url = new URL(`https://${config.host}:${config.port}`);
      assertEquals([url.hostname, url.port, url.username], [config.host, String(config.port), ""]);
      assertEquals(config.host.replace(/^\[|\]$/g, ""), text.toLowerCase().replace(/^\[|\]$/g, ""));
      if (!tls) assert(/^(localhost|127\.0\.0\.1|\[::1\])$/.test(config.host), config.host);
    }))
  );
});

test("whatever options are given, what is made is whole, or the refusal is one of configuration", () => {
  const value = fc.oneof(
    fc.constantFrom(undefined, true, false, 0, 1, 30, 8230, "reset", "rfq", "margin", "demo"),
    fc.anything(),
  );
  const names = ["product", "session", "environment", "host", "port", ...Object.keys(FIX_DEFAULTS)];
  consoleWarnings(() =>
    fc.assert(fc.property(fc.dictionary(fc.constantFrom(...names), value), (options) => {
      try {
        const config = new FixConfig(given({ ...base, ...options }), env());
        assert(["production", "demo", "loopback", "unknown"].includes(config.environment));
      } catch (error) {
        assert(error instanceof KalshiConfigError, String(error));
      }
    }))
  );
});
